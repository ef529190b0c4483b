"""The differences between two looks at one poli's sessions of a day. Nothing here knows the database."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from database.references.schedule_days import Session
from tasks.schedule.codes import What, same_code


class Kind(StrEnum):
    """What became of a session."""

    NEW = "baru"
    GONE = "hilang"
    HOURS = "jam berubah"
    QUOTA = "kuota berubah"
    DOCTOR = "dokter berganti"


@dataclass(frozen=True)
class Change:
    """One session that is not as it was; `before` is None for a new one, `now` for one that is gone."""

    day: date
    poli: str
    kind: Kind
    before: Session | None
    now: Session | None

    @property
    def session(self) -> Session:
        """The session as it is, of one that is gone as it was."""
        found = self.now or self.before
        assert found is not None  # noqa: S101 - a change has one of them
        return found


def _doctor(session: Session) -> str:
    return same_code(What.DOCTOR, session.doctor)


# By what a session is still the same one, the surest first, and what of it changed then.
_SAME: Sequence[tuple[Callable[[Session], object], Kind]] = (
    (lambda each: (_doctor(each), each.hours), Kind.QUOTA),
    (_doctor, Kind.HOURS),
    (lambda each: each.hours, Kind.DOCTOR),
)


def changes(day: date, poli: str, before: Sequence[Session], now: Sequence[Session]) -> list[Change]:
    """What changed, in the order of the hours. A doctor's name or code in another spelling is no change."""
    old, new = sorted(before), sorted(now)
    found = []
    for same, kind in _SAME:
        for was in list(old):
            match = next((each for each in new if same(each) == same(was)), None)
            if match is not None:
                old.remove(was)
                new.remove(match)
                if kind is not Kind.QUOTA or was.quota != match.quota:
                    found.append(Change(day, poli, kind, was, match))
    found += [Change(day, poli, Kind.GONE, was, None) for was in old]
    found += [Change(day, poli, Kind.NEW, None, is_new) for is_new in new]
    return sorted(found, key=lambda change: change.session)
