"""Jobs are counted by status."""

from collections import Counter
from collections.abc import Sequence

from sqlalchemy import func, select

from database.status import Status
from database.storage.engine import Database
from database.storage.models import Job

_PART = 5_000  # ids per query; databases limit how many a statement may name


def count_statuses(database: Database, job_ids: Sequence[int]) -> Counter[Status]:
    """How many of these jobs are in each state now. Raises DatabaseUnavailable."""
    counts: Counter[Status] = Counter()
    with database.read() as session:
        for start in range(0, len(job_ids), _PART):
            part = select(Job.status, func.count()).where(Job.id.in_(job_ids[start : start + _PART]))
            for status, count in session.execute(part.group_by(Job.status)):
                counts[Status(status)] += count
    return counts
