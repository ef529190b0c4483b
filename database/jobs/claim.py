"""Dispatchers take jobs in hand under a lease, renew it, and take over jobs whose lease ran out."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from functools import cache
from typing import Any, TypeVar, cast

from sqlalchemy import ColumnElement, Row, Select, Table, and_, bindparam, func, select, text, tuple_, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from bpjs_client.jenis import Jenis
from database.errors import ConstraintViolated
from database.jobs.attempts import JobInHand, lost_writes
from database.jobs.chain import UNDOES
from database.jobs.due_jobs import pick, pick_any
from database.jobs.fair_shares import (
    NO_LIMIT,
    LimitOf,
    Room,
    Shares,
    claimable_services,
    no_limit,
    without_limit,
)
from database.jobs.held_claim import Claim, bound
from database.jobs.never_sent import is_unseen, take_unseen
from database.jobs.why_waiting import why_waiting
from database.services.clinic_service import ClinicService
from database.services.limits import limits
from database.status import Status
from database.storage.engine import Database
from database.storage.models import Attempt, Job, UtcDateTime
from database.storage.past_jobs import locked_job, not_there
from database.storage.steady_clock import elapsed
from database.storage.wakeup import announce
from database.vocabulary import Outcome, Reason

RIVALS = 5  # how often in a row a claim may lose the race for a chain

T = TypeVar("T")


@dataclass(frozen=True)
class ClaimedJob:
    """A job as its task gets it; the repr names nobody, for Prefect may write an argument down.

    `fresh` is all that sending it needs, when nothing was ever sent of it; else that must be looked up.
    """

    id: int
    faskes: str
    jenis: Jenis
    norm: str = field(repr=False)
    nama_pasien: str = field(repr=False)
    claim: Claim | None = None  # None: not in hand, it is only to be seen
    until: float = field(default=0.0, compare=False)  # by `elapsed`, the end of its lease or shortly before
    fresh: JobInHand | None = field(default=None, repr=False, compare=False)

    @property
    def clinic_service(self) -> ClinicService:
        """The clinic's service that the job goes to."""
        return ClinicService(self.faskes, self.jenis.service.value)


@dataclass(frozen=True)
class Waiting:
    """Why a job was not claimed: its status, and in Indonesian what it waits for."""

    status: Status
    why: str


def claim(
    database: Database,
    *,
    owner: str,
    limit: int,
    lease: timedelta,
    room: Room = without_limit,
    limit_of: LimitOf = no_limit,
) -> list[ClaimedJob]:
    """Take up to `limit` due jobs in hand, fairly shared between clinics; each clinic's longest due go first.

    A job is left where its chain has something in hand or unfinished before it, or where its service or jenis
    is down or paused. Of each clinic's service no more is taken than `room` and `limit_of` allow.
    Raises DatabaseUnavailable.
    """
    if limit < 1:
        return []
    return _despite_rivals(
        lambda: _claim(database, owner, limit=limit, lease=lease, room=room, limit_of=limit_of)
    )


def _claim(
    database: Database, owner: str, *, limit: int, lease: timedelta, room: Room, limit_of: LimitOf
) -> list[ClaimedJob]:
    until = elapsed() + lease.total_seconds()
    with database.write() as session:
        now = database.clock()
        # In this order: what begins to be tried again in between is limited, and not taken as what flows.
        services = claimable_services(session, now)
        held = limits(session, now, locked=True) if services else {}
        limited = {service: held.get(service, NO_LIMIT) | limit_of(service) for service in services}

        def allowed(service: ClinicService, in_hand: int) -> int:
            return min(room(service, in_hand), 1 if limited[service].half_open else limit)

        shares = Shares(services, limit, allowed)
        taken: list[tuple[datetime, ClaimedJob]] = []
        for asked in shares.rounds():
            found = pick(session, asked, now, limited)
            taken += _take_all(session, [job_id for _, job_id in found], _in_hand(now, owner, lease), until)
            shares.gave(service for service, _ in found)
        return [job for _, job in sorted(taken, key=lambda each: (each[0], each[1].id))]


def _take_all(
    session: Session, ids: Sequence[int], in_hand: Mapping[str, object], until: float
) -> list[tuple[datetime, ClaimedJob]]:
    """Take these jobs in hand in one statement; returns each with the time at which it was due."""
    if not ids:
        return []
    values = bound(in_hand) | {"ids": ids}
    taken = session.connection().execute(_taking(tuple(in_hand)), values)
    return [(row.due_at, _as_claimed(row, until)) for row in taken]


@cache
def _taking(columns: tuple[str, ...]) -> ReturningUpdate[Any]:
    """Built once: building it costs more than running it."""
    jobs = cast(Table, Job.__table__)
    values = {name: bindparam(f"b_{name}", type_=jobs.c[name].type) for name in columns}
    told = ("id", "faskes", "jenis", "norm", "nama_pasien", "lease_owner", "claim")
    needed = ("due_at", "service", "body", "waits", "attempts", "corrects")
    return (
        update(jobs)
        .where(jobs.c.id.in_(bindparam("ids", expanding=True)))
        .values({**values, "version": jobs.c.version + 1, "claim": jobs.c.claim + 1})
        .returning(*(jobs.c[name] for name in (*told, *needed)))
    )


def _as_claimed(row: Row[Any], until: float) -> ClaimedJob:
    jenis, claim = Jenis(row.jenis), Claim(row.id, row.lease_owner, row.claim)
    # A deletion takes numbers from its chain, and after an attempt BPJS may hold the write already.
    # So may the visit that a correction replaces.
    is_fresh = row.attempts == 0 and jenis not in UNDOES and row.corrects is None
    fresh = JobInHand(
        claim=claim,
        faskes=row.faskes,
        jenis=row.jenis,
        service=row.service,
        norm=row.norm,
        nama_pasien=row.nama_pasien,
        body=row.body,
        numbers={},
        waits=row.waits,
        uncertain=False,
        repeated=False,
        pointless=False,
    )
    names = (row.id, row.faskes, jenis, row.norm, row.nama_pasien)
    return ClaimedJob(*names, claim, until, fresh if is_fresh else None)


def claim_one(
    database: Database, job_id: int, *, owner: str, lease: timedelta, room: Room = without_limit
) -> ClaimedJob | Waiting:
    """Take one job in hand now, whatever its `due_at`; or say why that cannot be.

    Of its clinic's service no more are in hand at once than `room` allows; one, while it is tried again.
    Raises JobNotFound, DatabaseUnavailable.
    """
    return _despite_rivals(lambda: _claim_one(database, job_id, owner, lease, room))


def _claim_one(
    database: Database, job_id: int, owner: str, lease: timedelta, room: Room
) -> ClaimedJob | Waiting:
    until = elapsed() + lease.total_seconds()
    with database.write() as session:
        job = locked_job(session, job_id)
        status = Status(job.status)
        if status not in {Status.MENUNGGU, Status.TIDAK_PASTI} or job.reason == Reason.NEEDS_PERSON:
            return Waiting(status, job.message or _numbers(job) or status.value)
        why = why_waiting(database, session, job) or _why_no_room(session, job, room, database.clock())
        if why:
            return Waiting(status, why)
        _take(job, database.clock(), owner, lease)
        return replace(_claimed(job), claim=Claim(job.id, owner, job.claim), until=until)


def _why_no_room(session: Session, job: Job, room: Room, now: datetime) -> str | None:
    """In Indonesian, why the clinic's service takes no more just now."""
    service = ClinicService(job.faskes, job.service)
    limit = limits(session, now, locked=True).get(service, NO_LIMIT)
    mine = (Job.faskes == job.faskes, Job.service == job.service, Job.status == Status.PROSES.value)
    in_hand = session.scalar(select(func.count()).where(*mine)) or 0
    if (limit.half_open and in_hand) or job.jenis in limit.never:
        return f"layanan {job.service} sedang dicoba lagi, satu pekerjaan sekaligus"
    if room(service, in_hand) < 1:
        return f"layanan {job.service} sudah mengerjakan sebanyak yang boleh sekaligus"
    return None


def _despite_rivals(take: Callable[[], T]) -> T:
    """Take again when a rival took a job of the same chain in that moment: now it is seen in hand."""
    for _ in range(RIVALS):
        try:
            return take()
        except ConstraintViolated:
            continue
    return take()


def has_work(database: Database, room: Room = without_limit) -> bool:
    """Whether something could be claimed or taken over from the dead now. Raises DatabaseUnavailable."""
    with database.read() as session:
        now = database.clock()
        claimable = claimable_services(session, now)
        services = {service: 1 for service, in_hand in claimable.items() if room(service, in_hand) > 0}
        if pick_any(session, services, now, limits(session, now, locked=False)):
            return True
        return any(session.scalar(query, {"now": now}) is not None for query in _other_work())


@cache
def _other_work() -> tuple[Select[tuple[int]], ...]:
    """A query for the jobs of the dead and one for those never shown; each has its index."""
    dead = and_(text("jobs.status = 'proses'"), Job.lease_until < bindparam("now", type_=UtcDateTime))
    return tuple(select(Job.id).where(condition).limit(1) for condition in (dead, is_unseen()))


def claim_unseen(database: Database, *, limit: int) -> list[ClaimedJob]:
    """Jobs that need a run only to be seen; they are not in hand. Raises DatabaseUnavailable."""
    return [_claimed(job) for job in take_unseen(database, limit=limit)]


def standing(database: Database, job_id: int) -> Waiting:
    """Where a job stands, and why; of a delivered one its numbers.

    Raises JobNotFound, DatabaseUnavailable.
    """
    with database.read() as session:
        job = session.get(Job, job_id)
        if job is None:
            raise not_there(session, job_id)
        status = Status(job.status)
        why = why_waiting(database, session, job) if status is Status.MENUNGGU else None
        return Waiting(status, why or job.message or _numbers(job))


def _numbers(job: Job) -> str:
    """The numbers that BPJS gave, such as `noUrut B12`."""
    return " · ".join(f"{name} {number}" for name, number in (job.result or {}).items())


def _take(job: Job, now: datetime, owner: str, lease: timedelta) -> None:
    for name, value in _in_hand(now, owner, lease).items():
        setattr(job, name, value)
    job.version += 1
    job.claim += 1


def _in_hand(now: datetime, owner: str, lease: timedelta) -> dict[str, object]:
    return {
        "status": Status.PROSES.value,
        "lease_owner": owner,
        "lease_until": now + lease,
        "shown": True,
        "updated_at": now,
    }


def _claimed(job: Job) -> ClaimedJob:
    return ClaimedJob(job.id, job.faskes, Jenis(job.jenis), job.norm, job.nama_pasien)


def renew(database: Database, claims: Collection[Claim], *, lease: timedelta) -> set[Claim]:
    """Keep what is in hand for another `lease`; returns what is. Claims no longer held are left alone.

    Raises DatabaseUnavailable.
    """
    if not claims:
        return set()
    with database.write() as session:
        # In the order of their ids, like everybody who changes several jobs in hand (see held_claim.py).
        held = select(Job.id).where(_is_held_by(claims)).order_by(Job.id).with_for_update()
        kept = session.execute(
            update(Job)
            .where(Job.id.in_(list(session.scalars(held))))
            .values(lease_until=database.clock() + lease)
            .returning(Job.id, Job.lease_owner, Job.claim)
            .execution_options(synchronize_session=False)
        )
        return {Claim(job_id, str(owner), token) for job_id, owner, token in kept}


def release(database: Database, claims: Collection[Claim]) -> None:
    """Put back jobs that were claimed but never begun (a shutdown). Raises DatabaseUnavailable."""
    if not claims:
        return
    with database.write() as session:
        for job in session.scalars(select(Job).where(_is_held_by(claims)).order_by(Job.id).with_for_update()):
            _put_back(session, job, database.clock())
        announce(session)


def _is_held_by(claims: Collection[Claim]) -> ColumnElement[bool]:
    mine = tuple_(Job.id, Job.lease_owner, Job.claim).in_(
        [(each.job_id, each.owner, each.token) for each in claims]
    )
    return and_(Job.status == Status.PROSES.value, Job.id.in_([each.job_id for each in claims]), mine)


def senders(database: Database, *, beside: str) -> int:
    """How many processes send now: this one, and those other than `beside` that hold jobs.

    Raises DatabaseUnavailable.
    """
    holding = (Job.status == Status.PROSES.value, Job.lease_owner != beside)
    with database.read() as session:
        return (
            1 + session.execute(select(func.count(Job.lease_owner.distinct())).where(*holding)).scalar_one()
        )


def take_over(database: Database) -> int:
    """Take over the jobs whose lease ran out, for their process is dead or was stopped; returns how many.

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
        open_attempt.outcome = Outcome.WORKER_DIED
        job.attempts += 1
        job.due_at = now
        job.reason, job.message = Reason.CUT_SHORT, "Pengirim berhenti sebelum jawaban BPJS tercatat."
    session.flush()
    uncertain = bool(lost_writes(session, job.id))
    job.status = (Status.TIDAK_PASTI if uncertain else Status.MENUNGGU).value
    job.lease_until = job.lease_owner = None
    job.updated_at = now
    job.version += 1
