"""Checks a name and a password; who guesses waits longer each time, and nobody is locked out for good."""

import threading
from dataclasses import dataclass
from datetime import timedelta
from functools import cache

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from database.people.passwords import hash_of, is_password
from database.people.people import Person, person_of
from database.storage.dialect import lock_name
from database.storage.engine import Database
from database.storage.models import LoginFailures, PersonRow, readable

_FREE, _LONGEST_WAIT = 3, timedelta(minutes=15)
# Each check takes 19 MiB and tens of milliseconds: so many at once.
_CHECKS = threading.BoundedSemaphore(4)


@dataclass(frozen=True)
class Login:
    """The person, or None and for how many seconds no further try is looked at.

    `is_known`: somebody has this name; another text may be a password that was typed into the wrong field.
    """

    person: Person | None
    wait_seconds: int = 0
    is_known: bool = False


def log_in(database: Database, name: str, password: str, *, address: str) -> Login:
    """Whether this is somebody's name and password. Raises DatabaseUnavailable.

    An unknown name costs as much time as a known one. While a name or an address waits, not even the right
    password is looked at.
    """
    name = readable(name)
    whose = (f"nama:{name[:64]}", f"alamat:{readable(address)[:45]}")
    with database.read() as session:
        wait = max(_wait(session, each, database) for each in whose)
        row = session.scalar(select(PersonRow).where(PersonRow.name == name))
        kept = row.password if row is not None and row.active else None
        person = person_of(session, row) if row is not None else None
    if wait > 0:
        return Login(None, wait, person is not None)
    with _CHECKS:
        is_right = is_password(password, kept or _nobodys())
    if person is not None and kept is not None and is_right:
        _forget(database, whose)
        return Login(person, is_known=True)
    return Login(None, _note(database, whose), person is not None)


@cache
def _nobodys() -> str:
    """The hash that an unknown name's password is compared with."""
    return hash_of("tidak ada yang bernama demikian")


def _wait(session: Session, whose: str, database: Database) -> int:
    row = session.get(LoginFailures, whose)
    if row is None or row.failures < _FREE:
        return 0
    left = row.last_at + _pause(row.failures) - database.clock()
    return max(0, int(left.total_seconds()) + 1) if left > timedelta(0) else 0


def _pause(failures: int) -> timedelta:
    """1, 2, 4 … seconds, up to a quarter of an hour."""
    return min(_LONGEST_WAIT, timedelta(seconds=2 ** min(failures - _FREE, 20)))


def _note(database: Database, whose: tuple[str, ...]) -> int:
    """One more failure of each; returns the seconds until the next try."""
    with database.write() as session:
        _queue_up(session, whose)
        now = database.clock()
        for each in whose:
            row = session.get(LoginFailures, each)
            if row is None:
                row = LoginFailures(whose=each, failures=0, last_at=now)
                session.add(row)
            row.failures, row.last_at = row.failures + 1, now
        session.flush()
        return max(_wait(session, each, database) for each in whose)


def _forget(database: Database, whose: tuple[str, ...]) -> None:
    with database.write() as session:
        _queue_up(session, whose)
        session.execute(delete(LoginFailures).where(LoginFailures.whose.in_(whose)))


def _queue_up(session: Session, whose: tuple[str, ...]) -> None:
    """Wait for others who count failures of the same name or address: there may be no row yet to lock."""
    for each in whose:
        lock_name(session, each)
