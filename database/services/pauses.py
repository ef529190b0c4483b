"""The pause of a service whose credential was refused, and its end by a person or by another credential."""

from collections.abc import Callable

from sqlalchemy import ColumnElement, and_, select

from bpjs_client.jenis import Service
from database.services.clinic_service import WHOLE, ClinicService
from database.services.harmless_read import Answer, Reading, judge
from database.services.holds import lift
from database.services.states import Move, State
from database.services.transitions import go
from database.services.waiting_jobs import make_due
from database.storage.engine import Database
from database.storage.models import ServiceState

SOMEBODY = "seseorang"  # who lifts a hold without saying their name


def pause(database: Database, faskes: str, service: Service, reason: str, *, mark: str) -> None:
    """Stop claiming for a service until its credential changes or a person resumes it.

    `reason` is a fixed Indonesian sentence or BPJS's own text; `mark` stands for the refused credential.
    Raises DatabaseUnavailable.
    """
    judge(database, faskes, service, Reading(Answer.REFUSED, reason), probes=(), mark=mark)


def resume(
    database: Database, faskes: str, service: Service, *, jenis: str | None = None, by: str = SOMEBODY
) -> bool:
    """Lift what holds a service or a jenis of it, a person's hold too; what waits is due at once.

    `jenis`: of this one alone, of the empty one only what holds the service as a whole; None: all of it.
    False: nothing was held. Raises DatabaseUnavailable.
    """
    who = ClinicService(faskes, service.value, jenis or WHOLE)
    lifted = lift(database, who, by=by, jenis_too=jenis is None)
    mine = [ServiceState.faskes == faskes, ServiceState.service == service.value]
    mine += [] if jenis is None else [ServiceState.jenis == jenis]
    stopped = and_(*mine, ServiceState.state != State.CLOSED.value)
    return bool(_resume(database, stopped, lambda _row: True)) or lifted


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
