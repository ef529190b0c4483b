"""All jobs of one patient's visit, in the order in which BPJS must be told of them."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from bpjs_client.identifiers import without_identifiers
from bpjs_client.jenis import Jenis
from database.status import Status
from database.storage.engine import Database
from database.storage.models import Job
from database.storage.past_jobs import readable_job
from database.views.monitor import messages

_MOST = 50  # jobs of one visit; of a longer chain the newest


@dataclass(frozen=True)
class Step:
    """A job of the visit; its repr names no patient."""

    id: int
    jenis: Jenis
    status: Status
    message: str = field(repr=False)
    created_at: datetime
    sent_at: datetime | None


def visit_of(database: Database, job_id: int, clinics: Collection[str] | None = None) -> list[Step]:
    """The jobs of the chain of this one, itself among them.

    `clinics`: those that whoever asks may see. Raises JobNotFound, DatabaseUnavailable.
    """
    with database.read() as session:
        job = readable_job(session, job_id, clinics)
        chain = select(Job).where(Job.faskes == job.faskes, Job.rantai == job.rantai)
        rows = session.scalars(chain.order_by(Job.id.desc()).limit(_MOST)).all()
        said = messages(database, session, rows)
        steps = sorted(rows, key=lambda row: (row.service, row.position, row.id))
        return [
            Step(
                id=row.id,
                jenis=Jenis(row.jenis),
                status=Status(row.status),
                message=without_identifiers(said[row.id], row.body),
                created_at=row.created_at,
                sent_at=row.sent_at,
            )
            for row in steps
        ]
