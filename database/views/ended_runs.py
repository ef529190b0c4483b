"""How task runs ended by our own history: for a Prefect that may not have heard of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import Session, aliased

from bpjs_client.jenis import Jenis
from database.jobs.claim import ClaimedJob
from database.status import Status
from database.storage.engine import Database
from database.storage.models import Attempt, Job
from database.vocabulary import Outcome

# Only so many of the newest rows are looked through, for no index leads to a run: hours at the highest speed.
NEWEST = 500_000


@dataclass(frozen=True)
class EndedRun:
    """A task run that came to its end, its job, and what became of the job by it."""

    flow_run_id: UUID
    task_run_id: UUID
    job: ClaimedJob
    status: Status
    died: bool  # its process did, before it could say anything


def ended_between(database: Database, since: datetime, until: datetime) -> list[EndedRun]:
    """The task runs whose last attempt ended after `since`, and at `until` or before. Raises DatabaseUnavailable."""
    with database.read() as session:
        return _ended(session, (Attempt.finished_at > since) & (Attempt.finished_at <= until))


def ended_of(database: Database, task_run_ids: Collection[UUID]) -> list[EndedRun]:
    """Those of these task runs of which our history knows an end. Raises DatabaseUnavailable."""
    if not task_run_ids:
        return []
    with database.read() as session:
        return _ended(session, Attempt.task_run_id.in_(task_run_ids) & Attempt.finished_at.is_not(None))


def _ended(session: Session, which: ColumnElement[bool]) -> list[EndedRun]:
    """Of several attempts of one run its last counts."""
    newest = session.scalar(select(func.max(Attempt.id))) or 0
    others = aliased(Attempt)
    last = select(func.max(others.number)).where(others.job_id == Job.id, others.task_run_id.is_not(None))
    rows = session.execute(
        select(
            *(Attempt.flow_run_id, Attempt.task_run_id, Attempt.number, Attempt.outcome),
            *(Job.id, Job.faskes, Job.jenis, Job.norm, Job.nama_pasien, Job.status),
            last.scalar_subquery().label("last"),
        )
        .select_from(Attempt)
        .join(Job, Job.id == Attempt.job_id)
        .where(Attempt.id > newest - NEWEST, which)
        .where(Attempt.flow_run_id.is_not(None), Attempt.task_run_id.is_not(None))
        .order_by(Attempt.id)
    )
    return list({row.task_run_id: _read(row) for row in rows}.values())


def _read(row: Row[Any]) -> EndedRun:
    job = ClaimedJob(row.id, row.faskes, Jenis(row.jenis), row.norm, row.nama_pasien)
    # What was tried again since waited when this run ended.
    status = Status(row.status) if row.number == row.last else Status.MENUNGGU
    return EndedRun(row.flow_run_id, row.task_run_id, job, status, row.outcome == Outcome.WORKER_DIED)
