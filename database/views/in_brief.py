"""Jobs in brief, as a table of them tells it: without their histories, all of them in a few queries."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from sqlalchemy import and_, func, or_, select
from sqlalchemy.orm import aliased

from database.storage.engine import Database
from database.storage.models import Attempt, Job
from database.storage.row_seal import own
from database.views.monitor import messages
from database.vocabulary import NO_DELIVERY


@dataclass(frozen=True)
class JobInBrief:
    """A job with its newest request, else its body; its repr names no patient."""

    id: int
    jenis: str
    norm: str = field(repr=False)
    tanggal: date
    status: str
    message: str | None = field(repr=False)
    version: int
    request: Any = field(repr=False)


def in_brief(database: Database, job_ids: Sequence[int]) -> list[JobInBrief]:
    """These jobs in this order, without those that were deleted meanwhile. Raises DatabaseUnavailable."""
    earlier = aliased(Attempt)
    newest = select(func.max(earlier.number)).where(
        earlier.job_id == Job.id, or_(earlier.outcome.is_(None), earlier.outcome.not_in(NO_DELIVERY))
    )
    sent = and_(Attempt.job_id == Job.id, Attempt.number == newest.scalar_subquery())
    wanted = select(Job, Attempt.request).outerjoin(Attempt, sent).where(Job.id.in_(job_ids))
    with database.read() as session:
        rows = session.execute(wanted).tuples().all()
        said = messages(database, session, [job for job, _ in rows])
    found = {
        job.id: JobInBrief(
            id=job.id,
            jenis=job.jenis,
            norm=job.norm,
            tanggal=job.tanggal,
            status=job.status,
            message=said[job.id],
            version=job.version,
            request=own(request, job.id) or own(job.body, job.id),
        )
        for job, request in rows
    }
    return [found[job_id] for job_id in job_ids if job_id in found]
