"""The jobs that wait for a person, whatever their day."""

from datetime import timedelta

from sqlalchemy import ColumnElement, and_, func, or_, select, text
from sqlalchemy.orm import aliased

from database.status import Status
from database.storage.engine import Database
from database.storage.models import CONTRADICTED_ONES, Attempt, Job
from database.vocabulary import MAY_BE_THERE, TELLS_NOTHING, Outcome, Reason

# A job that is uncertain for longer is shown to a person, though it goes on being looked up.
LONGEST_UNCERTAIN = timedelta(hours=1)


def needing_somebody(database: Database, *, limit: int) -> list[int]:
    """Ids of failed jobs, of uncertain ones that no look-up can settle or has settled for an hour, and of
    those whose end a late answer contradicts, newest first. Raises DatabaseUnavailable.
    """
    uncertain = Job.status == Status.TIDAK_PASTI.value
    unsettled = and_(uncertain, or_(Job.reason == Reason.NEEDS_PERSON, _uncertain_for_long(database)))
    failed = Job.status == Status.GAGAL.value
    # Separate queries: each reads the end of its index. A contradicted job may be a failed one, too.
    found = [
        select(Job.id, Job.tanggal).where(condition).order_by(Job.tanggal.desc(), Job.id.desc()).limit(limit)
        for condition in (failed, unsettled, text(f"jobs.{CONTRADICTED_ONES}"))
    ]
    with database.read() as session:
        rows = {(row.tanggal, row.id) for query in found for row in session.execute(query)}
    return [job_id for _, job_id in sorted(rows, reverse=True)][:limit]


def _uncertain_for_long(database: Database) -> ColumnElement[bool]:
    """The condition that an attempt of more than an hour ago is uncertain and nothing clear came after it."""
    clear = aliased(Attempt)
    settled = select(func.max(clear.number)).where(
        clear.job_id == Job.id,
        clear.outcome.not_in([*MAY_BE_THERE, *TELLS_NOTHING, Outcome.ABSENT]),
    )
    # SQLAlchemy itself correlates only with the query next outside, and would take the latest of all jobs.
    latest_clear = settled.correlate(Job).scalar_subquery()
    return (
        select(Attempt.id)
        .where(Attempt.job_id == Job.id, Attempt.outcome.in_(MAY_BE_THERE))
        .where(Attempt.started_at <= database.clock() - LONGEST_UNCERTAIN)
        .where(Attempt.number > func.coalesce(latest_clear, 0))
        .exists()
    )
