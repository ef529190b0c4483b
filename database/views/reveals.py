"""Each look at a job with its numbers unmasked is noted: who looked, and when."""

from collections.abc import Collection

from database.storage.engine import Database
from database.storage.models import Reveal
from database.storage.past_jobs import readable_job

NO_JOB = 0  # in place of a job's id where a member was asked of BPJS and shown whole


def note_reveal(database: Database, job_id: int, *, by: str, clinics: Collection[str] | None = None) -> None:
    """Write it down before anything is shown.

    `clinics`: those whose jobs the person may see; None: all. Raises JobNotFound (theirs it is not),
    DatabaseUnavailable.
    """
    with database.write() as session:
        if clinics is not None:
            readable_job(session, job_id, clinics)
        session.add(Reveal(job_id=job_id, at=database.clock(), by=by))
