"""The pause of a service whose credential was refused, and its end by a person or by another credential."""

from collections.abc import Callable

from sqlalchemy import select

from bpjs_client.jenis import Service
from database.services.harmless_read import Answer, Reading, judge
from database.services.states import Move, State
from database.services.stopped_services import stopped_services
from database.services.transitions import go
from database.services.waiting_jobs import make_due
from database.storage.engine import Database
from database.storage.models import ServiceState


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
            make_due(session, faskes, service, now)
        return bool(rows)


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
