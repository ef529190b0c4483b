"""Putting a failed job back in line, at a person's word."""

from database.engine import Database
from database.errors import JobNotFound
from database.models import Job
from database.status import Status
from database.wakeup import announce


def reopen(database: Database, job_id: int) -> Status:
    """Make a `gagal` job due now, as it is; any other is left alone. Returns its state then.

    Raises JobNotFound, DatabaseUnavailable.
    """
    with database.write() as session:
        job = session.get(Job, job_id, with_for_update=True)
        if job is None:
            raise JobNotFound(job_id)
        if job.status == Status.GAGAL:
            now = database.clock()
            job.status, job.reason, job.message = Status.MENUNGGU.value, None, None
            job.due_at = job.updated_at = now
            job.version += 1
            announce(session)
        return Status(job.status)
