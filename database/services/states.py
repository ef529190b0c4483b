"""The states of a clinic's services, and the moves between them: one table, one place that makes them.

A row of `services` speaks for a whole service (its `jenis` is empty) or for one job type at it; all
dispatchers share it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from sqlalchemy import ColumnElement, bindparam, select, text, update
from sqlalchemy.orm import Session

from database.jobs.due import may_be_sent
from database.services.clinic_service import WHOLE, ClinicService
from database.services.outages import begin, end
from database.status import Status
from database.storage.models import Job, ServiceState, UtcDateTime
from database.storage.wakeup import announce


class State(StrEnum):
    """Whether jobs are claimed for a service or a jenis."""

    CLOSED = "closed"  # as a circuit is: jobs flow
    OPEN = "open"  # down: nothing is claimed until a probe succeeds
    HALF_OPEN = "half-open"  # one job at a time, until one is answered
    PAUSED = "paused"  # refused: nothing is claimed until the credential changes or a person resumes it


class Move(StrEnum):
    """What can become of a service or a jenis."""

    OPENED = "opened"
    PAUSED = "paused"
    HALF_OPENED = "half-opened"
    REOPENED = "reopened"
    CLOSED = "closed"
    RESUMED = "resumed"


@dataclass(frozen=True)
class Step:
    """One move: from which states, to which, who makes it, and what was asked before it."""

    before: frozenset[State]
    after: State
    by: str
    asked: str


DOWN = frozenset({State.OPEN, State.HALF_OPEN})
_STOPPED = DOWN | {State.PAUSED}
MOVES: Mapping[Move, Step] = {
    Move.OPENED: Step(
        frozenset({State.CLOSED}),
        State.OPEN,
        "delivery",
        "a harmless read, after two different jobs failed in a row: it fails too;"
        " of a jenis: it is accepted, and three different jobs failed in a row",
    ),
    Move.PAUSED: Step(
        frozenset({State.CLOSED}) | DOWN,
        State.PAUSED,
        "delivery, probe",
        "a harmless read, after one refusal: it is refused too;"
        " of a jenis: it is accepted, and three different jobs were refused in a row",
    ),
    Move.HALF_OPENED: Step(
        _STOPPED, State.HALF_OPEN, "probe", "a harmless read: it is accepted; of a jenis: nothing but time"
    ),
    Move.REOPENED: Step(
        frozenset({State.HALF_OPEN}),
        State.OPEN,
        "delivery",
        "a harmless read, after the job let through failed: it fails too; of a jenis: nothing more",
    ),
    Move.CLOSED: Step(DOWN, State.CLOSED, "delivery, probe", "a job: it was answered; or no job waits"),
    Move.RESUMED: Step(_STOPPED, State.CLOSED, "a person, or a replaced credential", "nothing"),
}

# How long a question, a probe or the one job let through may take before somebody else tries instead.
ATTENDED = timedelta(seconds=90)
# The first waits of a jenis, before those of the table.
SOON = tuple(timedelta(seconds=seconds) for seconds in (0, 0.5, 1, 2, 4))
# What a job waits for when it could not be delivered because its service was down (reasons of `jobs`).
NOT_SENT, NO_ANSWER, UNCLEAR = "tidak-terkirim", "tanpa-jawaban", "belum-jelas"
POSTPONED_BY_OUTAGE = (NOT_SENT, NO_ANSWER, UNCLEAR)


def go(
    session: Session,
    row: ServiceState,
    move: Move,
    now: datetime,
    *,
    reason: str | None = None,
    probe_at: datetime | None = None,
    mark: str | None = None,
) -> None:
    """Make one move of the table: the only place where a state changes. Raises ValueError for another."""
    step, was = MOVES[move], row.state
    if was not in step.before:
        raise ValueError(f"a service that is {was} cannot be {move}")
    row.state, row.reason, row.probe_at = step.after, reason, probe_at
    if step.after is State.PAUSED:
        row.credential_mark = mark
    if step.after is State.CLOSED:
        end(session, row, now)
        bring_forward(session, row)
        row.since, row.probes, row.asked_until = now, 0, None
        forget_failures(row)
    elif was == State.CLOSED or step.after is State.PAUSED:
        row.since, row.failures, row.probes = now, 0, 0
        if row.jenis == WHOLE:  # what failed first goes first again: it was not to blame
            row.failed_jobs = None
        begin(session, row, now)


def reopen(session: Session, row: ServiceState, probes: Sequence[timedelta], now: datetime) -> None:
    """What was tried again failed: it is down, and the next probe comes later than the last."""
    row.probes += 1
    go(session, row, Move.REOPENED, now, reason=row.reason, probe_at=now + next_wait(row, probes))


def next_wait(row: ServiceState, probes: Sequence[timedelta]) -> timedelta:
    """The wait before the next probe of a service or a jenis; the last entry repeats.

    A jenis is tried with another job each time, and soon at first: a few bad jobs that came first must not
    hold up all that follow.
    """
    waits = probes if row.jenis == WHOLE else (*(soon for soon in SOON if soon < probes[0]), *probes)
    return waits[min(row.probes, len(waits) - 1)]


def forget_failures(row: ServiceState) -> None:
    """Start the count of failing jobs anew."""
    row.failures, row.failed_jobs, row.failed_as = 0, None, None
    if row.state == State.CLOSED:
        row.reason = None


def locked_row(session: Session, who: ClinicService, now: datetime) -> ServiceState:
    """The row of a service or a jenis, for this transaction alone; made when nothing was ever said of it."""
    row = session.get(ServiceState, tuple(who), with_for_update=True)
    if row is None:
        fresh = {**who._asdict(), "state": State.CLOSED.value, "since": now}
        # Two failures at once would both insert it.
        session.execute(_MAKE, fresh)
        row = session.get_one(ServiceState, tuple(who), with_for_update=True)
    return row


_MAKE = text(
    "INSERT INTO services (faskes, service, jenis, state, since)"
    " VALUES (:faskes, :service, :jenis, :state, :since) ON CONFLICT DO NOTHING"
).bindparams(bindparam("since", type_=UtcDateTime))


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


def _waiting(row: ServiceState) -> tuple[ColumnElement[bool], ...]:
    waiting = [Status.MENUNGGU.value, Status.TIDAK_PASTI.value]
    mine = (Job.faskes == row.faskes, Job.service == row.service, Job.status.in_(waiting))
    return mine if row.jenis == WHOLE else (*mine, Job.jenis == row.jenis)


def somebody_else_waits(session: Session, row: ServiceState, now: datetime) -> bool:
    """Whether a job could be let through that is not the one that failed last, here or at its own jenis."""
    parts = parts_of(session, row)
    held = [part.jenis for part in parts if part.state in {State.OPEN, State.PAUSED}]
    tried = [row, *(part for part in parts if part.state == State.HALF_OPEN)]
    last = {job_id for each in tried for job_id in (each.failed_jobs or [])[-1:]}
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


def parts_of(session: Session, row: ServiceState) -> Sequence[ServiceState]:
    """The rows of a service's single jenis, locked."""
    parts = select(ServiceState).where(
        ServiceState.faskes == row.faskes,
        ServiceState.service == row.service,
        ServiceState.jenis != WHOLE,
    )
    return session.scalars(parts.order_by(ServiceState.jenis).with_for_update()).all()
