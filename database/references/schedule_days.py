"""The antrean schedule of each day as BPJS had it over time, so that changes can be told.

A version of a day is kept for as long as BPJS says the same; one that says something else is a new row. A
poli that could not be read keeps what was last read of it, and when that was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session as Transaction

from bpjs_client.identifiers import without_identifiers
from bpjs_client.references import entry, one_line
from bpjs_client.schedule import SCHEDULE, PoliOfADay, ReadSchedule
from database.storage.dialect import lock_name
from database.storage.engine import Database
from database.storage.models import JsonObject, ScheduleDay, ScheduleTold


@dataclass(frozen=True, order=True)
class Session:
    """One session of a doctor at a poli: `08:00-12:00`, and how many patients may come."""

    hours: str
    doctor: str
    name: str
    quota: str


@dataclass(frozen=True)
class PoliDay:
    """A poli on a day. `sessions` is None where they were never read, `read_at` when they last were."""

    name: str
    sessions: tuple[Session, ...] | None
    read_at: datetime | None


@dataclass(frozen=True)
class DayVersion:
    """A day as BPJS had it from `seen_at` on, by the code of the poli; last read so at `read_at`."""

    day: date
    polis: Mapping[str, PoliDay]
    seen_at: datetime
    read_at: datetime


def keep_schedule(database: Database, faskes: str, read: ReadSchedule) -> None:
    """Note what BPJS says of each day that could be read. Raises DatabaseUnavailable."""
    with database.write() as session:
        _one_at_a_time(session, faskes)
        now = database.clock()
        newest = _newest(session, faskes, list(read.days))
        for day, polis in read.days.items():
            last = newest.get(day)
            found = _found(polis, last, now)
            if last is not None and (_says(last.polis) == _says(found) or last.seen_at >= now):
                last.polis, last.read_at = found, now
            else:
                session.add(ScheduleDay(faskes=faskes, day=day, seen_at=now, read_at=now, polis=found))


def _one_at_a_time(session: Transaction, faskes: str) -> None:
    """What is noted of a clinic's schedule is noted in the order of its times."""
    lock_name(session, f"{faskes}/{SCHEDULE.name}")


def _newest(session: Transaction, faskes: str, days: Sequence[date]) -> dict[date, ScheduleDay]:
    query = select(ScheduleDay).where(ScheduleDay.faskes == faskes, ScheduleDay.day.in_(days))
    return {row.day: row for row in session.scalars(query.order_by(ScheduleDay.seen_at))}


def _found(polis: Sequence[PoliOfADay], last: ScheduleDay | None, now: datetime) -> JsonObject:
    before: Mapping[str, JsonObject] = last.polis if last else {}
    return {code: _stored(poli, before.get(code), now) for poli in polis for code in [_text(poli.code)]}


def _stored(poli: PoliOfADay, before: JsonObject | None, now: datetime) -> JsonObject:
    """`{"nama", "sesi": [[hours, doctor, name, quota], …], "terbaca"}`; `sesi` null: never read."""
    name = _text(poli.name)
    if poli.sessions is None:
        return {"nama": name, **{key: (before or {}).get(key) for key in ("sesi", "terbaca")}}
    sessions = {
        tuple(_text(entry(row, name)) for name in ("jampraktek", "kodedokter", "namadokter", "kapasitas"))
        for row in poli.sessions
    }
    return {"nama": name, "sesi": [list(each) for each in sorted(sessions)], "terbaca": now.isoformat()}


def _says(polis: Mapping[str, JsonObject]) -> dict[str, object]:
    """What makes two versions of a day the same: the sessions, and not when they were read."""
    return {code: (poli["nama"], poli["sesi"]) for code, poli in polis.items()}


def _text(value: object) -> str:
    """A field as BPJS gave it, on one line; anything but a text or a number is none.

    What looks like a patient's number is masked.
    """
    is_plain = isinstance(value, str | int | float) and not isinstance(value, bool)
    return without_identifiers(one_line(str(value))) if is_plain else ""


def day_versions(database: Database, faskes: str, first: date, last: date) -> dict[date, list[DayVersion]]:
    """The versions of each of these days that were ever read, oldest first. Raises DatabaseUnavailable."""
    query = (
        select(ScheduleDay)
        .where(ScheduleDay.faskes == faskes, ScheduleDay.day.between(first, last))
        .order_by(ScheduleDay.day, ScheduleDay.seen_at)
    )
    found: dict[date, list[DayVersion]] = {}
    with database.read() as session:
        for row in session.scalars(query):
            found.setdefault(row.day, []).append(_version(row))
    return found


def _version(row: ScheduleDay) -> DayVersion:
    polis = {code: _poli(stored) for code, stored in row.polis.items()}
    return DayVersion(row.day, polis, row.seen_at, row.read_at)


def _poli(stored: JsonObject) -> PoliDay:
    sessions, read_at = stored["sesi"], stored["terbaca"]
    return PoliDay(
        stored["nama"],
        None if sessions is None else tuple(Session(*each) for each in sessions),
        datetime.fromisoformat(read_at) if read_at else None,
    )


def last_told(database: Database, faskes: str) -> datetime | None:
    """When somebody was last told of this clinic's changes. Raises DatabaseUnavailable."""
    with database.read() as session:
        return session.scalar(select(ScheduleTold.told_at).where(ScheduleTold.faskes == faskes))


def settled_now(database: Database, faskes: str) -> datetime:
    """Now, when nothing is being noted of this clinic's schedule under an earlier time.

    Raises DatabaseUnavailable.
    """
    with database.write() as session:
        _one_at_a_time(session, faskes)
        return database.clock()


def note_told(database: Database, looked_at: Mapping[str, datetime]) -> None:
    """Note, all or none, that somebody has been told of these clinics' changes up to when one looked at each.

    Raises DatabaseUnavailable.
    """
    with database.write() as session:
        for faskes, at in sorted(looked_at.items()):
            _one_at_a_time(session, faskes)
            session.merge(ScheduleTold(faskes=faskes, told_at=at))
