"""Jobs are found by a field of their body here, for bodies are sealed and the database cannot look inside."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, bindparam, select
from sqlalchemy.orm import Session

from database.storage.models import Job
from database.storage.time_limits import be_patient

_AT_ONCE = 1_000


def body_says(
    session: Session, among: Iterable[ColumnElement[bool]], field: str, value: str
) -> ColumnElement[bool]:
    """The condition of those jobs, `among` others, whose body holds this value in this field."""
    be_patient(session)  # a million bodies take minutes to open
    ids = list(_matching(session, among, field, value))
    # The ids are written into the statement, for there may be more than a statement has parameters.
    return Job.id.in_(bindparam("matching", ids, expanding=True, literal_execute=True))


def _matching(
    session: Session, among: Iterable[ColumnElement[bool]], field: str, value: str
) -> Iterator[int]:
    rows = session.execute(select(Job.id, Job.body).where(*among).execution_options(yield_per=_AT_ONCE))
    return (job_id for job_id, body in rows if _as_text(body.get(field)) == value)


def _as_text(value: Any) -> str | None:
    """A plain value as a person types it."""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value) if isinstance(value, str | int | float) else None
