"""A change of a service's state: it is made here and nowhere else, by a move of the table in `states.py`."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from database.services.clinic_service import WHOLE
from database.services.outages import begin, end
from database.services.probe_waits import next_wait
from database.services.states import MOVES, Move, State
from database.services.waiting_jobs import bring_forward
from database.storage.models import ServiceState


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


def forget_failures(row: ServiceState) -> None:
    """Start the count of failing jobs anew."""
    row.failures, row.failed_jobs, row.failed_as = 0, None, None
    if row.state == State.CLOSED:
        row.reason = None
