"""By which a job is called: its type, its clinic and its patient, without its body."""

from sqlalchemy import select

from bpjs_client.jenis import Jenis
from database.claim import ClaimedJob
from database.engine import Database
from database.models import Job


def named_job(database: Database, job_id: int) -> ClaimedJob | None:
    """The job, not in hand; None when there is none of this number. Raises DatabaseUnavailable."""
    wanted = select(Job.id, Job.faskes, Job.jenis, Job.norm, Job.nama_pasien).where(Job.id == job_id)
    with database.read() as session:
        row = session.execute(wanted).one_or_none()
    if row is None:
        return None
    return ClaimedJob(row.id, row.faskes, Jenis(row.jenis), row.norm, row.nama_pasien)
