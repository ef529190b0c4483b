"""The jobs that wait for a person, whatever their day."""

from datetime import timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select
from sqlalchemy.orm import aliased

from database.attempts import ABSENT, TELLS_NOTHING, UNCERTAIN_OUTCOMES
from database.engine import Database
from database.models import Attempt, Job
from database.picking import NEEDS_PERSON
from database.status import Status

# What is uncertain for longer stands before a person, though it goes on being looked up.
LONGEST_UNCERTAIN = timedelta(hours=1)


def needing_somebody(database: Database, *, limit: int) -> list[int]:
    """Ids of failed jobs, and of uncertain ones that no look-up can settle or has settled for an hour.

    Newest first. Raises DatabaseUnavailable.
    """
    uncertain = Job.status == Status.TIDAK_PASTI.value
    unsettled = and_(uncertain, or_(Job.reason == NEEDS_PERSON, _uncertain_for_long(database)))
    query = (
        select(Job.id)
        .where(or_(Job.status == Status.GAGAL.value, unsettled))
        .order_by(Job.tanggal.desc(), Job.id.desc())
    )
    with database.read() as session:
        return list(session.scalars(query.limit(limit)))


def _uncertain_for_long(database: Database) -> ColumnElement[bool]:
    """An attempt of more than an hour ago is uncertain, and nothing clear came after it."""
    clear = aliased(Attempt)
    settled = select(func.max(clear.number)).where(
        clear.job_id == Job.id,
        clear.outcome.not_in([*UNCERTAIN_OUTCOMES, *TELLS_NOTHING, ABSENT]),
    )
    return (
        select(Attempt.id)
        .where(Attempt.job_id == Job.id, Attempt.outcome.in_(UNCERTAIN_OUTCOMES))
        .where(Attempt.started_at <= database.clock() - LONGEST_UNCERTAIN)
        .where(Attempt.number > func.coalesce(settled.scalar_subquery(), 0))
        .exists()
    )
