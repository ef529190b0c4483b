"""One look at a clinic's antrean schedule: today and seven days, what changed, and which own codes it lacks.

Page, terminal and Prefect all show what `week_of` finds. A list that could not be read is *not known*, never
*no session*: what was read of it within a day stands, older than that it says nothing of what is not there.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from database import Database
from database.local_time import local_date
from database.references.schedule_days import DayVersion, Session, day_versions, last_told
from database.views.monitor import today
from tasks.schedule.changes import Change, Kind, changes
from tasks.schedule.codes import What, same_code
from tasks.schedule.own_codes import WITHOUT_DOCTORS, OwnCode, own_codes

DAYS_AHEAD = 7  # besides today
FRESH_FOR = timedelta(days=1)

_Versions = Mapping[date, Sequence[DayVersion]]


@dataclass(frozen=True)
class Cell:
    """A poli on a day. `is_listed`: BPJS lists it that day; `is_known`: what is not here is not there.

    `is_gap`: it lacks a session that the clinic should care about.
    """

    day: date
    sessions: Sequence[Session]
    changes: Sequence[Change]
    is_listed: bool
    is_known: bool
    is_gap: bool

    def change_of(self, session: Session) -> Change | None:
        """What became of a session since yesterday."""
        return next((change for change in self.changes if change.now == session), None)

    @property
    def gone(self) -> list[Session]:
        """The sessions that are not there any more."""
        return [change.session for change in self.changes if change.kind is Kind.GONE]


@dataclass(frozen=True)
class PoliWeek:
    """A row of the grid. `is_own`: the clinic's antrean jobs use this poli.

    `has_sessions`: whether there is any session in these days, be it among the cells that are shown or not.
    """

    code: str
    name: str
    cells: Sequence[Cell]
    is_own: bool
    has_sessions: bool


@dataclass(frozen=True)
class Week:
    """`missing`: own codes without any session; `unclear`: those of which not all days are known.

    `read_at`: when BPJS was last read; None: never. `compared_with`: the day, yesterday or earlier, as of
    which the changes compare; None: there is nothing to compare with.
    """

    faskes: str
    days: Sequence[date]
    polis: Sequence[PoliWeek]
    missing: Sequence[OwnCode]
    unclear: Sequence[OwnCode]
    read_at: datetime | None
    compared_with: date | None

    @property
    def changes(self) -> list[Change]:
        """All of them, by day and poli."""
        found = [change for poli in self.polis for cell in poli.cells for change in cell.changes]
        return sorted(found, key=lambda change: (change.day, change.poli))

    @property
    def missing_at_antrean(self) -> list[OwnCode]:
        """The codes that the clinic's antrean jobs name and that have no session: BPJS will refuse them."""
        return [own for own in self.missing if own.is_antreans]

    @property
    def missing_of_pcare(self) -> list[OwnCode]:
        """The codes that only PCare knows as the clinic's; some of them never serve a queue."""
        return [own for own in self.missing if not own.is_antreans]


def week_of(database: Database, faskes: str) -> Week:
    """The schedule of today and seven days, compared with what was last read before today.

    Raises DatabaseUnavailable.
    """
    first, now = today(database), database.clock()
    days = [first + timedelta(days=ahead) for ahead in range(DAYS_AHEAD + 1)]
    versions = day_versions(database, faskes, days[0], days[-1])
    newest = {day: found[-1] for day, found in versions.items()}
    midnight = datetime.combine(first, time(), database.timezone)
    base = {day: version for day in versions if (version := _as_of(versions[day], midnight))}
    own = own_codes(database, faskes, first)
    rows = _Rows(days, newest, base, now, {code.code for code in own if _is_antrean_poli(code)})
    polis = [rows.row(code) for code in rows.codes()]
    served = _served(polis)
    without = [code for code in own if code.key not in served] if newest else []
    unclear = [code for code in without if not rows.settles(code)]
    return Week(
        faskes,
        days,
        polis,
        [code for code in without if code not in unclear and not _needs_none(code, polis)],
        unclear,
        max((version.read_at for version in newest.values()), default=None),
        _last_day(database, base, first),
    )


def _last_day(database: Database, base: Mapping[date, DayVersion], first: date) -> date | None:
    """The last day before `first` on which these versions were read, or held."""
    read = (local_date(database, version.read_at) for version in base.values())
    return max((min(day, first - timedelta(days=1)) for day in read), default=None)


def changes_to_tell(database: Database, faskes: str) -> tuple[datetime | None, list[Change]]:
    """When somebody was last told of this clinic's schedule, and what changed since then.

    A day that came into sight later, or a poli that was first read later, is compared with how it first was.
    Raises DatabaseUnavailable.
    """
    first, told_at = today(database), last_told(database, faskes)
    if told_at is None:
        return None, []
    versions = day_versions(database, faskes, first, first + timedelta(days=DAYS_AHEAD))
    found = []
    for day, known in versions.items():
        base = _as_of(known, told_at)
        looks = [*([base] if base else []), *(each for each in known if each.seen_at > told_at)]
        for code in sorted({code for look in looks for code in look.polis}):
            found += _changes(day, code, looks)
    return told_at, found


def _as_of(versions: Sequence[DayVersion], instant: datetime) -> DayVersion | None:
    """The version that held at an instant; the newest at the same instant counts."""
    return next((version for version in reversed(versions) if version.seen_at <= instant), None)


def _changes(day: date, code: str, looks: Sequence[DayVersion]) -> list[Change]:
    """What changed from the first look at which the poli's sessions were known to the last."""
    known = [found for look in looks if (found := _known_sessions(look, code)) is not None]
    return changes(day, code, known[0], known[-1]) if known else []


def _known_sessions(version: DayVersion, code: str) -> Sequence[Session] | None:
    """A poli that is not listed has no session; None: its sessions were never read."""
    poli = version.polis.get(code)
    return () if poli is None else poli.sessions


def _is_antrean_poli(own: OwnCode) -> bool:
    return own.what is What.POLI and own.is_antreans


@dataclass(frozen=True)
class _Rows:
    """The newest version of each day, the one that changes are told against, and the clinic's own polis."""

    days: Sequence[date]
    newest: Mapping[date, DayVersion]
    base: Mapping[date, DayVersion]
    now: datetime
    own: set[str]

    def codes(self) -> list[str]:
        """The polis that BPJS lists or listed; with them the clinic's own, once anything was read."""
        listed = {code for version in (*self.newest.values(), *self.base.values()) for code in version.polis}
        return sorted(listed | self.own if self.newest else listed)

    def row(self, code: str) -> PoliWeek:
        known = (version.polis[code].name for version in self.newest.values() if code in version.polis)
        before = (version.polis[code].name for version in self.base.values() if code in version.polis)
        name = next(known, None) or next(before, "")
        cells = [self.cell(code, day) for day in self.days]
        return PoliWeek(code, name, cells, code in self.own, any(cell.sessions for cell in cells))

    def cell(self, code: str, day: date) -> Cell:
        version = self.newest.get(day)
        if version is None:
            return Cell(day, (), (), is_listed=False, is_known=False, is_gap=False)
        poli, base = version.polis.get(code), self.base.get(day)
        found = _changes(day, code, [base, version]) if base else []
        sessions = (poli.sessions if poli else None) or ()
        read_at = version.read_at if poli is None else poli.read_at
        is_listed, is_known = poli is not None, self._is_fresh(read_at)
        needs_doctors = not (is_listed and code in WITHOUT_DOCTORS)
        is_gap = code in self.own and is_known and not sessions and needs_doctors
        return Cell(day, sessions, found, is_listed=is_listed, is_known=is_known, is_gap=is_gap)

    def settles(self, own: OwnCode) -> bool:
        """Whether every list was read that could hold this code."""
        if own.what is What.POLI:
            return all(self.cell(own.code, day).is_known for day in self.days)
        return all(
            self._is_fresh(version.read_at)
            and all(self._is_fresh(poli.read_at) for poli in version.polis.values())
            for version in map(self.newest.get, self.days)
            if version is not None
        ) and all(day in self.newest for day in self.days)

    def _is_fresh(self, read_at: datetime | None) -> bool:
        return read_at is not None and read_at > self.now - FRESH_FOR


def _served(polis: Sequence[PoliWeek]) -> set[tuple[What, str]]:
    """The keys of the codes that have a session."""
    doctors = {session.doctor for poli in polis for cell in poli.cells for session in cell.sessions}
    return {(What.POLI, poli.code) for poli in polis if poli.has_sessions} | {
        (What.DOCTOR, same_code(What.DOCTOR, doctor)) for doctor in doctors
    }


def _needs_none(own: OwnCode, polis: Sequence[PoliWeek]) -> bool:
    """Whether it is a poli that serves without a doctor's schedule, and BPJS lists it."""
    if own.what is not What.POLI or own.code not in WITHOUT_DOCTORS:
        return False
    return any(poli.code == own.code and any(cell.is_listed for cell in poli.cells) for poli in polis)
