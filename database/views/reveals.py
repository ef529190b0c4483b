"""Each look at a job with its numbers unmasked is noted: who looked, and when."""

from database.storage.engine import Database
from database.storage.models import Reveal

NO_JOB = 0  # in place of a job's id where a member was asked of BPJS and shown whole


def note_reveal(database: Database, job_id: int, *, by: str) -> None:
    """Write it down before anything is shown. Raises DatabaseUnavailable."""
    with database.write() as session:
        session.add(Reveal(job_id=job_id, at=database.clock(), by=by))
