"""One job with its whole history, as `bpjs show` tells it."""

from typing import Any

from sqlalchemy import select

from database.errors import JobNotFound, KunciUnknown
from database.faskes_name import UTAMA
from database.jobs.corrections import corrections_of
from database.storage.engine import Database
from database.storage.models import Attempt, Job, Reveal, readable
from database.storage.past_jobs import known_past, not_there
from database.storage.row_seal import own
from database.views.monitor import message
from database.vocabulary import NO_DELIVERY


def show(database: Database, job_id: int) -> dict[str, Any]:
    """The job's request (the newest one sent, else its body), response, result and attempts, oldest first.

    Times are UTC in ISO 8601, durations in milliseconds. Raises JobNotFound, DatabaseUnavailable.
    """
    if not 0 < job_id <= _GREATEST_ID:
        raise JobNotFound(job_id)
    with database.read() as session:
        job = session.get(Job, job_id)
        if job is None:
            raise not_there(session, job_id)
        attempts = session.scalars(select(Attempt).where(Attempt.job_id == job_id).order_by(Attempt.number))
        history = [_attempt(attempt) for attempt in attempts]
        reveals = session.scalars(select(Reveal).where(Reveal.job_id == job_id).order_by(Reveal.id))
        delivered = [attempt for attempt in history if attempt["outcome"] not in NO_DELIVERY]
        last = delivered[-1] if delivered else {}
        return {
            "id": job.id,
            "jenis": job.jenis,
            "corrects": job.corrects,
            "corrected_by": corrections_of(session, job_id),
            "faskes": job.faskes,
            "norm": job.norm,
            "nama_pasien": job.nama_pasien,
            "tanggal": job.tanggal.isoformat(),
            "kunci": job.kunci,
            "rantai": job.rantai,
            "status": job.status,
            "message": message(database, session, job),
            "http_code": job.http_code,
            "code": job.meta_code,
            "attempts": job.attempts,
            "version": job.version,
            "due_at": job.due_at.isoformat(),
            "request": last.get("request") or own(job.body, job.id),
            "response": last.get("response"),
            "result": job.result,
            "history": history,
            "reveals": [{"at": reveal.at.isoformat(), "by": reveal.by} for reveal in reveals],
        }


def find(database: Database, kunci: str, *, faskes: str = UTAMA) -> int:
    """The id of the job with this kunci, even of one that was deleted after its time.

    Raises KunciUnknown, DatabaseUnavailable.
    """
    with database.read() as session:
        wanted = (Job.faskes == readable(faskes), Job.kunci == readable(kunci))
        found = session.scalar(select(Job.id).where(*wanted))
        if found is None:
            past = known_past(session, readable(faskes), [readable(kunci)])
            found = next((known.id for known in past.values()), None)
    if found is None:
        raise KunciUnknown
    return found


# The greatest id that the column holds; a driver refuses to ask for a greater one.
_GREATEST_ID = 2**63 - 1


def _attempt(attempt: Attempt) -> dict[str, Any]:
    response = attempt.response if attempt.response is not None else attempt.raw
    return {
        "number": attempt.number,
        "started_at": attempt.started_at.isoformat(),
        "duration_ms": attempt.duration_ms,
        "outcome": attempt.outcome,
        "http_code": attempt.http_code,
        "code": attempt.meta_code,
        "request": own(attempt.request, attempt.job_id),
        "response": own(response, attempt.job_id),
        "requested_by": attempt.requested_by,
        "reason": attempt.reason,
        "changes": own(attempt.changes, attempt.job_id),
    }
