"""Pausing a service, lifting what holds it, and the list of what does not flow."""

from collections.abc import Callable
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from bpjs_client.jenis import Service
from database.services.clinic_service import WHOLE, ClinicService
from database.services.harmless_read import Answer, Reading, judge
from database.services.states import Move, State
from database.services.transitions import go
from database.status import Status
from database.storage.engine import Database
from database.storage.models import Job, ServiceState
from database.storage.wakeup import announce


def pause(database: Database, faskes: str, service: Service, reason: str, *, mark: str) -> None:
    """Stop claiming for a service until its credential changes or a person resumes it.

    `reason` is a fixed Indonesian sentence or BPJS's own text; `mark` stands for the refused credential.
    Raises DatabaseUnavailable.
    """
    judge(database, faskes, service, Reading(Answer.REFUSED, reason), probes=(), mark=mark)


def resume(database: Database, faskes: str, service: Service) -> bool:
    """Lift what holds a service or a jenis of it; what waits is due at once. False: nothing was held."""
    with database.write() as session:
        now = database.clock()
        held = select(ServiceState).where(
            ServiceState.faskes == faskes,
            ServiceState.service == service.value,
            ServiceState.state != State.CLOSED.value,
        )
        rows = session.scalars(held.order_by(ServiceState.jenis).with_for_update()).all()
        for row in rows:
            go(session, row, Move.RESUMED, now)
        if rows:
            _make_due(session, faskes, service, now)
        return bool(rows)


def _make_due(session: Session, faskes: str, service: Service, now: datetime) -> None:
    session.execute(
        update(Job)
        .where(Job.faskes == faskes, Job.service == service.value)
        .where(Job.status.in_([Status.MENUNGGU.value, Status.TIDAK_PASTI.value]))
        .where(Job.due_at > now)
        .values(due_at=now)
    )
    announce(session)


def resume_changed(database: Database, mark_of: Callable[[str, Service], str]) -> list[tuple[str, Service]]:
    """Resume the paused services whose credential is not the refused one any more. Returns them.

    `mark_of` gives the present mark of a clinic's service. Raises DatabaseUnavailable.
    """
    paused = {
        (row.faskes, Service(row.service)): row.credential_mark
        for row in stopped_services(database)
        if row.state == State.PAUSED
    }
    changed = [whose for whose, mark in paused.items() if mark != mark_of(*whose)]
    return [whose for whose in changed if resume(database, *whose)]


def stopped_services(database: Database) -> list[ServiceState]:
    """The services and single jenis that are not closed now. Raises DatabaseUnavailable."""
    with database.read() as session:
        rows = select(ServiceState).where(ServiceState.state != State.CLOSED.value)
        return list(
            session.scalars(rows.order_by(ServiceState.faskes, ServiceState.service, ServiceState.jenis))
        )


def held_services(database: Database) -> set[ClinicService]:
    """The services and single jenis for which nothing is claimed now. Raises DatabaseUnavailable."""
    rows = (row for row in stopped_services(database) if row.state in {State.OPEN, State.PAUSED})
    return {ClinicService(row.faskes, row.service, row.jenis) for row in rows}


def held_back(database: Database, who: ClinicService) -> str | None:
    """Why nothing of a jenis may be sent just now; None when it may. Raises DatabaseUnavailable."""
    with database.read() as session:
        row = session.get(ServiceState, tuple(who))
        return row.reason if row is not None and row.state in {State.OPEN, State.PAUSED} else None


def is_well(database: Database, faskes: str, service: Service) -> bool:
    """Whether the service is not in trouble just now. Raises DatabaseUnavailable."""
    with database.read() as session:
        row = session.get(ServiceState, (faskes, service.value, WHOLE))
        return row is None or (row.state == State.CLOSED and not row.failures)
