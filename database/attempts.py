"""The history of a job: an attempt is committed before its request leaves and closed with what came back."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import takewhile
from typing import Any
from uuid import UUID

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from database.engine import Database
from database.errors import JobNotFound, LeaseLost
from database.models import Attempt, Job
from database.status import Status

WORKER_DIED = "worker-died"
ABSENT = "absent"
FOUND = "found"
LOOK_FAILED = "look-failed"
# After one of these BPJS may hold the write although we have no clear answer: look before sending again.
UNCERTAIN_OUTCOMES = ("unknown", "already-there", WORKER_DIED, LOOK_FAILED)
# A person asks for the job to be sent again; of one that no look-up can settle that is the settlement.
ASKED_AGAIN, DECIDED_AGAIN = "asked-again", "decided-again"
# These tell nothing of an earlier write whose answer was lost: the request never left, or BPJS put it off.
_TELLS_NOTHING = ("not-sent", "temporary", "unauthorized", ASKED_AGAIN)
_ENOUGH = 20  # outcomes back in time


@dataclass(frozen=True)
class Asker:
    """On whose word an attempt is made: the Prefect run, and for a resend the person and the reason."""

    flow_run_id: UUID | None = None
    task_run_id: UUID | None = None
    requested_by: str | None = None
    reason: str | None = None
    changes: Any | None = None


@dataclass(frozen=True)
class Evidence:
    """What came back for one request; its repr shows none of it, for it names patients."""

    outcome: str
    http_code: int | None = None
    meta_code: str | None = None
    response: Any | None = field(default=None, repr=False)
    raw: str | None = field(default=None, repr=False)
    duration_ms: int | None = None


@dataclass(frozen=True)
class JobInHand:
    """A claimed job with all that sending it needs."""

    id: int
    faskes: str
    jenis: str
    service: str
    norm: str
    nama_pasien: str
    body: Mapping[str, Any] = field(repr=False)
    numbers: Mapping[str, str] = field(repr=False)
    waits: int
    uncertain: bool
    repeated: bool
    pointless: bool


def open_attempt(
    database: Database,
    job_id: int,
    *,
    owner: str,
    request: Mapping[str, Any],
    lease: timedelta,
    asker: Asker,
) -> int:
    """Record that a request is about to leave; returns the attempt's number. Committed when this returns.

    Also renews the lease: nobody may take the job over while its request is on the way. Raises LeaseLost,
    DatabaseUnavailable (then the request must not leave).
    """
    with database.write() as session:
        now = database.clock()
        job = held(session, job_id, owner, now)
        job.lease_until = now + lease
        attempt = _new_attempt(session, job_id, now, request, asker)
        return attempt.number


def note_look(
    database: Database, job_id: int, *, owner: str, request: Mapping[str, Any], outcome: str, asker: Asker
) -> None:
    """Record that BPJS was asked whether it has the job: one of FOUND, ABSENT, LOOK_FAILED.

    Raises LeaseLost, DatabaseUnavailable.
    """
    with database.write() as session:
        now = database.clock()
        held(session, job_id, owner, now)
        attempt = _new_attempt(session, job_id, now, request, asker)
        attempt.finished_at, attempt.outcome = now, outcome


def _new_attempt(
    session: Session, job_id: int, now: datetime, request: Mapping[str, Any], asker: Asker
) -> Attempt:
    newest = session.scalar(select(func.max(Attempt.number)).where(Attempt.job_id == job_id))
    attempt = Attempt(
        job_id=job_id,
        number=(newest or 0) + 1,
        started_at=now,
        request=dict(request),
        flow_run_id=asker.flow_run_id,
        task_run_id=asker.task_run_id,
        requested_by=asker.requested_by,
        reason=asker.reason,
        changes=asker.changes,
    )
    session.add(attempt)
    return attempt


def lost_writes(session: Session, job_id: int) -> list[str]:
    """The outcomes, newest first, since BPJS last told clearly whether it has the job; [] when it did."""
    newest = (
        select(Attempt.outcome)
        .where(Attempt.job_id == job_id, Attempt.outcome.is_not(None))
        .where(Attempt.outcome.not_in(_TELLS_NOTHING))
        .order_by(Attempt.number.desc())
        .limit(_ENOUGH)
    )
    outcomes = (str(outcome) for outcome in session.scalars(newest))
    return list(takewhile(lambda outcome: outcome in UNCERTAIN_OUTCOMES, outcomes))


def close_attempt(session: Session, job_id: int, number: int, evidence: Evidence, now: datetime) -> None:
    """Write down what came back, inside the transaction that moves the job."""
    attempt = session.scalar(select(Attempt).where(Attempt.job_id == job_id, Attempt.number == number))
    if attempt is None or attempt.finished_at is not None:
        raise LeaseLost(job_id)
    attempt.finished_at = now
    attempt.duration_ms = evidence.duration_ms
    attempt.outcome = evidence.outcome
    attempt.http_code = evidence.http_code
    attempt.meta_code = evidence.meta_code
    attempt.response = evidence.response
    attempt.raw = evidence.raw


def held(session: Session, job_id: int, owner: str, now: datetime) -> Job:
    """The job, provided this owner still holds it. Raises JobNotFound, LeaseLost."""
    job = session.get(Job, job_id, with_for_update=True)
    if job is None:
        raise JobNotFound(job_id)
    if job.status != Status.PROSES or job.lease_owner != owner or (job.lease_until or now) < now:
        raise LeaseLost(job_id)
    return job
