"""The pause of a service whose credential was refused, and its end by a person or by another credential."""

from collections.abc import Callable

from sqlalchemy import ColumnElement, and_, select

from bpjs_client.jenis import Service
from database.services.harmless_read import Answer, Reading, judge
from database.services.states import Move, State
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
    mine = (ServiceState.faskes == faskes, ServiceState.service == service.value)
    return bool(_resume(database, and_(*mine, ServiceState.state != State.CLOSED.value), lambda _row: True))


def resume_changed(database: Database, mark_of: Callable[[str, Service], str]) -> list[tuple[str, Service]]:
    """Resume what is paused and whose credential is not the refused one any more; returns whose it was.

    A service and a jenis at it may have been paused under different credentials: each is judged by its own.
    `mark_of` gives the present mark of a clinic's service. Raises DatabaseUnavailable.
    """

    def is_another(row: ServiceState) -> bool:
        return row.credential_mark != mark_of(row.faskes, Service(row.service))

    return _resume(database, ServiceState.state == State.PAUSED.value, is_another)


def _resume(
    database: Database, held: ColumnElement[bool], which: Callable[[ServiceState], bool]
) -> list[tuple[str, Service]]:
    with database.write() as session:
        now = database.clock()
        order = (ServiceState.faskes, ServiceState.service, ServiceState.jenis)
        held_rows = session.scalars(select(ServiceState).where(held).order_by(*order).with_for_update())
        rows = [row for row in held_rows.all() if which(row)]
        for row in rows:
            go(session, row, Move.RESUMED, now)
        resumed = sorted({(row.faskes, Service(row.service)) for row in rows})
        for faskes, service in resumed:
            make_due(session, faskes, service, now)
        return resumed
