"""Of which causes of failures somebody was told: once for each time that one comes, however often one looks.

The state is here and not in a watcher's memory, so that a restart, or a second watcher, tells nothing twice.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import groupby

from sqlalchemy import select
from sqlalchemy.orm import Session

from bpjs_client.jenis import Service
from database.storage.dialect import lock_name
from database.storage.engine import Database
from database.storage.models import CauseWatch

# So long no job of a cause must be open until it counts as resolved, and as news when it comes again.
RESOLVED_AFTER = timedelta(hours=4)
# A failure of longer ago that nobody was told of is a leftover of before anybody looked.
NEWS = timedelta(days=1)
# So long one waits before telling: what fails together is told together, with its number.
SETTLES = timedelta(minutes=1)
AN_HOUR = timedelta(hours=1)
# At most so many alerts in an hour; of one cause one, whatever the number of its clinics.
MOST_IN_AN_HOUR = 6
# So long an alert is sent anew, under the same name: an event may be lost, and the same one counts once.
SENT_FOR = timedelta(minutes=10)
REST = "lain"  # the alert that tells of several causes together


@dataclass(frozen=True)
class OpenCause:
    """Jobs of a clinic that failed for one reason, and are not settled; `newest`: when the last of them did.

    `words` say why and `todo` what to do, in Indonesian; they name no patient.
    """

    faskes: str
    service: Service
    key: str
    words: str
    todo: str
    jobs: int
    newest: datetime


@dataclass(frozen=True)
class CauseAlert:
    """One alert: the causes at clinics that it tells of, when it was decided, and its name."""

    name: str
    told_at: datetime
    rows: Sequence[CauseWatch]
    also_elsewhere: bool  # the cause was there before, at other clinics

    @property
    def returned(self) -> bool:
        """Whether all of it had been resolved before."""
        return all(row.spells > 1 for row in self.rows)


def note_causes(database: Database, found: Sequence[OpenCause], *, is_whole: bool) -> None:
    """Note which causes came and which are gone, and decide what is to be told. Raises DatabaseUnavailable.

    `is_whole`: what is not found is gone. Where nothing changed, nothing is written.
    """
    with database.read() as session:
        rows = _rows(session, found)
        same = not _news(rows, found, is_whole=is_whole) and not _untold(rows)
    if same:
        return
    with database.write() as session:
        lock_name(session, "cause_watch")
        now, rows = database.clock(), _rows(session, found)
        for cause in found:
            row = rows.get((cause.faskes, cause.key))
            if row is None:
                session.add(row := _new(cause, now))
                rows[cause.faskes, cause.key] = row
            elif row.gone_at is not None:
                _come_again(row, cause, now)
        _gone(rows, found, now, is_whole=is_whole)
        session.flush()
        _decide(session, rows, found, now)


_Rows = dict[tuple[str, str], CauseWatch]


def _rows(session: Session, found: Sequence[OpenCause]) -> _Rows:
    """The rows of these causes, and of all that were there at the last look."""
    wanted = {cause.key for cause in found}
    query = select(CauseWatch).where(CauseWatch.gone_at.is_(None) | CauseWatch.key.in_(wanted))
    return {(row.faskes, row.key): row for row in session.scalars(query)}


def _news(rows: _Rows, found: Sequence[OpenCause], *, is_whole: bool) -> bool:
    """Whether a cause came, or is gone, since the last look."""
    there = {which for which, row in rows.items() if row.gone_at is None}
    now = {(cause.faskes, cause.key) for cause in found}
    return bool(now - there or (is_whole and there - now))


def _untold(rows: _Rows) -> bool:
    return any(row.gone_at is None and row.told_at is None for row in rows.values())


def _new(cause: OpenCause, now: datetime) -> CauseWatch:
    is_news = cause.newest > now - NEWS
    return CauseWatch(
        faskes=cause.faskes,
        key=cause.key,
        service=cause.service.value,
        words=cause.words,
        todo=cause.todo,
        jobs=cause.jobs,
        spells=1,
        since=now,
        told_at=None if is_news else now,
    )


def _come_again(row: CauseWatch, cause: OpenCause, now: datetime) -> None:
    """It counts as another one when it had been gone for long enough."""
    if row.gone_at is not None and row.gone_at <= now - RESOLVED_AFTER:
        row.spells, row.since, row.told_at, row.alert = row.spells + 1, now, None, None
        row.words, row.todo = cause.words, cause.todo
    row.gone_at = None


def _gone(rows: _Rows, found: Sequence[OpenCause], now: datetime, *, is_whole: bool) -> None:
    if not is_whole:
        return
    there = {(cause.faskes, cause.key) for cause in found}
    for which, row in rows.items():
        if which not in there and row.gone_at is None:
            row.gone_at = now


def _decide(session: Session, rows: _Rows, found: Sequence[OpenCause], now: datetime) -> None:
    """Name the alerts that are due now; what exceeds the hour's number is told together, or waits."""
    lately = session.execute(
        select(CauseWatch.alert, CauseWatch.told_at, CauseWatch.key)
        .where(CauseWatch.told_at > now - AN_HOUR, CauseWatch.alert.is_not(None))
        .distinct()
    ).all()
    room = MOST_IN_AN_HOUR - len({(row.alert, row.told_at) for row in lately})
    told = {row.key for row in lately}
    counts = {(cause.faskes, cause.key): cause.jobs for cause in found}
    due: dict[str, list[CauseWatch]] = {}
    for which, row in rows.items():
        is_due = row.told_at is None and row.gone_at is None and row.since <= now - SETTLES
        if is_due and row.key not in told:
            row.jobs = counts.get(which, row.jobs)
            due.setdefault(row.key, []).append(row)
    if room <= 0:
        return
    largest = sorted(due, key=lambda key: (-sum(row.jobs for row in due[key]), key))
    alone = set(largest if len(largest) <= room else largest[: room - 1])
    for key, waiting in due.items():
        for row in waiting:
            row.told_at, row.alert = now, key if key in alone else REST


def alerts_to_send(database: Database) -> list[CauseAlert]:
    """Those that were decided in the last ten minutes, the oldest first. Raises DatabaseUnavailable."""
    since = database.clock() - SENT_FOR
    query = select(CauseWatch).where(CauseWatch.told_at > since, CauseWatch.alert.is_not(None))
    with database.read() as session:
        rows = list(session.scalars(query))
        known = _known_before(session, {row.key for row in rows}, since)
    rows.sort(key=_order)
    return [
        CauseAlert(str(name), told_at, list(group), str(name) in known)
        for (told_at, name), group in groupby(rows, key=lambda row: (_at(row), row.alert))
    ]


def _known_before(session: Session, keys: Collection[str], since: datetime) -> set[str]:
    """Those of these causes that were told of, or found, at some clinic before."""
    query = select(CauseWatch.key).where(CauseWatch.key.in_(keys), CauseWatch.told_at <= since)
    return set(session.scalars(query.distinct()))


def _at(row: CauseWatch) -> datetime:
    assert row.told_at is not None  # noqa: S101 - only rows that were told of are asked for
    return row.told_at


def _order(row: CauseWatch) -> tuple[datetime, str, int, str]:
    return _at(row), row.alert or "", -row.jobs, row.faskes
