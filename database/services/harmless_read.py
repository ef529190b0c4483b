"""A harmless read of a service, and what follows from its answer for the service and for each jenis of it."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from bpjs_client.jenis import Service
from database.services.clinic_service import ClinicService
from database.services.evidence import FAILURES_OF_A_JENIS, refused_alone, take_back
from database.services.probe_waits import ATTENDED, next_wait
from database.services.service_rows import locked_row, parts_of
from database.services.states import Move, State
from database.services.transitions import forget_failures, go, reopen
from database.services.waiting_jobs import somebody_else_waits
from database.storage.engine import Database
from database.storage.models import Job, ServiceState, readable
from database.vocabulary import Reason

# Jobs refused alone so shortly before their service is found to refuse were not to blame.
_JUST_NOW = timedelta(seconds=30)


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
    take_back(
        session, session.scalars(just_now.where(*refused_alone())), Reason.SERVICE_PAUSED, row.reason, now
    )


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
