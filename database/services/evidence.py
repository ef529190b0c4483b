"""Judges failures: a failure is charged to the smallest thing that explains it.

That is its job; or its jenis, when different jobs of it fail alike while a harmless read of the service is
accepted; or the service, when that read fails too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache

from sqlalchemy import ColumnElement, Select, bindparam, func, select, update
from sqlalchemy.orm import Session

from bpjs_client.jenis import Service
from database.jobs.attempts import ASKED_AGAIN, DECIDED_AGAIN, FAILED_OUTCOMES, LOOK_FAILED
from database.services.clinic_service import WHOLE, ClinicService
from database.services.probe_waits import ATTENDED, next_wait
from database.services.service_rows import locked_row, parts_of
from database.services.states import DOWN, Move, State
from database.services.transitions import forget_failures, go, reopen
from database.services.waiting_jobs import somebody_else_waits
from database.status import Status
from database.storage.engine import Database
from database.storage.models import Attempt, Job, ServiceState, readable

# Different jobs that must fail in a row before the service is asked, and before their jenis is held.
FAILURES_TO_ASK, FAILURES_OF_A_JENIS = 2, 3
# The reason of a `gagal` job that BPJS refused as if its credential were wrong, though it accepts that.
REFUSED_ALONE = "ditolak-sendiri"
# The reasons of a waiting job whose jenis is held, or whose service is paused.
HELD, SERVICE_PAUSED = "jenis-ditahan", "layanan-dijeda"
# Jobs refused alone so shortly before their service is found to refuse were not to blame.
_JUST_NOW = timedelta(seconds=30)
_MOST_REMEMBERED = 10  # ids of jobs that failed in a row
_TROUBLE, _REFUSAL = "trouble", "refusal"


@dataclass(frozen=True)
class Heard:
    """What one request told: BPJS answered, or why it did not (`trouble`), or that it refused this job alone.

    `refusal` is meant for a job that was refused as if the credential were wrong while a harmless read was
    accepted. `is_look`: it was a read, which tells of the service and nothing of the job's own endpoint.
    `probes` are the waits before probes, `mark` stands for the credential in use.
    """

    trouble: str | None = None
    refusal: str | None = None
    is_look: bool = False
    probes: Sequence[timedelta] = field(default=(timedelta(0),))
    mark: str | None = None


class Answer(StrEnum):
    """How a harmless read went."""

    ACCEPTED = "accepted"
    FAILED = "failed"  # no answer, or one that says that BPJS is in trouble
    REFUSED = "refused"  # the credential, or the way


@dataclass(frozen=True)
class Reading:
    """A harmless read's answer; `why` is Indonesian. `may_pass`: a refusal that time may end."""

    answer: Answer
    why: str = ""
    may_pass: bool = False


def note(session: Session, who: ClinicService, job_id: int, heard: Heard, now: datetime) -> bool:
    """Take notice of a request's end, inside the transaction that moves its job.

    True: a harmless read must tell whether it is the job or the service; the caller asks, and calls `judge`.
    """
    if heard.trouble is not None:
        return _note_trouble(session, who, job_id, heard, now)
    _note_answer(session, who.whole, now)
    if heard.refusal is not None:
        _note_refusal(session, who, job_id, heard, now)
    elif not heard.is_look:
        _note_answer(session, who, now)
    return False


def _note_answer(session: Session, who: ClinicService, now: datetime) -> None:
    # Most answers change nothing here, and then nothing is locked.
    known = session.connection().execute(_how_it_is(), who._asdict()).one_or_none()
    if known is None or known.state == State.PAUSED or (known.state == State.CLOSED and not known.failures):
        return
    row = locked_row(session, who, now)
    if row.state in DOWN:
        go(session, row, Move.CLOSED, now)
    forget_failures(row)


@cache
def _how_it_is() -> Select[tuple[str, int]]:
    """Built once: every answer asks it."""
    return select(ServiceState.state, ServiceState.failures).where(
        ServiceState.faskes == bindparam("faskes"),
        ServiceState.service == bindparam("service"),
        ServiceState.jenis == bindparam("jenis"),
    )


def _note_trouble(session: Session, who: ClinicService, job_id: int, heard: Heard, now: datetime) -> bool:
    service = locked_row(session, who.whole, now)
    part = None if heard.is_look else locked_row(session, who, now)
    why = readable(heard.trouble or "")
    # A job that failed while others of its jenis passed is no witness against anything but itself.
    alone = others_passed_since_it_failed(session, who, job_id, is_look=heard.is_look)
    if part is not None and part.state == State.HALF_OPEN:
        _remember(part, _TROUBLE, why, job_id)
        reopen(session, part, heard.probes, now)
    for row in (service, part):
        if row is not None and row.state == State.CLOSED and not alone:
            _remember(row, _TROUBLE, why, job_id)
    if service.state == State.HALF_OPEN:
        _remember(service, _TROUBLE, why, job_id)
    return _wants_a_question(service, part, now)


def _wants_a_question(service: ServiceState, part: ServiceState | None, now: datetime) -> bool:
    """Whether to ask now; one question at a time, whoever asks."""
    of_a_jenis = part is not None and part.state == State.CLOSED and part.failures >= FAILURES_OF_A_JENIS
    in_a_row = service.state == State.CLOSED and (service.failures >= FAILURES_TO_ASK or of_a_jenis)
    if not in_a_row and service.state != State.HALF_OPEN:
        return False
    if service.asked_until is not None and service.asked_until > now:
        return False
    service.asked_until = now + ATTENDED
    return True


def _note_refusal(session: Session, who: ClinicService, job_id: int, heard: Heard, now: datetime) -> None:
    """A third job refused alike, while the service accepts a harmless read, makes it the jenis."""
    part = locked_row(session, who, now)
    why = readable(heard.refusal or "")
    if part.state in {State.OPEN, State.PAUSED}:
        _take_back(session, [job_id], HELD, part.reason, now)
    elif part.state == State.HALF_OPEN:
        _remember(part, _REFUSAL, why, job_id)
        reopen(session, part, heard.probes, now)
    elif not others_passed_since_it_failed(session, who, job_id, is_look=False):
        _remember(part, _REFUSAL, why, job_id)
        if part.failures >= FAILURES_OF_A_JENIS:
            _hold_refused(session, part, now, heard.mark)


def hear(database: Database, who: ClinicService, job_id: int, heard: Heard) -> bool:
    """Take notice of a look, which moves no job; otherwise like `note`. Raises DatabaseUnavailable."""
    with database.write() as session:
        return note(session, who, job_id, heard, database.clock())


def judge(
    database: Database,
    faskes: str,
    service: Service,
    reading: Reading,
    *,
    probes: Sequence[timedelta],
    mark: str = "",
) -> None:
    """Draw the consequence of a harmless read for the service and for each jenis of it that fails.

    `probes` are the waits before probes, `mark` stands for the credential that was used.
    Raises DatabaseUnavailable.
    """
    with database.write() as session:
        now = database.clock()
        row = locked_row(session, ClinicService(faskes, service.value), now)
        row.asked_until = None
        if reading.answer is Answer.ACCEPTED:
            _read_accepted(session, row, probes, now)
        elif reading.answer is Answer.FAILED:
            _read_failed(session, row, readable(reading.why), probes, now)
        else:
            _read_refused(session, row, reading, now, mark=mark, probes=probes)


def _read_failed(
    session: Session, row: ServiceState, why: str, probes: Sequence[timedelta], now: datetime
) -> None:
    if row.state == State.CLOSED:
        go(session, row, Move.OPENED, now, reason=why, probe_at=now + probes[0])
    elif row.state == State.HALF_OPEN:
        row.reason = why
        reopen(session, row, probes, now)


def _read_refused(
    session: Session,
    row: ServiceState,
    reading: Reading,
    now: datetime,
    *,
    mark: str,
    probes: Sequence[timedelta],
) -> None:
    probe_at = now + probes[-1] if reading.may_pass else None
    if row.state == State.PAUSED:
        row.probe_at = probe_at if row.probe_at is not None else None
        return
    go(session, row, Move.PAUSED, now, reason=readable(reading.why), probe_at=probe_at, mark=mark)
    just_now = select(Job.id).where(
        Job.faskes == row.faskes, Job.service == row.service, Job.updated_at >= now - _JUST_NOW
    )
    _take_back(session, session.scalars(just_now.where(*_refused_alone())), SERVICE_PAUSED, row.reason, now)


def _read_accepted(session: Session, row: ServiceState, probes: Sequence[timedelta], now: datetime) -> None:
    if row.state == State.HALF_OPEN:
        if somebody_else_waits(session, row, now):
            row.probe_at = now + ATTENDED
        else:
            go(session, row, Move.CLOSED, now)
    if row.state == State.CLOSED:
        forget_failures(row)
    for part in parts_of(session, row):
        if part.state == State.CLOSED and part.failures >= FAILURES_OF_A_JENIS:
            go(session, part, Move.OPENED, now, reason=part.reason, probe_at=now + next_wait(part, probes))


def _hold_refused(session: Session, part: ServiceState, now: datetime, mark: str | None) -> None:
    refused = part.failed_jobs or []
    go(session, part, Move.PAUSED, now, reason=part.reason, mark=mark)
    _take_back(session, refused, HELD, part.reason, now)


def _take_back(
    session: Session, job_ids: Iterable[int], reason: str, message: str | None, now: datetime
) -> None:
    """Jobs that were refused alone wait after all: it was not they."""
    session.execute(
        update(Job)
        .where(Job.id.in_(list(job_ids)), *_refused_alone())
        .values(
            status=Status.MENUNGGU.value,
            reason=reason,
            message=message,
            due_at=now,
            updated_at=now,
            version=Job.version + 1,
        )
        .execution_options(synchronize_session=False)
    )


def _refused_alone() -> tuple[ColumnElement[bool], ...]:
    return Job.status == Status.GAGAL.value, Job.reason == REFUSED_ALONE


def _remember(row: ServiceState, failed_as: str, why: str, job_id: int) -> None:
    """Count a failing job, once however often it fails; another way to fail starts the count anew.

    While it is tried again nothing is counted: all that failed are remembered, for others go first.
    """
    alike = row.failed_as in (failed_as, None) or row.state == State.HALF_OPEN
    before = (row.failed_jobs or []) if alike else []
    row.failed_jobs = [*(each for each in before if each != job_id), job_id][-_MOST_REMEMBERED:]
    row.failures, row.failed_as, row.reason = len(row.failed_jobs), failed_as, why


def others_passed_since_it_failed(
    session: Session, who: ClinicService, job_id: int, *, is_look: bool
) -> bool:
    """Whether a job that fails again has seen another of its jenis delivered since it failed before."""
    failed = (LOOK_FAILED,) if is_look else FAILED_OUTCOMES
    before = session.scalar(_first_failure(), {"the_job": job_id, "failed": failed})
    if before is None:
        return False
    # The day only narrows the search, by an index.
    since = {"the_time": before, "the_day": before.date() - timedelta(days=1)}
    return session.scalar(_passed(), {**who._asdict(), **since, "the_job": job_id}) is not None


def failures_that_stand_alone(
    database: Database, who: ClinicService, job_id: int, failures: Sequence[datetime]
) -> int:
    """How many of one job's failures, oldest first, came while BPJS served others; 0: it may not be the job.

    Those count after which another job passed before this one was tried again, for an outage fails them all;
    and, once another has passed, all since the service and the jenis flow, for then nothing else failed.
    Others are those of its jenis; of the whole service while no other of its jenis fails.
    Raises DatabaseUnavailable.
    """
    with database.read() as session:
        rows = [session.get(ServiceState, (*who[:2], jenis)) for jenis in (WHOLE, who.jenis)]
        known = [row for row in rows if row is not None]
        if any(row.state != State.CLOSED for row in known):
            return 0
        others_fail = any(set(row.failed_jobs or ()) - {job_id} for row in known if row.jenis)
        same = Job.jenis == who.jenis if others_fail else Job.service == who.service
        passed = (
            select(func.min(Job.sent_at))
            .where(Job.faskes == who.faskes, same, Job.status == Status.TERKIRIM.value, Job.id != job_id)
            .where(
                Job.tanggal >= failures[0].date() - timedelta(days=1), Job.sent_at > bindparam("failed_at")
            )
        )
        next_passed = [session.scalar(passed, {"failed_at": at}) for at in failures]
    tried_again = [*failures[1:], database.clock()]
    seen_beside = sum(
        at is not None and at < again for at, again in zip(next_passed, tried_again, strict=True)
    )
    flows_since = max([row.since for row in known], default=failures[0])
    if next_passed[0] is None or failures[-1] < next_passed[0]:
        return seen_beside
    return max(seen_beside, sum(at >= flows_since for at in failures))


@cache
def _first_failure() -> Select[tuple[datetime | None]]:
    """The first of its failures since a person asked again, the newest left out."""
    newest = select(func.max(Attempt.number)).where(Attempt.job_id == bindparam("the_job"))
    asked = newest.where(Attempt.outcome.in_([ASKED_AGAIN, DECIDED_AGAIN]))
    return (
        select(func.min(Attempt.finished_at))
        .where(Attempt.job_id == bindparam("the_job"))
        .where(Attempt.outcome.in_(bindparam("failed", expanding=True)))
        .where(Attempt.number > func.coalesce(asked.scalar_subquery(), 0))
        .where(Attempt.number < newest.scalar_subquery())
    )


@cache
def _passed() -> Select[tuple[int]]:
    return (
        select(Job.id)
        .where(Job.faskes == bindparam("faskes"), Job.jenis == bindparam("jenis"))
        .where(Job.status == Status.TERKIRIM.value, Job.tanggal >= bindparam("the_day"))
        .where(Job.sent_at > bindparam("the_time"), Job.id != bindparam("the_job"))
        .limit(1)
    )
