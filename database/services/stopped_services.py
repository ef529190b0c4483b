"""The services and jenis that do not flow: the list of them, and why one does not."""

from sqlalchemy import select

from bpjs_client.jenis import Service
from database.services.clinic_service import WHOLE, ClinicService
from database.services.states import State
from database.storage.engine import Database
from database.storage.models import ServiceState


def stopped_services(database: Database) -> list[ServiceState]:
    """The services and single jenis that are not `closed`, which is: flow. Raises DatabaseUnavailable."""
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
