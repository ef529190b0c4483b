"""The codes of polis and doctors that a clinic's jobs name."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select

from bpjs_client.jenis import Service
from database.status import Status
from database.storage.engine import Database
from database.storage.models import Job


@dataclass(frozen=True)
class UsedCodes:
    """A poli and a doctor that jobs of one service name together: in how many jobs, and the last day."""

    service: Service
    poli: str | None
    doctor: str | None
    jobs: int
    last: date


def used_codes(database: Database, faskes: str, since: date) -> Sequence[UsedCodes]:
    """Those of a clinic's jobs from this day on, whatever became of them. Raises DatabaseUnavailable.

    What somebody closed (`ditutup`) may have been a mistake, and does not count.
    """
    named = (Job.service, Job.poli, Job.dokter)
    counted = [status.value for status in Status if status is not Status.DITUTUP]
    query = (
        select(*named, func.count(), func.max(Job.tanggal))
        .where(Job.faskes == faskes, Job.status.in_(counted), Job.tanggal >= since)
        .group_by(*named)
    )
    with database.read() as session:
        return [UsedCodes(Service(service), *rest) for service, *rest in session.execute(query)]
