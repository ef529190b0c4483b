"""The rows of the table `services`, locked for whoever changes them."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import bindparam, select, text
from sqlalchemy.orm import Session

from database.services.clinic_service import WHOLE, ClinicService
from database.services.states import State
from database.storage.models import ServiceState, UtcDateTime


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


def parts_of(session: Session, row: ServiceState) -> Sequence[ServiceState]:
    """The rows of a service's single jenis, locked."""
    parts = select(ServiceState).where(
        ServiceState.faskes == row.faskes,
        ServiceState.service == row.service,
        ServiceState.jenis != WHOLE,
    )
    return session.scalars(parts.order_by(ServiceState.jenis).with_for_update()).all()
