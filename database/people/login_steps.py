"""Between password and code: who knows the password waits here a few minutes, and has no session yet."""

from dataclasses import dataclass
from datetime import timedelta

from sqlalchemy import delete
from sqlalchemy.orm import Session

from database.people.login_delays import (
    count_failure,
    counted_as,
    forget_failures,
    queue_up,
    seconds_to_wait,
)
from database.people.people import Person, person_of
from database.people.random_token import mark_of, new_token
from database.people.totp import takes_code
from database.storage.engine import Database
from database.storage.models import LoginStep, PersonRow

LASTS = timedelta(minutes=5)


@dataclass(frozen=True)
class CodeTried:
    """The person, or None: the code was wrong, and for so many seconds none is looked at.

    `name`: whose code was tried; empty: the password must be typed again first.
    """

    person: Person | None
    wait_seconds: int = 0
    name: str = ""


def begin_step(database: Database, person: Person) -> str:
    """A token with which this person may bring their code. Raises DatabaseUnavailable."""
    token = new_token()
    with database.write() as session:
        now = database.clock()
        session.execute(delete(LoginStep).where(LoginStep.begun_at < now - LASTS))
        session.add(
            LoginStep(token=mark_of(token), person_id=person.id, version=person.version, begun_at=now)
        )
    return token


def try_code(database: Database, token: str, code: str, *, address: str) -> CodeTried:
    """Whether it is the code of the person who has this token. Raises DatabaseUnavailable.

    A failure counts like that of a password, for name and address, before the next code is looked at.
    """
    with database.read() as session:
        row = _person(database, session, token)
    if row is None:
        return CodeTried(None)
    whose = counted_as(row.name, address)
    with database.write() as session:
        queue_up(session, whose)
        row = _person(database, session, token, locks=True)
        if row is None:
            return CodeTried(None)
        wait = seconds_to_wait(database, session, whose)
        if wait > 0:
            return CodeTried(None, wait, row.name)
        if not takes_code(row, code, database.clock()):
            return CodeTried(None, count_failure(database, session, whose), row.name)
        session.execute(delete(LoginStep).where(LoginStep.token == mark_of(token)))
        forget_failures(session, whose)
        session.flush()
        return CodeTried(person_of(session, row), name=row.name)


def _person(database: Database, session: Session, token: str, *, locks: bool = False) -> PersonRow | None:
    """The row of whoever has this token, if it is not over and their login is as it was."""
    step = session.get(LoginStep, mark_of(token))
    if step is None or step.begun_at < database.clock() - LASTS:
        return None
    row = session.get(PersonRow, step.person_id, with_for_update=locks)
    is_same = row is not None and row.active and row.version == step.version
    return row if is_same else None
