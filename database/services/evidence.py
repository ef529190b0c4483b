"""The end of one request, as evidence: a failure is charged to the smallest thing that explains it.

That is its job; or its jenis, when different jobs of it fail alike while a harmless read of the service is
accepted; or the service, when that read fails too.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import ColumnElement, Select, and_, bindparam, or_, select, update
from sqlalchemy.orm import Session

from database.services.clinic_service import ClinicService
from database.services.lone_failures import others_passed_since_it_failed
from database.services.probe_waits import ATTENDED
from database.services.service_rows import locked_row
from database.services.states import DOWN, Move, State
from database.services.transitions import forget_failures, go, reopen
from database.status import Status
from database.storage.engine import Database
from database.storage.models import Job, ServiceState, readable
from database.vocabulary import Reason

# Different jobs that must fail in a row before the service is asked, and before their jenis is held.
FAILURES_TO_ASK, FAILURES_OF_A_JENIS = 2, 3
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

    @property
    def is_answer(self) -> bool:
        """Whether BPJS answered, and did not refuse this job alone."""
        return self.trouble is None and self.refusal is None


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
    if session.connection().execute(_awaited(), who._asdict()).first() is None:
        return
    row = locked_row(session, who, now)
    if row.state in DOWN:
        go(session, row, Move.CLOSED, now)
    forget_failures(row)


def makes_a_difference() -> ColumnElement[bool]:
    """The SQL condition of a service or jenis of which an answer tells something new."""
    state, failures = ServiceState.state, ServiceState.failures
    return and_(state != State.PAUSED.value, or_(state != State.CLOSED.value, failures > 0))


@cache
def _awaited() -> Select[tuple[str]]:
    """Built once: every answer asks it."""
    row = ServiceState
    its_own = (getattr(row, name) == bindparam(name) for name in ClinicService._fields)
    return select(row.state).where(*its_own, makes_a_difference())


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
        take_back(session, [job_id], Reason.JENIS_HELD, part.reason, now)
    elif part.state == State.HALF_OPEN:
        _remember(part, _REFUSAL, why, job_id)
        reopen(session, part, heard.probes, now)
    elif not others_passed_since_it_failed(session, who, job_id, is_look=False):
        _remember(part, _REFUSAL, why, job_id)
        if part.failures >= FAILURES_OF_A_JENIS:
            _hold_refused(session, part, now, heard.mark)


def hear(database: Database, who: ClinicService, job_id: int, heard: Heard) -> None:
    """Take notice of a look: it moves no job and tells of the service alone. Raises DatabaseUnavailable."""
    with database.write() as session:
        note(session, who, job_id, heard, database.clock())


def _hold_refused(session: Session, part: ServiceState, now: datetime, mark: str | None) -> None:
    refused = part.failed_jobs or []
    go(session, part, Move.PAUSED, now, reason=part.reason, mark=mark)
    take_back(session, refused, Reason.JENIS_HELD, part.reason, now)


def take_back(
    session: Session, job_ids: Iterable[int], reason: str, message: str | None, now: datetime
) -> None:
    """Let those of these jobs that were refused alone wait after all, for the refusal was not their fault."""
    session.execute(
        update(Job)
        .where(Job.id.in_(list(job_ids)), *refused_alone())
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


def refused_alone() -> tuple[ColumnElement[bool], ...]:
    """That a job failed because BPJS refused it alone."""
    return Job.status == Status.GAGAL.value, Job.reason == Reason.REFUSED_ALONE


def _remember(row: ServiceState, failed_as: str, why: str, job_id: int) -> None:
    """Count a failing job, once however often it fails; another way to fail starts the count anew.

    While it is tried again nothing is counted: all that failed are remembered, for others go first.
    """
    alike = row.failed_as in (failed_as, None) or row.state == State.HALF_OPEN
    before = (row.failed_jobs or []) if alike else []
    row.failed_jobs = [*(each for each in before if each != job_id), job_id][-_MOST_REMEMBERED:]
    row.failures, row.failed_as, row.reason = len(row.failed_jobs), failed_as, why
