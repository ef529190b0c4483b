"""Whether a clinic's service may be called: pausing on a refused credential, resuming."""

from collections.abc import Callable

from sqlalchemy import select, update

from bpjs_client.jenis import Service
from database.engine import Database
from database.health import CLOSED, PAUSED, locked_service
from database.models import Job, ServiceState
from database.outages import begin, end
from database.status import Status
from database.wakeup import announce


def pause(database: Database, faskes: str, service: Service, reason: str, *, mark: str) -> None:
    """Stop claiming for a service until its credential changes or a person resumes it.

    `reason` is a fixed Indonesian sentence or BPJS's own text; `mark` stands for the refused credential.
    Raises DatabaseUnavailable.
    """
    with database.write() as session:
        row = locked_service(session, faskes, service.value, database.clock())
        if row.state == PAUSED:
            return
        row.state, row.since, row.reason, row.credential_mark = PAUSED, database.clock(), reason, mark
        row.probe_at, row.failures, row.probes = None, 0, 0
        begin(session, row, row.since)


def resume_changed(database: Database, mark_of: Callable[[str, Service], str]) -> list[tuple[str, Service]]:
    """Resume the paused services whose credential is not the refused one any more. Returns them.

    `mark_of` gives the present mark of a clinic's service. Raises DatabaseUnavailable.
    """
    paused = [
        (door.faskes, Service(door.service))
        for door in closed_doors(database)
        if door.state == PAUSED and door.credential_mark != mark_of(door.faskes, Service(door.service))
    ]
    return [door for door in paused if resume(database, *door)]


def resume(database: Database, faskes: str, service: Service) -> bool:
    """Lift a pause; its waiting jobs are due at once. Returns False when there was nothing to lift."""
    with database.write() as session:
        row = session.get(ServiceState, (faskes, service.value), with_for_update=True)
        if row is None or row.state == CLOSED:
            return False
        now = database.clock()
        row.state, row.since, row.reason, row.probe_at = CLOSED, now, None, None
        row.failures = row.probes = 0
        end(session, row, now)
        session.execute(
            update(Job)
            .where(Job.faskes == faskes, Job.service == service.value)
            .where(Job.status.in_([Status.MENUNGGU.value, Status.TIDAK_PASTI.value]))
            .where(Job.due_at > now)
            .values(due_at=now)
        )
        announce(session)
        return True


def closed_doors(database: Database) -> list[ServiceState]:
    """The services that are down or paused now. Raises DatabaseUnavailable."""
    with database.read() as session:
        rows = session.scalars(select(ServiceState).where(ServiceState.state != CLOSED))
        return list(rows.all())
