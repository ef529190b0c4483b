"""Whoever fails to log in waits before the next try, longer each time, and nobody for good.

Failures are counted by name and by address, in the caller's transaction.
"""

from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from database.storage.dialect import lock_name
from database.storage.engine import Database
from database.storage.models import LoginFailures, readable

_FREE, _LONGEST_WAIT = 3, timedelta(minutes=15)

Whose = tuple[str, ...]


def counted_as(name: str, address: str) -> Whose:
    """Under what a failure of this name from this address is counted."""
    return (f"nama:{readable(name)[:64]}", f"alamat:{readable(address)[:45]}")


def queue_up(session: Session, whose: Whose) -> None:
    """Wait for others who count failures of the same name or address: there may be no row yet to lock."""
    for each in whose:
        lock_name(session, each)


def seconds_to_wait(database: Database, session: Session, whose: Whose) -> int:
    """The seconds until the next try is looked at; 0: now."""
    return max(_wait(database, session, each) for each in whose)


def count_failure(database: Database, session: Session, whose: Whose) -> int:
    """One more failure of each; returns the seconds until the next try. The caller has queued up."""
    now = database.clock()
    for each in whose:
        row = session.get(LoginFailures, each)
        if row is None:
            row = LoginFailures(whose=each, failures=0, last_at=now)
            session.add(row)
        row.failures, row.last_at = row.failures + 1, now
    session.flush()
    return seconds_to_wait(database, session, whose)


def forget_failures(session: Session, whose: Whose) -> None:
    """Begin anew: they have logged in. The caller has queued up."""
    session.execute(delete(LoginFailures).where(LoginFailures.whose.in_(whose)))


def _wait(database: Database, session: Session, whose: str) -> int:
    row = session.get(LoginFailures, whose)
    if row is None or row.failures < _FREE:
        return 0
    left = row.last_at + _pause(row.failures) - database.clock()
    return max(0, int(left.total_seconds()) + 1) if left > timedelta(0) else 0


def _pause(failures: int) -> timedelta:
    """1, 2, 4 … seconds, up to a quarter of an hour."""
    return min(_LONGEST_WAIT, timedelta(seconds=2 ** min(failures - _FREE, 20)))
