"""Old rows are deleted: settled jobs with their history, and notes of syncs, outages, intake and logins.

Jobs go a few at a time, in the order in which they came, beside whoever sends and hands over. Each batch is a
transaction of its own, so that this may be broken off at any time: what it has not come to stays whole, and
the next night begins with it.
"""

import time
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, delete, exists, func, select
from sqlalchemy.orm import Session, aliased

from database.local_time import local_date
from database.status import FINAL
from database.storage.engine import Database
from database.storage.models import (
    Attempt,
    CauseWatch,
    DailySummary,
    Intake,
    Job,
    LoginFailures,
    LoginStep,
    Outage,
    Reveal,
    ScheduleDay,
    SessionRow,
    Sync,
)
from database.storage.past_jobs import remember

# Jobs per transaction, which takes some hundredths of a second.
BATCH = 100
# So long the schedule of a past day stays.
PAST_SCHEDULE = timedelta(days=7)
# How many times as long as a batch the rest after it lasts.
RESTS = 9

Rest = Callable[[float], None]


def rest_longer(seconds: float) -> None:
    """A Rest that leaves most of the time to others, the more of it the slower the machine is just now."""
    time.sleep(RESTS * seconds)


def delete_settled(
    database: Database, keep: timedelta, *, batch: int = BATCH, rest: Rest = rest_longer
) -> int:
    """Delete the jobs that ended longer ago than `keep`; how many. Their kunci and ids stay taken for ever.

    What is not settled stays, however old, and so does the rest of its chain, which it may need. After each
    `batch`, `rest` is told how many seconds it took. Raises DatabaseUnavailable.
    """
    before = database.clock() - keep
    deleted, last = 0, 0
    while True:
        began = time.monotonic()
        with database.write(patient=True) as session:
            jobs = _next_jobs(session, last, batch)
            old = [job.id for job in jobs if job.updated_at < before]
            deleted += _delete_settled_among(session, database, old) if old else 0
        # Ids follow the order of hand-over: behind a batch of which none is old there is nothing old.
        if len(jobs) < batch or all(job.created_at >= before for job in jobs):
            return deleted
        last = jobs[-1].id
        rest(time.monotonic() - began)


def _next_jobs(session: Session, last: int, batch: int) -> Sequence[Row[tuple[int, datetime, datetime]]]:
    """The jobs behind this one, settled or not; those handed over first are beside each other on the disk."""
    columns = select(Job.id, Job.created_at, Job.updated_at)
    return session.execute(columns.where(Job.id > last).order_by(Job.id).limit(batch)).all()


def _delete_settled_among(session: Session, database: Database, looked_at: Sequence[int]) -> int:
    """Delete those of these jobs that may go, with all that hangs on them; how many.

    Their rows are locked in the order of their ids, and what somebody else holds now waits for another night.
    """
    kept = (Job.id, Job.faskes, Job.kunci, Job.jenis, Job.status, Job.updated_at)
    may_go = select(*kept).where(Job.id.in_(looked_at), *_is_settled()).order_by(Job.id)
    jobs = session.execute(may_go.with_for_update(skip_locked=True, of=Job)).tuples().all()
    ids = [job_id for job_id, *_ in jobs]
    remember(
        session, [dict(zip(_KEPT, (*kept, local_date(database, at)), strict=True)) for *kept, at in jobs]
    )
    session.execute(delete(Attempt).where(Attempt.job_id.in_(ids)))
    session.execute(delete(Reveal).where(Reveal.job_id.in_(ids)))
    session.execute(delete(Job).where(Job.id.in_(ids)))
    return len(ids)


_KEPT = ("id", "faskes", "kunci", "jenis", "status", "ended")


def _is_settled() -> tuple[ColumnElement[bool], ...]:
    """The conditions that a job ended, and all of its chain with it."""
    ended = [status.value for status in FINAL]
    other = aliased(Job)
    unsettled = exists().where(
        other.faskes == Job.faskes, other.rantai == Job.rantai, other.status.not_in(ended)
    )
    return Job.status.in_(ended), ~unsettled


def delete_notes(database: Database, keep: timedelta) -> None:
    """Delete what was noted longer ago of syncs, ended outages, causes that are gone, summaries, intake,
    sessions and failed logins.

    The antrean schedule of a past day goes after PAST_SCHEDULE. Of each reference the newest sync stays: it
    says how old the data are. Raises DatabaseUnavailable.
    """
    before = database.clock() - keep
    past = local_date(database, database.clock() - PAST_SCHEDULE)
    newest: Any = select(func.max(Sync.id)).group_by(Sync.faskes, Sync.layanan, Sync.jenis)
    with database.write(patient=True) as session:
        session.execute(delete(Sync).where(Sync.started_at < before, Sync.id.not_in(newest)))
        session.execute(delete(ScheduleDay).where(ScheduleDay.day < past))
        session.execute(delete(CauseWatch).where(CauseWatch.gone_at < before))
        session.execute(delete(DailySummary).where(DailySummary.made_at < before))
        session.execute(delete(Outage).where(Outage.ended_at < before))
        session.execute(delete(Intake).where(Intake.dibaca_pada < before))
        session.execute(delete(SessionRow).where(SessionRow.used_at < before))
        session.execute(delete(LoginStep).where(LoginStep.begun_at < before))
        session.execute(delete(LoginFailures).where(LoginFailures.last_at < before))
