"""The content that BPJS holds of a visit: the newest of its chain that is proven to be there."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session

from bpjs_client.bodies import card
from bpjs_client.jenis import Jenis
from database.jobs.chain import UNDONE_BY
from database.status import Status
from database.storage.engine import Database
from database.storage.models import Attempt, Job
from database.vocabulary import Outcome

_MOST = 50  # attempts back in time; a visit has a few


def held_content(database: Database, job_id: int, body: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """The body that BPJS is known to hold for the card, day and poli of a creation; None: nothing is known.

    What was deleted since does not count. Raises DatabaseUnavailable.
    """
    with database.read() as session:
        job = session.get_one(Job, job_id)
        proven = or_(
            Attempt.outcome.in_([Outcome.SUCCESS, Outcome.FOUND, Outcome.LATE_SUCCESS]),
            and_(
                Attempt.outcome.in_([Outcome.ALREADY_THERE, Outcome.LATE_ANSWER]),
                Job.status == Status.TERKIRIM.value,
            ),
        )
        rows = session.execute(
            select(Attempt.request, Attempt.finished_at)
            .join(Job, Job.id == Attempt.job_id)
            .where(Job.faskes == job.faskes, Job.rantai == job.rantai, Job.jenis == job.jenis, proven)
            .order_by(Attempt.finished_at.desc(), Attempt.id.desc())
            .limit(_MOST)
        )
        deleted_at = _deleted_at(session, job, body)
        held = (request for request, at in rows if deleted_at is None or at > deleted_at)
        return next((request for request in held if card(request or {}) == card(body)), None)


def _deleted_at(session: Session, job: Job, body: Mapping[str, Any]) -> Any:
    """The time at which BPJS last deleted the patient's creation of this chain; None: never."""
    undoing = UNDONE_BY.get(Jenis(job.jenis))
    deleted = select(Job.sent_at, Job.body).where(
        Job.faskes == job.faskes,
        Job.rantai == job.rantai,
        Job.jenis == (undoing.value if undoing else ""),
        Job.status == Status.TERKIRIM.value,
    )
    times = (at for at, its in session.execute(deleted) if card(its) in (None, card(body)))
    return max(filter(None, times), default=None)
