"""A job in hand: all that sending it needs, and its move out of hand."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, exists, select
from sqlalchemy.orm import Session, aliased

from bpjs_client.jenis import Jenis
from database.errors import LeaseLost
from database.jobs.attempts import (
    Evidence,
    JobInHand,
    LookTaken,
    append_look,
    close_attempts,
    lost_request,
    lost_writes,
)
from database.jobs.chain import UNDONE_BY, of_one_visit
from database.jobs.deletion import undone_by
from database.jobs.delivered import when_delivered
from database.jobs.held_claim import Claim, Held, change_all, held_job, hold, hold_all
from database.jobs.late_answers import confront
from database.jobs.verdict import Verdict
from database.services.evidence import Heard, note
from database.status import Status
from database.storage.engine import Database
from database.storage.models import Job, readable
from database.storage.together import Alone
from database.vocabulary import SAID_TO_BE_THERE, UNCLEAR_LOOKS, Reason

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
            anothers_number=undone.anothers,
            is_edit=job.corrects is not None and Jenis(job.jenis) is Jenis.TAMBAH_KUNJUNGAN,
            tried_before=job.attempts > 0,
            for_patient=job.reason == Reason.NEEDS_SCREENING,
        )


@dataclass(frozen=True)
class _Move:
    """What led to a job's move, and what it told."""

    claim: Claim
    verdict: Verdict
    attempt: int | None
    evidence: Evidence | None
    look: LookTaken | None
    heard: Heard | None

    @property
    def closed(self) -> tuple[int, int, Evidence] | None:
        """The attempt that this closes: its job, its number, and what came back."""
        if self.attempt is None or self.evidence is None:
            return None
        return self.claim.job_id, self.attempt, self.evidence

    @property
    def concerns_others(self) -> bool:
        """Whether it changes more than the job's row and its attempt, as far as that is known beforehand."""
        is_trouble = self.heard is not None and not self.heard.is_answer
        return is_trouble or self.look is not None or self.claim.token > 1

    def changes(self, now: datetime) -> dict[str, Any]:
        """The new values of the job's row."""
        changes = _changes(self.verdict, now)
        if self.evidence is not None and self.attempt is not None:
            changes |= {"http_code": self.evidence.http_code, "meta_code": self.evidence.meta_code}
            changes["attempts"] = int(self.verdict.counted)
        return changes


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
    moved = _Move(claim, verdict, attempt, evidence, look, heard)
    write = database.alone if moved.concerns_others else database.together
    return write(_move_all, moved)


def _move_all(session: Session, moves: Sequence[_Move], now: datetime, waits: bool) -> list[bool | Exception]:
    """With others only those that concern no other row are moved; each of the rest is to be moved alone."""
    found = hold_all(session, [each.claim for each in moves], waits=waits)
    mine = [
        (each, held)
        for each, held in zip(moves, found, strict=True)
        if isinstance(held, Held) and (waits or _is_plain(each, held))
    ]
    change_all(session, [(each.claim.job_id, each.changes(now)) for each, _ in mine])
    if not close_attempts(session, [each.closed for each, _ in mine if each.closed is not None], now):
        raise LeaseLost(mine[0][0].claim.job_id)
    asks = {each.claim: _follow_up(session, each, held, now) for each, held in mine}
    return [
        held if isinstance(held, Exception) else asks.get(each.claim, Alone())
        for each, held in zip(moves, found, strict=True)
    ]


def _is_plain(move: _Move, held: Held) -> bool:
    """Whether it changes nothing but the job's row and its attempt."""
    return not (move.concerns_others or held.is_awaited or _is_missed(move, held))


def _is_missed(move: _Move, held: Held) -> bool:
    """Whether its delivery may mean something for other jobs of its chain."""
    return move.verdict.status is Status.TERKIRIM and (held.chain_failed or held.corrects is not None)


def _follow_up(session: Session, moved: _Move, held: Held, now: datetime) -> bool:
    """Write down what a move means beside the job's row; whether the caller is to ask a harmless read."""
    job_id = moved.claim.job_id
    if moved.look is not None:
        append_look(session, job_id, moved.look, now)
    if _is_missed(moved, held):
        when_delivered(session, job_id, Jenis(held.jenis), now, corrects=held.corrects)
    if moved.claim.token > 1:
        confront(session, job_id, now)
    if moved.heard is None or (moved.heard.is_answer and not held.is_awaited):
        return False
    return note(session, held.who, job_id, moved.heard, now)


def record(database: Database, claim: Claim, *, attempt: int, evidence: Evidence) -> None:
    """Close an attempt that changes nothing yet: the job stays in hand and is tried again in a moment.

    Raises LeaseLost, DatabaseUnavailable.
    """
    with database.write() as session:
        hold(session, claim)
        if not close_attempts(session, [(claim.job_id, attempt, evidence)], database.clock()):
            raise LeaseLost(claim.job_id)


def _changes(verdict: Verdict, now: datetime) -> dict[str, Any]:
    """The new values of the job's row."""
    changes: dict[str, Any] = {
        "status": verdict.status.value,
        "reason": verdict.reason,
        "message": verdict.message and verdict.message[:LONGEST_MESSAGE],
        "waits": int(_is_put_off(verdict)),
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


def _is_put_off(verdict: Verdict) -> bool:
    """Whether it counts among the times in a row that it was put off; a wait for the patient does not."""
    waits = verdict.status in {Status.MENUNGGU, Status.TIDAK_PASTI}
    return waits and verdict.reason != Reason.NEEDS_SCREENING


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
