"""A service that is down is tried again by a probe, then by one job alone; a held jenis by one job alone."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import aliased

from bpjs_client.jenis import Service
from database.services.clinic_service import WHOLE, ClinicService
from database.services.probe_waits import ATTENDED, next_wait
from database.services.service_rows import locked_row
from database.services.states import MOVES, Move, State
from database.services.transitions import go, reopen
from database.services.waiting_jobs import bring_forward, somebody_else_waits
from database.storage.engine import Database
from database.storage.models import ServiceState, readable


def take_probe(database: Database) -> ClinicService | None:
    """What is due to be tried again, for this caller alone; None when there is nothing.

    Raises DatabaseUnavailable.
    """
    with database.read() as session:
        if session.scalar(_due_probes(database.clock())) is None:
            return None
    with database.write() as session:
        now = database.clock()
        row = session.scalar(_due_probes(now).with_for_update(skip_locked=True, of=ServiceState))
        if row is None:
            return None
        row.probe_at = now + ATTENDED
        return ClinicService(row.faskes, row.service, row.jenis)


def _due_probes(now: datetime) -> Select[tuple[ServiceState]]:
    """The rows whose probe is due; a jenis waits where its whole service does not flow."""
    service = aliased(ServiceState)
    is_down = select(service.faskes).where(
        service.faskes == ServiceState.faskes,
        service.service == ServiceState.service,
        service.jenis == WHOLE,
        service.state != State.CLOSED.value,
    )
    return (
        select(ServiceState)
        .where(ServiceState.state != State.CLOSED.value, ServiceState.probe_at <= now)
        .where(or_(ServiceState.jenis == WHOLE, ~is_down.exists()))
        .limit(1)
    )


def try_again(database: Database, who: ClinicService) -> None:
    """Let one job try a service that answers a probe, or a jenis whose time has come.

    Where nobody waits it is closed at once. Raises DatabaseUnavailable.
    """
    with database.write() as session:
        now = database.clock()
        locked_row(session, who.whole, now)  # first, as everywhere
        row = locked_row(session, who, now)
        if row.state not in MOVES[Move.HALF_OPENED].before:
            return
        reason = row.reason
        go(session, row, Move.HALF_OPENED, now, reason=reason, probe_at=now + ATTENDED)
        bring_forward(session, row, but=row.failed_jobs or [])
        if not somebody_else_waits(session, row, now):
            go(session, row, Move.CLOSED, now)


def probe_failed(
    database: Database, faskes: str, service: Service, why: str, *, probes: Sequence[timedelta]
) -> None:
    """Still down: the next probe comes later, by the table of waits. Raises DatabaseUnavailable."""
    with database.write() as session:
        now = database.clock()
        row = locked_row(session, ClinicService(faskes, service.value), now)
        if row.state == State.HALF_OPEN:
            row.reason = readable(why)
            reopen(session, row, probes, now)
        elif row.state != State.CLOSED:
            row.reason, row.probes = readable(why), row.probes + 1
            row.probe_at = now + next_wait(row, probes)


def bring_probes_forward(database: Database, service: Service, faskes: Sequence[str]) -> None:
    """These clinics' probes of a service that is down for them are due now. Raises DatabaseUnavailable."""
    if not faskes:
        return
    with database.write() as session:
        now = database.clock()
        session.execute(
            update(ServiceState)
            .where(ServiceState.service == service.value, ServiceState.faskes.in_(faskes))
            .where(ServiceState.jenis == WHOLE)
            .where(ServiceState.state == State.OPEN.value, ServiceState.probe_at > now)
            .values(probe_at=now)
        )
