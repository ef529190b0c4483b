"""Moving a job in hand to its next state: the only place where delivery changes a status."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bpjs_client.jenis import Jenis
from database.attempts import (
    LOOK_FAILED,
    Evidence,
    JobInHand,
    close_attempt,
    held,
    lost_writes,
)
from database.chain import lacks_creation, numbers_of
from database.engine import Database
from database.health import Heard, note
from database.models import Job, readable
from database.status import Status
from database.wakeup import announce

# A panggil or batal that BPJS refused although our chain holds no add for it (the patient came through
# Mobile JKN, or the add came later): it goes again by itself when an add of its chain succeeds.
REFUSED_WITHOUT_ADD = "ditolak-tanpa-antrean"


@dataclass(frozen=True)
class Verdict:
    """What happens to a job next; `message` is Indonesian and may quote BPJS."""

    status: Status
    reason: str | None = None
    message: str | None = field(default=None, repr=False)
    result: Mapping[str, str] | None = field(default=None, repr=False)
    due_in: timedelta | None = None  # for menunggu and tidak_pasti; None: now
    counted: bool = True  # BPJS received the request, or may have


def load(database: Database, job_id: int, *, owner: str) -> JobInHand:
    """All that sending a claimed job needs. Raises JobNotFound, LeaseLost, DatabaseUnavailable."""
    with database.read() as session:
        job = held(session, job_id, owner, database.clock())
        lost = lost_writes(session, job_id)
        return JobInHand(
            id=job.id,
            faskes=job.faskes,
            jenis=job.jenis,
            service=job.service,
            norm=job.norm,
            nama_pasien=job.nama_pasien,
            body=job.body,
            numbers=numbers_of(session, job),
            waits=job.waits,
            uncertain=bool(lost),
            repeated=len([outcome for outcome in lost if outcome != LOOK_FAILED]) > 1,
            pointless=lacks_creation(session, job),
        )


def move(
    database: Database,
    job_id: int,
    verdict: Verdict,
    *,
    owner: str,
    attempt: int | None = None,
    evidence: Evidence | None = None,
    heard: Heard | None = None,
) -> None:
    """Close the attempt, if there was one, and move the job out of hand, in one transaction.

    `heard` is what the request told of the health of its service.
    Raises LeaseLost when the job was taken over meanwhile (then the newer holder decides) and
    DatabaseUnavailable.
    """
    with database.write() as session:
        now = database.clock()
        job = held(session, job_id, owner, now)
        if attempt is not None and evidence is not None:
            close_attempt(session, job_id, attempt, evidence, now)
            job.http_code, job.meta_code = evidence.http_code, evidence.meta_code
            job.attempts += 1 if verdict.counted else 0
        _apply(job, verdict, now)
        session.flush()
        if job.status == Status.TERKIRIM and job.jenis == Jenis.TAMBAH_ANTREAN:
            _revive_refused(session, job, now)
        if heard is not None:
            note(session, job.faskes, job.service, heard, now)
        announce(session)


def record(database: Database, job_id: int, *, owner: str, attempt: int, evidence: Evidence) -> None:
    """Close an attempt that changes nothing yet: the job stays in hand and is tried again in a moment.

    Raises LeaseLost, DatabaseUnavailable.
    """
    with database.write() as session:
        now = database.clock()
        held(session, job_id, owner, now)
        close_attempt(session, job_id, attempt, evidence, now)


def _apply(job: Job, verdict: Verdict, now: datetime) -> None:
    job.status = verdict.status.value
    job.reason, job.message = verdict.reason, verdict.message
    if verdict.result is not None:
        job.result = {name: readable(value) for name, value in verdict.result.items()}
    if verdict.status is Status.TERKIRIM:
        job.sent_at = now
    job.waits = job.waits + 1 if verdict.status in {Status.MENUNGGU, Status.TIDAK_PASTI} else 0
    job.due_at = now + (verdict.due_in or timedelta(0))
    job.lease_until = job.lease_owner = None
    job.updated_at = now
    job.version += 1


def _revive_refused(session: Session, add: Job, now: datetime) -> None:
    session.execute(
        update(Job)
        .where(Job.faskes == add.faskes, Job.rantai == add.rantai, Job.service == add.service)
        .where(Job.status == Status.GAGAL.value, Job.reason == REFUSED_WITHOUT_ADD)
        .values(
            status=Status.MENUNGGU.value,
            reason=None,
            message=None,
            due_at=now,
            updated_at=now,
            version=Job.version + 1,
        )
    )


def chain_has(database: Database, job_id: int, jenis: Jenis, statuses: Collection[Status]) -> bool:
    """Whether a job's chain holds one of this jenis in one of these states. Raises DatabaseUnavailable."""
    with database.read() as session:
        job = session.get_one(Job, job_id)
        like = select(Job.id).where(
            Job.faskes == job.faskes,
            Job.rantai == job.rantai,
            Job.jenis == jenis.value,
            Job.status.in_([status.value for status in statuses]),
        )
        return session.scalar(like.limit(1)) is not None
