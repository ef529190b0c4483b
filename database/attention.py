"""The jobs that wait for a person, whatever their day."""

from sqlalchemy import and_, or_, select

from database.engine import Database
from database.models import Job
from database.picking import NEEDS_PERSON
from database.status import Status


def needing_somebody(database: Database, *, limit: int) -> list[int]:
    """Ids of failed jobs, and of uncertain ones that no look-up can settle; newest first.

    Raises DatabaseUnavailable.
    """
    unsettled = and_(Job.status == Status.TIDAK_PASTI.value, Job.reason == NEEDS_PERSON)
    query = (
        select(Job.id)
        .where(or_(Job.status == Status.GAGAL.value, unsettled))
        .order_by(Job.tanggal.desc(), Job.id.desc())
    )
    with database.read() as session:
        return list(session.scalars(query.limit(limit)))
