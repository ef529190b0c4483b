"""An answer that comes after its job was taken over is kept in the history, and heeded where it is clear.

The take-over closed the attempt as `worker-died`; the late answer is one more row, with the number of that
attempt. Where it contradicts the end that the job has had since, a person is asked.
"""

from collections.abc import Callable, Mapping, Set
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum, auto
from functools import cache
from itertools import takewhile

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from bpjs_client.jenis import Jenis
from database.jobs.attempts import Evidence, append_attempt
from database.jobs.delivered import when_delivered
from database.jobs.verdict import Verdict
from database.status import Status
from database.storage.engine import Database
from database.storage.models import Attempt, Job
from database.storage.wakeup import announce
from database.vocabulary import ASKED_AFRESH, MAY_BE_THERE, TELLS_NOTHING, UNCLEAR_LOOKS, Outcome, Reason


class _Said(Enum):
    """The meaning of a late answer for its own request."""

    TAKEN = auto()  # BPJS's success code, with its number where one is due
    REFUSED = auto()
    NEVER_LEFT = auto()
    UNCLEAR = auto()


@dataclass(frozen=True)
class _Late:
    """A late answer with the job as it is now."""

    session: Session
    job: Job
    attempt: Attempt
    evidence: Evidence
    verdict: Verdict
    now: datetime


def note_late(database: Database, job_id: int, number: int, evidence: Evidence, verdict: Verdict) -> None:
    """Append what came back for attempt `number` of a job that another claim has, or had, since.

    `verdict` is what would have become of the job. Raises DatabaseUnavailable, ConstraintViolated.
    """
    with database.write() as session:
        job = session.get(Job, job_id, with_for_update=True)
        attempt = session.scalar(select(Attempt).where(Attempt.job_id == job_id, Attempt.number == number))
        if job is None or attempt is None or attempt.outcome not in {None, Outcome.WORKER_DIED}:
            return  # the job is gone; or the answer was stored in time, though its process never heard so
        late = _Late(session, job, attempt, evidence, verdict, database.clock())
        outcome, act = _case_of(late)
        act(late)  # before the new row, for it looks at the history as it was
        _append(late, outcome)
        announce(session)


def confront(session: Session, job_id: int, now: datetime) -> None:
    """Compare the end that a later claim gives its job with what an earlier claim heard too late."""
    heard = session.scalar(_heard_too_late(), {"job_id": job_id})
    if heard is None:
        return
    job = session.get_one(Job, job_id, populate_existing=True)
    told = _numbers(heard.changes)
    denied = job.status == Status.GAGAL and not job.result
    if denied or (job.status in {Status.GAGAL, Status.TERKIRIM} and _differ(told, job.result)):
        _put_before_a_person(job, told, now)


@cache
def _heard_too_late() -> Select[tuple[Attempt]]:
    """The newest success that came late, unless a person has asked for the job since."""
    asked = select(func.max(Attempt.number)).where(
        Attempt.job_id == bindparam("job_id"), Attempt.outcome.in_(ASKED_AFRESH)
    )
    return (
        select(Attempt)
        .where(Attempt.job_id == bindparam("job_id"), Attempt.outcome == Outcome.LATE_SUCCESS)
        .where(Attempt.number > func.coalesce(asked.scalar_subquery(), 0))
        .order_by(Attempt.number.desc())
        .limit(1)
    )


def _case_of(late: _Late) -> tuple[Outcome, Callable[[_Late], None]]:
    said = _said(late)
    for case in _CASES:
        if late.job.status in case.statuses and said is case.said and case.holds(late):
            return case.outcome, case.act
    return Outcome.LATE_EVIDENCE, _nothing


def _said(late: _Late) -> _Said:
    if late.evidence.outcome == Outcome.SUCCESS:
        return _Said.TAKEN
    if late.evidence.outcome == Outcome.NOT_SENT:
        return _Said.NEVER_LEFT
    refused = late.verdict.status is Status.GAGAL or _waits_for_patient(late)
    return _Said.REFUSED if refused else _Said.UNCLEAR


def _waits_for_patient(late: _Late) -> bool:
    verdict = late.verdict
    return verdict.status is Status.MENUNGGU and verdict.reason == Reason.NEEDS_SCREENING


def _always(_late: _Late) -> bool:
    return True


def _as_it_was_sent(late: _Late) -> bool:
    """Whether nobody has asked for the job, and perhaps corrected it, since."""
    asked = select(func.count()).where(
        Attempt.job_id == late.job.id,
        Attempt.number > late.attempt.number,
        Attempt.outcome.in_(ASKED_AFRESH),
    )
    return late.session.scalar(asked) == 0


def _waits_for_it_alone(late: _Late) -> bool:
    """Whether this attempt is the only thing of the job that may be at BPJS unknown to us."""
    looks = (*UNCLEAR_LOOKS, Outcome.ABSENT)
    newest = (
        select(Attempt.number, Attempt.outcome)
        .where(Attempt.job_id == late.job.id, Attempt.outcome.is_not(None))
        .where(Attempt.outcome.not_in([*TELLS_NOTHING, *looks]))
        .order_by(Attempt.number.desc())
    )
    rows = late.session.execute(newest).all()
    unknown = [row.number for row in takewhile(lambda row: row.outcome in MAY_BE_THERE, rows)]
    return unknown == [late.attempt.number] and _as_it_was_sent(late)


def _another_number(late: _Late) -> bool:
    return _differ(late.verdict.result, late.job.result)


def _closed_as_not_needed(late: _Late) -> bool:
    return late.job.reason != Reason.ALREADY_THERE


def _nothing(_late: _Late) -> None:
    """Change nothing: the row in the history is enough."""


def _ends(late: _Late) -> None:
    """End the job as the answer says."""
    job, verdict = late.job, late.verdict
    job.status, job.reason, job.message = verdict.status.value, verdict.reason, verdict.message
    job.http_code, job.meta_code = late.evidence.http_code, late.evidence.meta_code
    job.due_at = job.updated_at = late.now
    if _waits_for_patient(late):
        job.due_at += verdict.due_in or timedelta(0)
    job.version += 1
    if verdict.result is not None:
        job.result = dict(verdict.result)
    if verdict.status is Status.TERKIRIM:
        job.sent_at = late.now
        late.session.flush()
        when_delivered(late.session, job.id, Jenis(job.jenis), late.now, corrects=job.corrects)


def _is_looked_up(late: _Late) -> None:
    """Have the job looked up before anything else leaves, for BPJS says that it took it."""
    late.job.due_at = late.job.updated_at = late.now


def _stands_before_a_person(late: _Late) -> None:
    _put_before_a_person(late.job, late.verdict.result, late.now)


def _put_before_a_person(job: Job, told: Mapping[str, str] | None, now: datetime) -> None:
    noted = f"; yang tercatat di sini {_say(job.result)}" if job.result else ""
    found = (
        f"BPJS menjawab berhasil ({_say(told)}) untuk permintaan yang sudah diambil alih{noted};"
        " periksa di aplikasi BPJS"
    )
    job.message = f"{found} · {job.message}" if job.message else found
    job.reason, job.updated_at = Reason.CONTRADICTED, now
    job.version += 1


def _say(result: Mapping[str, str] | None) -> str:
    return ", ".join(f"{name} {number}" for name, number in (result or {}).items()) or "tanpa nomor"


def _differ(told: Mapping[str, str] | None, noted: Mapping[str, str] | None) -> bool:
    return any((noted or {}).get(name) != number for name, number in (told or {}).items())


@dataclass(frozen=True)
class _Case:
    statuses: Set[Status]
    said: _Said
    holds: Callable[[_Late], bool]
    act: Callable[[_Late], None]
    outcome: Outcome


# The status of the job now, the meaning of the late answer and a condition decide what is done. Whatever no
# row names is kept as evidence alone.
_CASES = (
    _Case({Status.TIDAK_PASTI}, _Said.TAKEN, _as_it_was_sent, _ends, Outcome.LATE_ANSWER),
    _Case(
        {Status.TIDAK_PASTI, Status.MENUNGGU}, _Said.REFUSED, _waits_for_it_alone, _ends, Outcome.LATE_ANSWER
    ),
    _Case({Status.TIDAK_PASTI}, _Said.NEVER_LEFT, _waits_for_it_alone, _ends, Outcome.LATE_ANSWER),
    _Case({Status.TIDAK_PASTI, Status.MENUNGGU}, _Said.TAKEN, _always, _is_looked_up, Outcome.LATE_SUCCESS),
    # The claim that holds the job ends it, and calls `confront`.
    _Case({Status.PROSES}, _Said.TAKEN, _always, _nothing, Outcome.LATE_SUCCESS),
    _Case({Status.GAGAL}, _Said.TAKEN, _always, _stands_before_a_person, Outcome.LATE_SUCCESS),
    _Case({Status.TERKIRIM}, _Said.TAKEN, _another_number, _stands_before_a_person, Outcome.LATE_SUCCESS),
    _Case(
        {Status.DITUTUP}, _Said.TAKEN, _closed_as_not_needed, _stands_before_a_person, Outcome.LATE_SUCCESS
    ),
)


def _append(late: _Late, outcome: Outcome) -> None:
    """Append a row with what came back, and for which attempt."""
    attempt, evidence = late.attempt, late.evidence
    append_attempt(
        late.session,
        late.job.id,
        started_at=attempt.started_at,
        finished_at=late.now,
        duration_ms=evidence.duration_ms,
        outcome=outcome,
        http_code=evidence.http_code,
        meta_code=evidence.meta_code,
        request=attempt.request,
        response=evidence.response,
        raw=evidence.raw,
        flow_run_id=attempt.flow_run_id,
        task_run_id=attempt.task_run_id,
        requested_by=attempt.requested_by,
        reason=f"jawaban percobaan {attempt.number}, datang setelah diambil alih: {evidence.outcome}",
        changes={"hasil": dict(late.verdict.result)} if late.verdict.result else None,
    )


def _numbers(changes: object) -> Mapping[str, str]:
    return changes.get("hasil", {}) if isinstance(changes, dict) else {}
