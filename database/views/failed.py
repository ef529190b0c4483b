"""The jobs that are sent again together, in the order in which they must be: failed, or for their patient."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from database.jobs.for_patient import waits_for_patient
from database.status import WAITS_FOR_PATIENT, Status
from database.storage.engine import Database
from database.storage.models import Job
from database.views.monitor import Filter, conditions
from database.vocabulary import Reason


@dataclass(frozen=True)
class FailedJob:
    """What a list of jobs to send again shows; its repr names nobody."""

    id: int
    tanggal: str
    jenis: str
    norm: str
    message: str = field(repr=False)
    body: Mapping[str, Any] = field(repr=False)


def failed_jobs(database: Database, chosen: Filter) -> list[FailedJob]:
    """What failed; of a filter for them, what waits for its patient.

    Day by day and chain by chain, a creation before what builds on it. Raises DatabaseUnavailable.
    """
    kind = waits_for_patient() if chosen.status == WAITS_FOR_PATIENT else _HAS_FAILED
    with database.read() as session:
        return _in_order(session, kind, *conditions(session, chosen))


def failed_among(
    database: Database, job_ids: Sequence[int], clinics: frozenset[str] | None = None
) -> list[FailedJob]:
    """Those of these jobs that failed or wait for their patient, in the same order.

    `clinics`: those whose jobs may be seen; None: all. Raises DatabaseUnavailable.
    """
    starts = range(0, len(job_ids), _PART)
    either = or_(_HAS_FAILED, waits_for_patient())
    theirs = [] if clinics is None else [Job.faskes.in_(clinics)]
    with database.read() as session:
        parts = [
            _in_order(session, either, *theirs, Job.id.in_(job_ids[start : start + _PART]))
            for start in starts
        ]
    return [job for part in parts for job in part]


def count_still_wrong(database: Database, job_ids: Sequence[int]) -> int:
    """How many of these never left because their body is wrong. Raises DatabaseUnavailable."""
    counting = select(func.count()).where(Job.status == Status.GAGAL.value, Job.reason == Reason.BAD_BODY)
    parts = (job_ids[start : start + _PART] for start in range(0, len(job_ids), _PART))
    with database.read() as session:
        return sum(session.scalar(counting.where(Job.id.in_(part))) or 0 for part in parts)


_HAS_FAILED = Job.status == Status.GAGAL.value
_PART = 5_000  # ids per query; databases limit how many a statement may name


def _in_order(session: Session, *wanted: ColumnElement[bool]) -> list[FailedJob]:
    query = (
        select(Job.id, Job.tanggal, Job.jenis, Job.norm, Job.message, Job.body)
        .where(*wanted)
        .order_by(Job.tanggal, Job.rantai, Job.service, Job.position, Job.id)
    )
    return [
        FailedJob(row.id, row.tanggal.isoformat(), row.jenis, row.norm, row.message or "", row.body)
        for row in session.execute(query)
    ]
