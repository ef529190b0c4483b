"""Jobs deleted after their time are remembered, so that their kunci and ids are never given to new jobs."""

from collections.abc import Collection, Mapping, Sequence
from typing import NamedTuple

from sqlalchemy import func, select, text
from sqlalchemy.orm import Session

from database.errors import JobForgotten, JobNotFound
from database.storage.dialect import gives_ids_again, insert_unless_there
from database.storage.models import Job, PastJob


class Known(NamedTuple):
    """A job that was handed over before."""

    id: int
    status: str


def remember(session: Session, ended: Sequence[Mapping[str, object]]) -> None:
    """Store these rows of past jobs in the transaction that deletes the jobs.

    A version of ours that knew no past may have taken a kunci twice: the first keeps it.
    """
    if ended:
        session.execute(insert_unless_there(session, PastJob), ended)


def known_past(session: Session, faskes: str, kunci: Sequence[str]) -> dict[str, Known]:
    """Those of a clinic's jobs with one of these kunci that were deleted, by kunci."""
    past = select(PastJob.kunci, PastJob.id, PastJob.status)
    rows = session.execute(past.where(PastJob.faskes == faskes, PastJob.kunci.in_(kunci)))
    return {key: Known(job_id, status) for key, job_id, status in rows}


def new_ids(session: Session, wanted: int) -> list[int]:
    """The ids of so many jobs that this transaction stores, in order; what is sealed for a job knows its id.

    Where the database would give the id of a deleted job again, they are counted on from the greatest ever
    given, which a single writer may do. A sequence never goes back.
    """
    if gives_ids_again(session):
        first = greatest_id(session) + 1
        return list(range(first, first + wanted))
    sequence = text("SELECT nextval(pg_get_serial_sequence('jobs', 'id')) FROM generate_series(1, :wanted)")
    return list(session.scalars(sequence, {"wanted": wanted}))


def greatest_id(session: Session) -> int:
    """The greatest id that a job has or had; 0 before the first."""
    return max(session.scalar(select(func.max(column))) or 0 for column in (Job.id, PastJob.id))


def locked_job(session: Session, job_id: int, clinics: Collection[str] | None = None) -> Job:
    """The job's row, which nobody else changes until the transaction ends.

    `clinics`: those that whoever asks may see; a job of another is as good as none. Raises JobNotFound.
    """
    return _seen_by(session, job_id, clinics, locks=True)


def readable_job(session: Session, job_id: int, clinics: Collection[str] | None = None) -> Job:
    """The same, only to be read."""
    return _seen_by(session, job_id, clinics, locks=False)


# The greatest id that the column holds; a driver refuses to ask for a greater one.
_GREATEST_ID = 2**63 - 1


def _seen_by(session: Session, job_id: int, clinics: Collection[str] | None, *, locks: bool) -> Job:
    if not 0 < job_id <= _GREATEST_ID:
        raise JobNotFound(job_id)
    job = session.get(Job, job_id, with_for_update=locks)
    if job is None:
        raise not_there(session, job_id, clinics)
    if clinics is not None and job.faskes not in clinics:
        raise JobNotFound(job_id)
    return job


def not_there(session: Session, job_id: int, clinics: Collection[str] | None = None) -> JobNotFound:
    """The error that says why there is no job with this id, to whoever may see jobs of these clinics."""
    past = session.scalar(select(PastJob).where(PastJob.id == job_id).limit(1))
    if past is None or (clinics is not None and past.faskes not in clinics):
        return JobNotFound(job_id)
    return JobForgotten(job_id, past.status, past.ended)
