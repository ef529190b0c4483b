"""How task runs ended by our own history: for a Prefect that may not have heard of it."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple
from uuid import UUID

from sqlalchemy import ColumnElement, Row, func, select
from sqlalchemy.orm import Session, aliased

from bpjs_client.jenis import Jenis
from database.jobs.claim import ClaimedJob
from database.status import Status
from database.storage.engine import Database
from database.storage.models import Attempt, Job
from database.vocabulary import Outcome

# At the most so many of the newest rows are looked through, for no index leads to a run or to an end.
NEWEST = 50_000
# Rows are numbered before they are committed: so many below the newest may still come.
_COMING = 1_000


@dataclass(frozen=True)
class EndedRun:
    """A task run that came to its end, its job, and what became of the job by it."""

    flow_run_id: UUID
    task_run_id: UUID
    job: ClaimedJob
    status: Status
    died: bool  # its process did, before it could say anything


class Ended(NamedTuple):
    """The task runs of some time, and the number of the row up to which none can end later."""

    runs: list[EndedRun]
    settled: int


def ended_between(database: Database, since: datetime, until: datetime, *, settled: int = 0) -> Ended:
    """The task runs with an attempt that ended after `since` and by `until`. Raises DatabaseUnavailable.

    `settled`: rows up to this number are not looked at; each answer says from where the next may begin.
    """
    with database.read() as session:
        newest = session.scalar(select(func.max(Attempt.id))) or 0
        first = max(settled - _COMING, newest - NEWEST)
        later = Attempt.finished_at.is_(None) | (Attempt.finished_at > until)
        unsettled = session.scalar(select(func.min(Attempt.id)).where(Attempt.id > first, later))
        within = (Attempt.finished_at > since) & (Attempt.finished_at <= until)
        runs = _ended(session, (Attempt.id > first) & within)
    return Ended(runs, newest if unsettled is None else unsettled - 1)


def ended_of(database: Database, task_run_ids: Collection[UUID]) -> list[EndedRun]:
    """Those of these task runs of which our history knows an end. Raises DatabaseUnavailable."""
    if not task_run_ids:
        return []
    with database.read() as session:
        newest = session.scalar(select(func.max(Attempt.id))) or 0
        wanted = Attempt.task_run_id.in_(task_run_ids) & Attempt.finished_at.is_not(None)
        return _ended(session, (Attempt.id > newest - NEWEST) & wanted)


def _ended(session: Session, which: ColumnElement[bool]) -> list[EndedRun]:
    """Of several attempts of one run its last counts."""
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
        .where(which, Attempt.flow_run_id.is_not(None), Attempt.task_run_id.is_not(None))
        .order_by(Attempt.id)
    )
    return list({row.task_run_id: _read(row) for row in rows}.values())


def _read(row: Row[Any]) -> EndedRun:
    job = ClaimedJob(row.id, row.faskes, Jenis(row.jenis), row.norm, row.nama_pasien)
    # What was tried again since waited when this run ended.
    status = Status(row.status) if row.number == row.last else Status.MENUNGGU
    return EndedRun(row.flow_run_id, row.task_run_id, job, status, row.outcome == Outcome.WORKER_DIED)
