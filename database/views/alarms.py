"""Alarms for somebody to be told of: jobs that wait too long, and clinics whose jobs fail too often."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import case, func, or_, select

from database.jobs.for_patient import is_behind_a_patient, waits_for_patient
from database.local_time import local_date
from database.status import Status
from database.storage.engine import Database
from database.storage.models import Job
from database.vocabulary import Reason

# A job that waits longer is a leftover, which the monitor and the landing page show, and no news.
NEWS = timedelta(hours=24)
FEWEST = 20  # jobs of a day that say something about a rate


@dataclass(frozen=True)
class LongWait:
    """How many jobs of a clinic have waited too long, and since when the oldest."""

    faskes: str
    jobs: int
    since: datetime


@dataclass(frozen=True)
class ManyFailures:
    """How many of a clinic's jobs of today failed, of those that ended."""

    faskes: str
    failed: int
    ended: int


def long_waits(database: Database, longest: timedelta) -> Sequence[LongWait]:
    """Clinics with jobs handed over before `longest` ago that are not delivered yet.

    What waits for its patient, and what stands behind that, is no news: nobody here can hurry it.
    Raises DatabaseUnavailable.
    """
    now = database.clock()
    query = (
        select(Job.faskes, func.count(), func.min(Job.created_at))
        .where(
            Job.status.in_([Status.MENUNGGU.value, Status.TIDAK_PASTI.value]),
            Job.tanggal >= local_date(database, now - NEWS),
            Job.created_at.between(now - NEWS, now - longest),
            or_(Job.reason.is_(None), ~waits_for_patient()),
            ~is_behind_a_patient(),
        )
        .group_by(Job.faskes)
    )
    with database.read() as session:
        return [LongWait(*row) for row in session.execute(query)]


def many_failures(database: Database, rate: float) -> Sequence[ManyFailures]:
    """Clinics of whose jobs of today more than `rate` (0 to 1) failed.

    A referral that the clinic's own setting holds is no failure. Raises DatabaseUnavailable.
    """
    failed = func.count(case((Job.status == Status.GAGAL.value, 1)))
    query = (
        select(Job.faskes, failed, func.count())
        .where(
            Job.tanggal == local_date(database, database.clock()),
            Job.status.in_([Status.GAGAL.value, Status.TERKIRIM.value]),
            Job.reason.is_distinct_from(Reason.THROUGH_SATUSEHAT),
        )
        .group_by(Job.faskes)
        .having(func.count() >= FEWEST)
    )
    with database.read() as session:
        found = [ManyFailures(*row) for row in session.execute(query)]
    return [each for each in found if each.failed > rate * each.ended]
