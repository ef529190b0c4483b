"""Today's jobs as staff look through them: the number of each type in each state, and the newest of them.

One query answers both, so that a number and the list behind it never differ.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import load_only

from bpjs_client.jenis import Jenis
from database.jobs.why_waiting import why_each_waits
from database.status import CARDS, Status
from database.storage.engine import Database
from database.storage.models import Job
from database.views.job_names import stamp_of
from database.views.monitor import today

# The reason why a job waits is looked up for so many; of others the stored message is told.
_MOST_REASONS = 100
Group = tuple[Jenis, Status]


@dataclass(frozen=True)
class ListedJob:
    """What a list shows of a job; nothing of its body."""

    id: int
    faskes: str
    jenis: Jenis
    norm: str
    status: Status
    message: str
    version: int
    stamp: str
    attempts: int


@dataclass(frozen=True)
class DayLists:
    """A day's jobs: all counted by type and state, and of each such group the newest."""

    day: date
    counts: dict[Group, int]
    jobs: list[ListedJob]

    def count(self, card: str, jenis: Jenis | None = None) -> int:
        """The number on a card, of one type or of all."""
        return sum(count for group, count in self.counts.items() if _is_on(group, card, jenis))

    def listed(self, card: str, jenis: Jenis | None = None) -> list[ListedJob]:
        """Those of its jobs that are here, the newest first."""
        return [job for job in self.jobs if _is_on((job.jenis, job.status), card, jenis)]


def _is_on(group: Group, card: str, jenis: Jenis | None) -> bool:
    return group[1] in CARDS[card] and jenis in {None, group[0]}


def day_lists(database: Database, *, most: int) -> DayLists:
    """Today's, `most` jobs of each type and state. Raises DatabaseUnavailable."""
    day = today(database)
    group = (Job.jenis, Job.status)
    numbered = (
        select(
            Job.id.label("id"),
            func.row_number().over(partition_by=group, order_by=Job.id.desc()).label("place"),
            func.count().over(partition_by=group).label("count"),
        )
        .where(Job.tanggal == day)
        .subquery()
    )
    wanted = (
        select(Job, numbered.c.count)
        .join(numbered, Job.id == numbered.c.id)
        .where(numbered.c.place <= most)
        .order_by(Job.id.desc())
        .options(load_only(*_SHOWN))
    )
    with database.read(patient=True) as session:
        rows = session.execute(wanted).all()
        waiting = [job for job, _ in rows if job.status == Status.MENUNGGU][:_MOST_REASONS]
        why = why_each_waits(database, session, waiting)
        counts = {(Jenis(job.jenis), Status(job.status)): count for job, count in rows}
        return DayLists(day, counts, list(_listed([job for job, _ in rows], why)))


_SHOWN = (
    Job.faskes,
    Job.jenis,
    Job.service,
    Job.norm,
    Job.status,
    Job.message,
    Job.version,
    Job.created_at,
    Job.attempts,
)


def _listed(jobs: Sequence[Job], why: dict[int, str]) -> Iterator[ListedJob]:
    for job in jobs:
        said = " · ".join(part for part in (why.get(job.id), job.message) if part)
        yield ListedJob(
            id=job.id,
            faskes=job.faskes,
            jenis=Jenis(job.jenis),
            norm=job.norm,
            status=Status(job.status),
            message=said,
            version=job.version,
            stamp=stamp_of(job.version, job.created_at),
            attempts=job.attempts,
        )
