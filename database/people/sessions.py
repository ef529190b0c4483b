"""Logging in and staying logged in: a session is a random token, of which only the SHA-256 is kept."""

from datetime import timedelta

from sqlalchemy import delete, or_, select

from database.errors import PersonRefused
from database.people.people import Person, person_of, refuse_if_changed
from database.people.random_token import mark_of, new_token
from database.storage.engine import Database
from database.storage.models import PersonRow, SessionRow

IDLE, LONGEST = timedelta(minutes=30), timedelta(hours=8)


def begin_session(database: Database, person: Person) -> str:
    """Log somebody in; returns the token for their browser.

    Raises PersonRefused when the login was changed since the person was read, for then another password may
    be the right one, or a code is needed; DatabaseUnavailable.
    """
    token = new_token()
    with database.write() as session:
        now = database.clock()
        row = session.get(PersonRow, person.id, with_for_update=True)
        if row is None:
            raise PersonRefused("akun ini sudah tidak ada")
        refuse_if_changed(row, person)
        over = or_(SessionRow.used_at < now - IDLE, SessionRow.begun_at < now - LONGEST)
        session.execute(delete(SessionRow).where(over))
        session.add(SessionRow(token=mark_of(token), person_id=person.id, begun_at=now, used_at=now))
    return token


def who_is(database: Database, token: str, *, renews: bool) -> Person | None:
    """Whose session this is; None: nobody's, any more. `renews`: this was a person and no polling page.

    Raises DatabaseUnavailable.
    """
    with database.write() if renews else database.read() as session:
        now = database.clock()
        # Locked when it is written: somebody may be ending it at this moment.
        row = session.get(SessionRow, mark_of(token), with_for_update=renews)
        if row is None or row.used_at < now - IDLE or row.begun_at < now - LONGEST:
            return None
        person = session.scalar(select(PersonRow).where(PersonRow.id == row.person_id, PersonRow.active))
        if person is None:
            return None
        if renews:
            row.used_at = now
        return person_of(session, person)


def end_session(database: Database, token: str) -> None:
    """Log out: the token is worth nothing any more. Raises DatabaseUnavailable."""
    with database.write() as session:
        session.execute(delete(SessionRow).where(SessionRow.token == mark_of(token)))
