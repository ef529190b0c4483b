"""The failures of a job that came while other jobs were delivered: they speak against that job alone."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from database.services.clinic_service import WHOLE, ClinicService
from database.services.states import State
from database.status import Status
from database.storage.engine import Database
from database.storage.models import Attempt, Job, ServiceState
from database.vocabulary import ASKED_AFRESH, FAILED, Outcome


def others_passed_since_it_failed(
    session: Session, who: ClinicService, job_id: int, *, is_look: bool
) -> bool:
    """Whether a job that fails again has seen another of its jenis delivered since it failed before."""
    failed = (Outcome.LOOK_FAILED,) if is_look else FAILED
    before = session.scalar(_first_failure(), {"the_job": job_id, "failed": failed})
    if before is None:
        return False
    # The day only narrows the search, by an index.
    since = {"the_time": before, "the_day": before.date() - timedelta(days=1)}
    return session.scalar(_passed(), {**who._asdict(), **since, "the_job": job_id}) is not None


def failures_that_stand_alone(
    database: Database, who: ClinicService, job_id: int, failures: Sequence[datetime]
) -> int:
    """How many of one job's failures, oldest first, came while BPJS served others; 0: it may not be the job.

    Those count after which another job passed before this one was tried again, for an outage fails them all;
    and, once another has passed, all since the service and the jenis flow, for then nothing else failed.
    Others are those of its jenis; of the whole service while no other of its jenis fails.
    Raises DatabaseUnavailable.
    """
    with database.read() as session:
        rows = [session.get(ServiceState, (*who[:2], jenis)) for jenis in (WHOLE, who.jenis)]
        known = [row for row in rows if row is not None]
        if any(row.state != State.CLOSED for row in known):
            return 0
        others_fail = any(set(row.failed_jobs or ()) - {job_id} for row in known if row.jenis)
        same = Job.jenis == who.jenis if others_fail else Job.service == who.service
        passed = (
            select(func.min(Job.sent_at))
            .where(Job.faskes == who.faskes, same, Job.status == Status.TERKIRIM.value, Job.id != job_id)
            .where(
                Job.tanggal >= failures[0].date() - timedelta(days=1), Job.sent_at > bindparam("failed_at")
            )
        )
        next_passed = [session.scalar(passed, {"failed_at": at}) for at in failures]
    tried_again = [*failures[1:], database.clock()]
    seen_beside = sum(
        at is not None and at < again for at, again in zip(next_passed, tried_again, strict=True)
    )
    flows_since = max([row.since for row in known], default=failures[0])
    if next_passed[0] is None or failures[-1] < next_passed[0]:
        return seen_beside
    return max(seen_beside, sum(at >= flows_since for at in failures))


@cache
def _first_failure() -> Select[tuple[datetime | None]]:
    """The first of its failures since a person asked again, the newest left out."""
    newest = select(func.max(Attempt.number)).where(Attempt.job_id == bindparam("the_job"))
    asked = newest.where(Attempt.outcome.in_(ASKED_AFRESH))
    return (
        select(func.min(Attempt.finished_at))
        .where(Attempt.job_id == bindparam("the_job"))
        .where(Attempt.outcome.in_(bindparam("failed", expanding=True)))
        .where(Attempt.number > func.coalesce(asked.scalar_subquery(), 0))
        .where(Attempt.number < newest.scalar_subquery())
    )


@cache
def _passed() -> Select[tuple[int]]:
    return (
        select(Job.id)
        .where(Job.faskes == bindparam("faskes"), Job.jenis == bindparam("jenis"))
        .where(Job.status == Status.TERKIRIM.value, Job.tanggal >= bindparam("the_day"))
        .where(Job.sent_at > bindparam("the_time"), Job.id != bindparam("the_job"))
        .limit(1)
    )
