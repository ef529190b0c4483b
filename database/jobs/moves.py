"""A job in hand: all that sending it needs, and its move out of hand."""

from collections.abc import Collection
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import aliased

from bpjs_client.jenis import Jenis
from database.jobs.attempts import (
    Evidence,
    JobInHand,
    LookTaken,
    append_look,
    close_attempt,
    lost_request,
    lost_writes,
)
from database.jobs.chain import UNDONE_BY, of_one_visit
from database.jobs.deletion import undone_by
from database.jobs.delivered import when_delivered
from database.jobs.held_claim import Claim, held_job, hold
from database.jobs.late_answers import confront
from database.jobs.verdict import Verdict
from database.services.clinic_service import ClinicService
from database.services.evidence import Heard, note
from database.status import Status
from database.storage.engine import Database
from database.storage.models import Job, readable
from database.vocabulary import SAID_TO_BE_THERE, UNCLEAR_LOOKS

# Characters of what BPJS said that staff are shown; the attempt keeps the answer.
LONGEST_MESSAGE = 2_000


def load(database: Database, claim: Claim) -> JobInHand:
    """Read all that sending a claimed job needs. Raises JobNotFound, LeaseLost, DatabaseUnavailable."""
    with database.read() as session:
        job = held_job(session, claim)
        lost, undone = lost_writes(session, job.id), undone_by(session, job)
        return JobInHand(
            claim=claim,
            faskes=job.faskes,
            jenis=job.jenis,
            service=job.service,
            norm=job.norm,
            nama_pasien=job.nama_pasien,
            body=job.body,
            numbers=undone.numbers,
            waits=job.waits,
            uncertain=bool(lost),
            repeated=len([outcome for outcome in lost if outcome not in UNCLEAR_LOOKS]) > 1,
            pointless=undone.pointless,
            lost_request=lost_request(session, job.id) if lost else None,
            contradictions=sum(outcome in SAID_TO_BE_THERE for outcome in lost),
            why_no_number=undone.unclear,
            is_edit=job.corrects is not None and Jenis(job.jenis) is Jenis.TAMBAH_KUNJUNGAN,
            tried_before=job.attempts > 0,
        )


def move(
    database: Database,
    claim: Claim,
    verdict: Verdict,
    *,
    attempt: int | None = None,
    evidence: Evidence | None = None,
    look: LookTaken | None = None,
    heard: Heard | None = None,
) -> bool:
    """Close the attempt, or append the look, that led to this, and move the job, in one transaction.

    `heard` is what the request told of its service. True: the caller is to ask a harmless read now, to find
    out whether it is the job or the service (database/services/evidence.py).
    Raises LeaseLost when the job was taken over meanwhile (then the newer holder decides) and
    DatabaseUnavailable.
    """
    with database.write() as session:
        now = database.clock()
        changes = _changes(verdict, now)
        if attempt is not None and evidence is not None:
            changes |= {"http_code": evidence.http_code, "meta_code": evidence.meta_code}
            changes["attempts"] = int(verdict.counted)
        job, job_id = hold(session, claim, **changes), claim.job_id
        if attempt is not None and evidence is not None:
            close_attempt(session, job_id, attempt, evidence, now)
        if look is not None:
            append_look(session, job_id, look, now)
        if verdict.status is Status.TERKIRIM:
            when_delivered(session, job_id, Jenis(job.jenis), now, corrects=job.corrects)
        if claim.token > 1:
            confront(session, job_id, now)
        if heard is None:
            return False
        return note(session, ClinicService(job.faskes, job.service, job.jenis), job_id, heard, now)


def record(database: Database, claim: Claim, *, attempt: int, evidence: Evidence) -> None:
    """Close an attempt that changes nothing yet: the job stays in hand and is tried again in a moment.

    Raises LeaseLost, DatabaseUnavailable.
    """
    with database.write() as session:
        now = database.clock()
        hold(session, claim)
        close_attempt(session, claim.job_id, attempt, evidence, now)


def _changes(verdict: Verdict, now: datetime) -> dict[str, Any]:
    """The new values of the job's row."""
    changes: dict[str, Any] = {
        "status": verdict.status.value,
        "reason": verdict.reason,
        "message": verdict.message and verdict.message[:LONGEST_MESSAGE],
        "waits": int(verdict.status in {Status.MENUNGGU, Status.TIDAK_PASTI}),
        "due_at": now + (verdict.due_in or timedelta(0)),
        "lease_until": None,
        "lease_owner": None,
        "updated_at": now,
        "version": 1,
    }
    if verdict.result is not None:
        changes["result"] = {name: readable(value) for name, value in verdict.result.items()}
    if verdict.status is Status.TERKIRIM:
        changes["sent_at"] = now
    return changes


def chain_has(database: Database, job_id: int, jenis: Jenis, statuses: Collection[Status]) -> bool:
    """Whether a job's chain holds one of this jenis, for the same visit, with one of these statuses.

    One that a later job of the chain has undone at BPJS does not count. Raises DatabaseUnavailable.
    """
    asking, undoing = aliased(Job), aliased(Job)
    undone = exists().where(
        undoing.faskes == Job.faskes,
        undoing.rantai == Job.rantai,
        undoing.jenis == UNDONE_BY.get(jenis),
        undoing.status == Status.TERKIRIM.value,
        undoing.position > Job.position,
    )
    like = (
        select(Job.id)
        .join(asking, and_(Job.faskes == asking.faskes, Job.rantai == asking.rantai))
        .where(asking.id == job_id, Job.jenis == jenis.value, of_one_visit(Job, asking))
        .where(Job.status.in_([status.value for status in statuses]), ~undone)
    )
    with database.read() as session:
        return session.scalar(like.limit(1)) is not None
