"""Totals of the jobs of a day, or of all days, by type and status."""

from datetime import date

from sqlalchemy import func, select

from bpjs_client.jenis import Jenis
from database.engine import Database
from database.models import Job
from database.status import Status

Totals = dict[str, dict[str, int]]


def totals(database: Database, day: date | None) -> Totals:
    """For each type how many jobs are in each state; types without a job are there with zeroes.

    `day` is the local date of hand-over, None means all days. Raises DatabaseUnavailable.
    """
    counted = select(Job.jenis, Job.status, func.count()).group_by(Job.jenis, Job.status)
    if day is not None:
        counted = counted.where(Job.tanggal == day)
    found: Totals = {jenis.value: {status.value: 0 for status in Status} for jenis in Jenis}
    with database.read() as session:
        for jenis, status, count in session.execute(counted):
            found[jenis][status] = count
    return found


def summed(found: Totals) -> dict[str, int]:
    """The same over all types."""
    return {status.value: sum(row[status.value] for row in found.values()) for status in Status}
