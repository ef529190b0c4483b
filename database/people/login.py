"""Checks a name and a password; who guesses waits longer each time, and nobody is locked out for good."""

import threading
from dataclasses import dataclass
from functools import cache

from sqlalchemy import select

from database.people.login_delays import (
    Whose,
    count_failure,
    counted_as,
    forget_failures,
    queue_up,
    seconds_to_wait,
)
from database.people.passwords import hash_of, is_password
from database.people.people import Person, person_of
from database.storage.engine import Database
from database.storage.models import PersonRow, readable

# Each check takes 19 MiB and tens of milliseconds: so many at once.
_CHECKS = threading.BoundedSemaphore(4)


@dataclass(frozen=True)
class Login:
    """The person, or None and for how many seconds no further try is looked at.

    `awaits_code`: the person whose password is right, but who is not logged in without a code.
    `is_known`: somebody has this name; another text may be a password that was typed into the wrong field.
    """

    person: Person | None
    wait_seconds: int = 0
    is_known: bool = False
    awaits_code: Person | None = None

    @property
    def knows_password(self) -> Person | None:
        """The person whose password it is, whether a code is asked for or not."""
        return self.person or self.awaits_code


def log_in(database: Database, name: str, password: str, *, address: str) -> Login:
    """Whether this is somebody's name and password. Raises DatabaseUnavailable.

    An unknown name costs as much time as a known one. While a name or an address waits, not even the right
    password is looked at. Failures are forgotten only when nothing more is asked for.
    """
    name = readable(name)
    whose = counted_as(name, address)
    with database.read() as session:
        wait = seconds_to_wait(database, session, whose)
        row = session.scalar(select(PersonRow).where(PersonRow.name == name))
        kept = row.password if row is not None and row.active else None
        person = person_of(session, row) if row is not None else None
    if wait > 0:
        return Login(None, wait, person is not None)
    with _CHECKS:
        is_right = is_password(password, kept or _nobodys())
    if person is None or kept is None or not is_right:
        return Login(None, _note(database, whose), person is not None)
    if person.has_totp:
        return Login(None, is_known=True, awaits_code=person)
    _forget(database, whose)
    return Login(person, is_known=True)


@cache
def _nobodys() -> str:
    """The hash that an unknown name's password is compared with."""
    return hash_of("tidak ada yang bernama demikian")


def _note(database: Database, whose: Whose) -> int:
    with database.write() as session:
        queue_up(session, whose)
        return count_failure(database, session, whose)


def _forget(database: Database, whose: Whose) -> None:
    with database.write() as session:
        queue_up(session, whose)
        forget_failures(session, whose)
