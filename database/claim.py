"""Taking jobs in hand under a lease, keeping the lease, and taking over from the dead."""

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache
from typing import TypeVar

from sqlalchemy import (
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    exists,
    func,
    or_,
    select,
    text,
    update,
)
from sqlalchemy.orm import Session, aliased

from bpjs_client.jenis import Jenis, Service
from database.attempts import WORKER_DIED, lost_writes
from database.chain import is_blocked, waits_for
from database.engine import Database
from database.errors import ConstraintViolated, JobNotFound
from database.health import HALF_OPEN, OPEN, PAUSED, half_open_services
from database.models import WAITING, Attempt, Job, ServiceState, UtcDateTime
from database.status import Status
from database.unseen import is_unseen, take_unseen
from database.wakeup import announce

# The reason of a `tidak_pasti` job that no look-up can settle: a person must say whether BPJS has it.
NEEDS_PERSON = "perlu-orang"
CLOSED_DOORS = (OPEN, PAUSED)
RIVALS = 5  # how often in a row a claim may lose the race for a chain

T = TypeVar("T")


@dataclass(frozen=True)
class ClaimedJob:
    """A job in hand: what a task needs to name its run, and no more."""

    id: int
    faskes: str
    jenis: Jenis
    norm: str
    nama_pasien: str


@dataclass(frozen=True)
class Waiting:
    """Why a job was not claimed: its status, and in Indonesian what it waits for."""

    status: Status
    why: str


def claim(
    database: Database, *, owner: str, limit: int, lease: timedelta, service: Service | None = None
) -> list[ClaimedJob]:
    """Take up to `limit` due jobs in hand, oldest due first, of one service or of all.

    Never one whose chain has something in hand or unfinished before it, never one whose service is down or
    paused. Raises DatabaseUnavailable.
    """
    if limit < 1:
        return []
    asked = {"most": limit, "service": service.value if service else None}
    return _despite_rivals(lambda: _claim(database, asked, owner, lease))


def _claim(database: Database, asked: Mapping[str, object], owner: str, lease: timedelta) -> list[ClaimedJob]:
    with database.write() as session:
        now = database.clock()
        half_open = half_open_services(session)
        jobs = list(_one_at_a_time(session.scalars(_due_jobs(), {**asked, "now": now}), half_open))
        for job in jobs:
            _take(job, now, owner, lease)
        return [_claimed(job) for job in jobs]


def _one_at_a_time(jobs: Iterable[Job], services: Collection[tuple[str, str]]) -> Iterator[Job]:
    """All jobs, but of these services only the first."""
    taken = set()
    for job in jobs:
        service = (job.faskes, job.service)
        if service not in taken:
            yield job
        if service in services:
            taken.add(service)


def claim_one(database: Database, job_id: int, *, owner: str, lease: timedelta) -> ClaimedJob | Waiting:
    """Take one job in hand now, whatever its `due_at`; or say why that cannot be.

    Raises JobNotFound, DatabaseUnavailable.
    """
    return _despite_rivals(lambda: _claim_one(database, job_id, owner, lease))


def _claim_one(database: Database, job_id: int, owner: str, lease: timedelta) -> ClaimedJob | Waiting:
    with database.write() as session:
        job = session.get(Job, job_id, with_for_update=True)
        if job is None:
            raise JobNotFound(job_id)
        status = Status(job.status)
        if status not in {Status.MENUNGGU, Status.TIDAK_PASTI} or job.reason == NEEDS_PERSON:
            return Waiting(status, job.message or status.value)
        why = why_waiting(session, job)
        if why:
            return Waiting(status, why)
        _take(job, database.clock(), owner, lease)
        return _claimed(job)


def _despite_rivals(take: Callable[[], T]) -> T:
    """Take again when a rival took a job of the same chain in that moment: now it is seen in hand."""
    for _ in range(RIVALS):
        try:
            return take()
        except ConstraintViolated:
            continue
    return take()


@cache
def _due_jobs() -> Select[tuple[Job]]:
    """The claim's query, built once: building it costs more than running it."""
    service = bindparam("service", type_=String)
    return (
        select(Job)
        .where(claimable(), or_(service.is_(None), Job.service == service))
        .order_by(Job.due_at, Job.id)
        .limit(bindparam("most", type_=Integer))
        .with_for_update(skip_locked=True, of=Job)
    )


def claimable() -> ColumnElement[bool]:
    """The SQL condition of a job that may be sent, or looked up at BPJS, at the parameter `now`."""
    now = bindparam("now", type_=UtcDateTime)
    for_nobody = and_(Job.status == Status.TIDAK_PASTI.value, Job.reason.is_not_distinct_from(NEEDS_PERSON))
    return and_(
        text(f"jobs.{WAITING}"),  # literally as the index says it, or the index is not used
        ~for_nobody,
        Job.due_at <= now,
        ~_door_is_closed(),
        ~is_blocked(Job),
    )


def has_work(database: Database) -> bool:
    """Whether something could be claimed or taken over from the dead now. Raises DatabaseUnavailable."""
    with database.read() as session:
        asked = {"now": database.clock()}
        return any(session.scalar(query, asked) is not None for query in _kinds_of_work())


@cache
def _kinds_of_work() -> tuple[Select[tuple[int]], ...]:
    """A query for each, cheap because each has its index; the likeliest first."""
    dead = and_(text("jobs.status = 'proses'"), Job.lease_until < bindparam("now", type_=UtcDateTime))
    return tuple(select(Job.id).where(condition).limit(1) for condition in (claimable(), dead, is_unseen()))


def claim_unseen(database: Database, *, limit: int) -> list[ClaimedJob]:
    """Jobs that need a run only to be seen; they are not in hand. Raises DatabaseUnavailable."""
    return [_claimed(job) for job in take_unseen(database, limit=limit)]


def standing(database: Database, job_id: int) -> Waiting:
    """Where a job stands, and why. Raises JobNotFound, DatabaseUnavailable."""
    with database.read() as session:
        job = session.get(Job, job_id)
        if job is None:
            raise JobNotFound(job_id)
        status = Status(job.status)
        why = why_waiting(session, job) if status is Status.MENUNGGU else None
        return Waiting(status, why or job.message or "")


def _door_is_closed() -> ColumnElement[bool]:
    other = aliased(Job)
    in_hand = exists().where(
        other.faskes == ServiceState.faskes,
        other.service == ServiceState.service,
        other.status == Status.PROSES.value,
    )
    tried = and_(ServiceState.state == HALF_OPEN, in_hand)
    return exists().where(
        ServiceState.faskes == Job.faskes,
        ServiceState.service == Job.service,
        or_(ServiceState.state.in_(CLOSED_DOORS), tried),
    )


def count_claimable(database: Database) -> int:
    """How many jobs could be claimed now. Raises DatabaseUnavailable."""
    with database.read() as session:
        query = select(func.count()).select_from(Job).where(claimable())
        return session.scalar(query, {"now": database.clock()}) or 0


def why_waiting(session: Session, job: Job) -> str | None:
    """In Indonesian, what keeps a job from being sent; None when nothing but its `due_at` does."""
    before = waits_for(session, job.id)
    if before is not None:
        return f"menunggu {before.jenis} #{before.id} ({before.status})"
    door = session.get(ServiceState, (job.faskes, job.service))
    if door is not None and door.state in CLOSED_DOORS:
        return f"layanan {job.service} {DOOR_WORDS[door.state]}: {door.reason}"
    return None


DOOR_WORDS = {
    OPEN: "sedang tidak dapat dihubungi",
    HALF_OPEN: "sedang dicoba lagi",
    PAUSED: "dijeda",
}


def _take(job: Job, now: datetime, owner: str, lease: timedelta) -> None:
    job.status = Status.PROSES.value
    job.lease_owner = owner
    job.lease_until = now + lease
    job.shown = True
    job.updated_at = now
    job.version += 1


def _claimed(job: Job) -> ClaimedJob:
    return ClaimedJob(job.id, job.faskes, Jenis(job.jenis), job.norm, job.nama_pasien)


def renew(database: Database, job_ids: list[int], *, owner: str, lease: timedelta) -> None:
    """Keep jobs in hand for another `lease`; those no longer held are left alone.

    Raises DatabaseUnavailable.
    """
    if not job_ids:
        return
    with database.write() as session:
        session.execute(
            update(Job)
            .where(Job.id.in_(job_ids), Job.lease_owner == owner, Job.status == Status.PROSES.value)
            .values(lease_until=database.clock() + lease)
        )


def release(database: Database, job_ids: list[int], *, owner: str) -> None:
    """Put back jobs that were claimed but never begun (a shutdown). Raises DatabaseUnavailable."""
    if not job_ids:
        return
    with database.write() as session:
        held = select(Job).where(
            Job.id.in_(job_ids), Job.lease_owner == owner, Job.status == Status.PROSES.value
        )
        for job in session.scalars(held):
            _put_back(session, job, database.clock())
        announce(session)


def take_over(database: Database) -> int:
    """Take jobs from the hands of the dead: those whose lease ran out. Returns how many.

    One whose request may have left becomes `tidak_pasti`, never `menunggu`: it is not sent blindly again.
    Raises DatabaseUnavailable.
    """
    with database.write() as session:
        now = database.clock()
        dead = (
            select(Job)
            .where(Job.status == Status.PROSES.value, Job.lease_until < now)
            .with_for_update(skip_locked=True)
        )
        jobs = session.scalars(dead).all()
        for job in jobs:
            _put_back(session, job, now)
        return len(jobs)


def _put_back(session: Session, job: Job, now: datetime) -> None:
    open_attempt = session.scalar(
        select(Attempt).where(Attempt.job_id == job.id, Attempt.finished_at.is_(None))
    )
    if open_attempt is not None:
        open_attempt.finished_at = now
        open_attempt.outcome = WORKER_DIED
        job.attempts += 1
    session.flush()
    uncertain = bool(lost_writes(session, job.id))
    job.status = (Status.TIDAK_PASTI if uncertain else Status.MENUNGGU).value
    if uncertain:
        job.reason, job.message = "terputus", "Pengirim berhenti sebelum jawaban BPJS tercatat."
    job.lease_until = job.lease_owner = None
    job.due_at = job.updated_at = now
    job.version += 1


def next_due(database: Database) -> datetime | None:
    """When the earliest waiting job falls due or a lease ends; None when nothing waits."""
    with database.read() as session:
        return session.scalar(
            select(func.min(Job.due_at)).where(
                or_(Job.status == Status.MENUNGGU.value, Job.status == Status.TIDAK_PASTI.value)
            )
        )
