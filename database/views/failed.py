"""The failed jobs that a filter finds, in the order in which they must be sent again."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from database.status import Status
from database.storage.engine import Database
from database.storage.models import Job
from database.views.monitor import Filter, conditions
from database.vocabulary import Reason


@dataclass(frozen=True)
class FailedJob:
    """What a list of failed jobs shows; its repr names nobody."""

    id: int
    tanggal: str
    jenis: str
    norm: str
    message: str = field(repr=False)
    body: Mapping[str, Any] = field(repr=False)


def failed_jobs(database: Database, chosen: Filter) -> list[FailedJob]:
    """Day by day and chain by chain, a creation before what builds on it. Raises DatabaseUnavailable."""
    with database.read() as session:
        return _in_order(session, *conditions(session, chosen))


def failed_among(database: Database, job_ids: Sequence[int]) -> list[FailedJob]:
    """Those of these jobs that are failed, in the same order. Raises DatabaseUnavailable."""
    starts = range(0, len(job_ids), _PART)
    with database.read() as session:
        parts = [_in_order(session, Job.id.in_(job_ids[start : start + _PART])) for start in starts]
    return [job for part in parts for job in part]


def count_still_wrong(database: Database, job_ids: Sequence[int]) -> int:
    """How many of these never left because their body is wrong. Raises DatabaseUnavailable."""
    counting = select(func.count()).where(Job.status == Status.GAGAL.value, Job.reason == Reason.BAD_BODY)
    parts = (job_ids[start : start + _PART] for start in range(0, len(job_ids), _PART))
    with database.read() as session:
        return sum(session.scalar(counting.where(Job.id.in_(part))) or 0 for part in parts)


_PART = 5_000  # ids per query; databases limit how many a statement may name


def _in_order(session: Session, *wanted: ColumnElement[bool]) -> list[FailedJob]:
    query = (
        select(Job.id, Job.tanggal, Job.jenis, Job.norm, Job.message, Job.body)
        .where(*wanted, Job.status == Status.GAGAL.value)
        .order_by(Job.tanggal, Job.rantai, Job.service, Job.position, Job.id)
    )
    return [
        FailedJob(row.id, row.tanggal.isoformat(), row.jenis, row.norm, row.message or "", row.body)
        for row in session.execute(query)
    ]
