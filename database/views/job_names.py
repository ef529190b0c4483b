"""The name of a job and the runs that sent it, read without its body."""

from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlalchemy import select

from bpjs_client.jenis import Jenis
from database.errors import JobNotFound
from database.jobs.claim import ClaimedJob
from database.storage.engine import Database
from database.storage.models import Attempt, Job


def named_job(database: Database, job_id: int) -> ClaimedJob | None:
    """The job, not in hand; None when there is none of this number. Raises DatabaseUnavailable."""
    wanted = select(Job.id, Job.faskes, Job.jenis, Job.norm, Job.nama_pasien).where(Job.id == job_id)
    with database.read() as session:
        row = session.execute(wanted).one_or_none()
    if row is None:
        return None
    return ClaimedJob(row.id, row.faskes, Jenis(row.jenis), row.norm, row.nama_pasien)


@dataclass(frozen=True)
class LastRuns:
    """Prefect's flow run and task run that sent a job last, if any, and the job's present stamp."""

    flow_run_id: UUID | None
    task_run_id: UUID | None
    stamp: str


def last_runs(database: Database, job_id: int) -> LastRuns:
    """The runs and the stamp that the page of a job needs. Raises JobNotFound, DatabaseUnavailable."""
    sent = (
        select(Attempt.flow_run_id, Attempt.task_run_id)
        .where(Attempt.job_id == job_id, Attempt.flow_run_id.is_not(None))
        .order_by(Attempt.number.desc())
        .limit(1)
    )
    with database.read() as session:
        job = session.execute(select(Job.version, Job.created_at).where(Job.id == job_id)).one_or_none()
        if job is None:
            raise JobNotFound(job_id)
        run = session.execute(sent).one_or_none()
    flow_run_id, task_run_id = (run.flow_run_id, run.task_run_id) if run else (None, None)
    return LastRuns(flow_run_id, task_run_id, stamp_of(job.version, job.created_at))


def stamp_of(version: int, created_at: datetime) -> str:
    """A stamp that changes whenever a job does; a job of the same id in another database has another one."""
    return f"{version} {created_at:%Y%m%d%H%M%S%f}"
