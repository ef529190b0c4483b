"""Jobs that ended or got stuck without ever being sent are shown in Prefect too, where ops watch.

A body that is wrong from the start, or a visit behind a failed registration, is never claimed, so it would
have no run in Prefect. Each is shown there once.
"""

from sqlalchemy import ColumnElement, and_, or_, select, text

from database.jobs.chain import stuck_behind
from database.jobs.for_patient import is_behind_a_patient
from database.status import Status
from database.storage.engine import Database
from database.storage.models import Job


def is_unseen() -> ColumnElement[bool]:
    """The condition of a job to show: settled, or stuck behind a failure or a patient, and never shown."""
    before, is_failed = stuck_behind(Job)
    stuck = select(before.id).where(is_failed).exists()
    behind = or_(stuck, is_behind_a_patient())
    settled = Job.status.in_([Status.GAGAL.value, Status.DITUTUP.value])
    return and_(text("NOT jobs.shown"), or_(settled, and_(Job.status == Status.MENUNGGU.value, behind)))


def take_unseen(database: Database, *, limit: int) -> list[Job]:
    """Up to `limit` of them, from now on counted as shown. Raises DatabaseUnavailable."""
    with database.write() as session:
        unseen = select(Job).where(is_unseen()).order_by(Job.id).limit(limit)
        jobs = list(session.scalars(unseen.with_for_update(skip_locked=True, of=Job)))
        for job in jobs:
            job.shown = True
        return jobs
