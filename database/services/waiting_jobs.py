"""The jobs that wait for a service: they are made due when it flows again, and let through one at a time."""

from collections.abc import Iterable, Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, select, update
from sqlalchemy.orm import Session

from bpjs_client.jenis import Service
from database.jobs.due_jobs import may_be_sent
from database.services.clinic_service import WHOLE
from database.services.holds import NO_JOB, holds_at
from database.services.service_rows import parts_of
from database.services.states import State
from database.status import Status
from database.storage.models import Job, ServiceState
from database.storage.wakeup import announce
from database.vocabulary import POSTPONED_BY_OUTAGE


def bring_forward(session: Session, row: ServiceState, *, but: Sequence[int] = ()) -> None:
    """Make due what the outage postponed, in the order in which it was handed over.

    The jobs of `but` keep their own waits: they failed when it was their turn, and others go first.
    """
    session.execute(
        update(Job)
        .where(*_waiting(row), Job.reason.in_(POSTPONED_BY_OUTAGE), Job.due_at > Job.created_at)
        .where(Job.id.not_in(but))
        .values(due_at=Job.created_at)
        .execution_options(synchronize_session=False)
    )
    announce(session)


def make_due(session: Session, faskes: str, service: Service, now: datetime) -> None:
    """Make due now all that waits for a service that a person or a new credential lets flow again."""
    session.execute(
        update(Job)
        .where(Job.faskes == faskes, Job.service == service.value)
        .where(Job.status.in_([Status.MENUNGGU.value, Status.TIDAK_PASTI.value]))
        .where(Job.due_at > now)
        .values(due_at=now)
    )
    announce(session)


def _waiting(row: ServiceState) -> tuple[ColumnElement[bool], ...]:
    waiting = [Status.MENUNGGU.value, Status.TIDAK_PASTI.value]
    mine = (Job.faskes == row.faskes, Job.service == row.service, Job.status.in_(waiting))
    return mine if row.jenis == WHOLE else (*mine, Job.jenis == row.jenis)


def somebody_else_waits(session: Session, row: ServiceState, now: datetime) -> bool:
    """Whether a job could be let through that is not the one that failed last, here or at its own jenis."""
    parts = parts_of(session, row)
    by_hand = [each for each in holds_at(session, now, [row.faskes]) if each.service == row.service]
    held = [part.jenis for part in parts if part.state in {State.OPEN, State.PAUSED}]
    held += [each.jenis for each in by_hand if each.job_id == NO_JOB]
    tried = [row, *(part for part in parts if part.state == State.HALF_OPEN)]
    last = {job_id for each in tried for job_id in (each.failed_jobs or [])[-1:]}
    last |= {each.job_id for each in by_hand}
    return waits_besides(session, row, now, held=held, but=last)


def waits_besides(
    session: Session, row: ServiceState, now: datetime, *, held: Iterable[str], but: Iterable[int]
) -> bool:
    """Whether a job of it is due that is none of these, nor of another jenis that is held."""
    candidates = (
        select(Job.id)
        .where(*_waiting(row), may_be_sent(), Job.id.not_in(list(but)))
        .where(Job.jenis.not_in([jenis for jenis in held if jenis != row.jenis]))
    )
    return session.scalar(candidates.limit(1), {"now": now}) is not None
