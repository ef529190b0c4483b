"""Old rows are deleted: settled jobs with their history, and notes of syncs, outages, intake and logins."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

from sqlalchemy import Select, delete, exists, func, select
from sqlalchemy.orm import Session, aliased

from database.local_time import local_date
from database.status import FINAL
from database.storage.engine import Database
from database.storage.models import (
    Attempt,
    Intake,
    Job,
    LoginFailures,
    LoginStep,
    Outage,
    PastJob,
    Reveal,
    SessionRow,
    Sync,
)
from database.storage.past_jobs import remember

BATCH = 1_000  # rows per transaction; dispatchers go on between two


def delete_settled(database: Database, keep: timedelta) -> int:
    """Delete the jobs that ended longer ago than `keep`; how many. Their kunci and ids stay taken for ever.

    What is not settled stays, however old, and so does the rest of its chain, which it may need.
    Raises DatabaseUnavailable.
    """
    ended = [status.value for status in FINAL]
    other = aliased(Job)
    unsettled = exists().where(
        other.faskes == Job.faskes, other.rantai == Job.rantai, other.status.not_in(ended)
    )
    is_old = Job.updated_at < database.clock() - keep
    old = select(Job.id).where(Job.status.in_(ended), is_old, ~unsettled).order_by(Job.id).limit(BATCH)
    deleted = 0
    while ids := _delete_jobs(database, old):
        deleted += len(ids)
    return deleted


def _delete_jobs(database: Database, old: Select[tuple[int]]) -> Sequence[int]:
    with database.write(patient=True) as session:
        ids = session.scalars(old).all()
        remember(session, _past(session, database, ids))
        session.execute(delete(Attempt).where(Attempt.job_id.in_(ids)))
        session.execute(delete(Reveal).where(Reveal.job_id.in_(ids)))
        session.execute(delete(Job).where(Job.id.in_(ids)))
        return ids


def _past(session: Session, database: Database, ids: Sequence[int]) -> list[PastJob]:
    kept = select(Job.faskes, Job.kunci, Job.id, Job.jenis, Job.status, Job.updated_at)
    return [
        PastJob(
            faskes=faskes, kunci=kunci, id=job_id, jenis=jenis, status=status, ended=local_date(database, at)
        )
        for faskes, kunci, job_id, jenis, status, at in session.execute(kept.where(Job.id.in_(ids)))
    ]


def delete_notes(database: Database, keep: timedelta) -> None:
    """Delete what was noted longer ago of syncs, ended outages, intake, sessions and failed logins.

    Raises DatabaseUnavailable. Of each reference the newest sync stays: it says how old the data are.
    """
    before = database.clock() - keep
    newest: Any = select(func.max(Sync.id)).group_by(Sync.faskes, Sync.layanan, Sync.jenis)
    with database.write(patient=True) as session:
        session.execute(delete(Sync).where(Sync.started_at < before, Sync.id.not_in(newest)))
        session.execute(delete(Outage).where(Outage.ended_at < before))
        session.execute(delete(Intake).where(Intake.dibaca_pada < before))
        session.execute(delete(SessionRow).where(SessionRow.used_at < before))
        session.execute(delete(LoginStep).where(LoginStep.begun_at < before))
        session.execute(delete(LoginFailures).where(LoginFailures.last_at < before))
