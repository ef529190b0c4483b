"""A half-open service and a held jenis limit what may be claimed of a service."""

from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime
from functools import cache

from sqlalchemy import Select, and_, bindparam, exists, func, or_, select
from sqlalchemy.orm import Session

from bpjs_client.jenis import Service
from database.jobs.fair_shares import NO_LIMIT, Limit
from database.services.clinic_service import WHOLE, ClinicService
from database.services.holds import NO_JOB, holds_at, standing_at
from database.services.states import State
from database.services.waiting_jobs import waits_besides
from database.status import Status
from database.storage.models import HoldRow, Job, ServiceState, UtcDateTime


def limits(session: Session, now: datetime, *, locked: bool) -> dict[ClinicService, Limit]:
    """The limits of each service that has any, by its state or by a person's hold.

    `locked`: rows that let one job through are this transaction's alone, so that two claims cannot each
    take one.
    """
    some_state, some_hold = session.connection().execute(_any_limit(), {"now": now}).one()
    rows: dict[ClinicService, list[ServiceState]] = {}
    for row in _limiting_states(session, locked=locked) if some_state else ():
        rows.setdefault(ClinicService(row.faskes, row.service), []).append(row)
    by_hand = _held_by_hand(session, now) if some_hold else {}
    of_states = {
        whole: _limit(session, whole, of_it, now, by_hand.get(whole, NO_LIMIT))
        for whole, of_it in rows.items()
    }
    return {
        whole: of_states.get(whole, NO_LIMIT) | by_hand.get(whole, NO_LIMIT)
        for whole in {*of_states, *by_hand}
    }


_IS_TRIED = ServiceState.state == State.HALF_OPEN.value
_IS_HELD_JENIS = and_(
    ServiceState.jenis != WHOLE, ServiceState.state.in_([State.OPEN.value, State.PAUSED.value])
)


@cache
def _any_limit() -> Select[tuple[bool, bool]]:
    """Whether any service limits something, and any hold. Built once: every claim asks, mostly in vain."""
    now = bindparam("now", type_=UtcDateTime)
    return select(
        exists().where(or_(_IS_TRIED, _IS_HELD_JENIS)), exists().where(*standing_at(now)).select_from(HoldRow)
    )


def _limiting_states(session: Session, *, locked: bool) -> Iterator[ServiceState]:
    tried = select(ServiceState).where(_IS_TRIED)
    yield from session.scalars(tried.with_for_update() if locked else tried)
    yield from session.scalars(select(ServiceState).where(_IS_HELD_JENIS))


def _held_by_hand(session: Session, now: datetime) -> dict[ClinicService, Limit]:
    """What persons hold of single jenis and jobs; a whole service that is held is not claimed for at all."""
    found: dict[ClinicService, Limit] = {}
    for row in holds_at(session, now):
        whole = ClinicService(row.faskes, row.service)
        if row.job_id != NO_JOB:
            limit = Limit(but=frozenset({row.job_id}))
        else:
            limit = Limit(never=frozenset({row.jenis} - {WHOLE}))
        found[whole] = found.get(whole, NO_LIMIT) | limit
    return found


def _limit(
    session: Session, whole: ClinicService, rows: Sequence[ServiceState], now: datetime, by_hand: Limit
) -> Limit:
    tried = [row for row in rows if row.state == State.HALF_OPEN]
    held = frozenset(row.jenis for row in rows if row.state != State.HALF_OPEN)
    trying = {row.jenis for row in tried if row.jenis != WHOLE}
    busy = _in_hand(session, whole, trying)
    can_be_looked_up = whole.service == Service.PCARE  # Antrean FKTP has nothing to look into
    return Limit(
        half_open=any(row.jenis == WHOLE for row in tried),
        never=busy if can_be_looked_up else busy | held,
        looked_up=held if can_be_looked_up else frozenset(),
        alone=frozenset(trying - busy),
        but=frozenset().union(
            *(_passed_by(session, row, held | by_hand.never, now, by_hand.but) for row in tried)
        ),
    )


def _passed_by(
    session: Session, row: ServiceState, held: Iterable[str], now: datetime, by_hand: frozenset[int]
) -> frozenset[int]:
    """All that failed there, while another may go; then only the one that failed last."""
    failed = row.failed_jobs or []
    others = len(failed) > 1 and waits_besides(session, row, now, held=held, but={*failed, *by_hand})
    return frozenset(failed if others else failed[-1:])


def _in_hand(session: Session, whole: ClinicService, jenis: Iterable[str]) -> frozenset[str]:
    """Those of these jenis of which a job is in hand."""
    chosen = sorted(jenis)
    if not chosen:
        return frozenset()
    held = (
        select(Job.jenis)
        .where(Job.faskes == whole.faskes, Job.jenis.in_(chosen), Job.status == Status.PROSES.value)
        .group_by(Job.jenis)
        .having(func.count() > 0)
    )
    return frozenset(session.scalars(held))
