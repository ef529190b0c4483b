"""Chains: which jobs belong to one patient's visit, and which of them must go first.

A chain is (faskes, norm, service date, poli) or an explicit `rantai`. Within a chain and a service jobs
are ordered by `position` = 10 × generation + rank, equal positions by id. A generation ends when a creation
and its undoing have both been handed over: registered, removed and registered again is sent in that order.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, or_, select
from sqlalchemy.orm import Session, aliased

from bpjs_client.bodies import poli, service_date
from bpjs_client.jenis import Jenis
from database.attempts import FOUND, UNCERTAIN_OUTCOMES
from database.engine import Database
from database.models import Attempt, Job
from database.settle import Settled
from database.status import UNFINISHED, Status

# Lower goes first; equal ranks go by id.
RANKS: dict[Jenis, int] = {
    Jenis.TAMBAH_ANTREAN: 1,
    Jenis.PANGGIL_ANTREAN: 2,
    Jenis.BATAL_ANTREAN: 2,
    Jenis.TAMBAH_PENDAFTARAN: 1,
    Jenis.TAMBAH_KUNJUNGAN: 2,
    Jenis.HAPUS_KUNJUNGAN: 3,
    Jenis.HAPUS_PENDAFTARAN: 4,
}
GENERATION = 10
LONGEST_CODE = 64

# What undoes a creation: both in a chain end a generation.
UNDONE_BY: dict[Jenis, Jenis] = {
    Jenis.TAMBAH_ANTREAN: Jenis.BATAL_ANTREAN,
    Jenis.TAMBAH_PENDAFTARAN: Jenis.HAPUS_PENDAFTARAN,
    Jenis.TAMBAH_KUNJUNGAN: Jenis.HAPUS_KUNJUNGAN,
}
CREATES = tuple(UNDONE_BY)

# A deletion and the creation whose number it needs.
DELETES: dict[Jenis, Jenis] = {
    Jenis.HAPUS_PENDAFTARAN: Jenis.TAMBAH_PENDAFTARAN,
    Jenis.HAPUS_KUNJUNGAN: Jenis.TAMBAH_KUNJUNGAN,
}


@dataclass(frozen=True)
class Place:
    """Where a job stands: its chain and its position in it."""

    rantai: str
    position: int


def derived_chain(jenis: Jenis, norm: str, body: Mapping[str, object]) -> str | None:
    """The chain that a body names by its service date and poli; None when it does not say both."""
    day, room = service_date(jenis, body), poli(jenis, body)
    return f"{norm}|{day.isoformat()}|{_readable(room)}" if day and room else None


def _readable(code: str) -> str:
    """A code as it is; one that no column could hold (too long, NUL, broken letters) as its hash."""
    if len(code) <= LONGEST_CODE and code.isprintable():
        return code
    return hashlib.sha256(code.encode(errors="surrogatepass")).hexdigest()


def find_place(
    session: Session, *, faskes: str, jenis: Jenis, norm: str, rantai: str | None, body: Mapping[str, object]
) -> Place:
    """The chain and position of a job about to be stored, seen from what its chain holds already."""
    chain = rantai or derived_chain(jenis, norm, body) or _chain_of_visit(session, faskes, jenis, norm, body)
    chain = chain or f"{norm}|{jenis}"
    held = session.execute(
        select(Job.jenis, Job.position).where(
            Job.faskes == faskes, Job.rantai == chain, Job.service == str(jenis.service)
        )
    ).all()
    return Place(chain, place_after(jenis, [(Jenis(kind), position) for kind, position in held]))


def place_after(jenis: Jenis, held: list[tuple[Jenis, int]]) -> int:
    """The position of a new job behind the (jenis, position) pairs that its chain and service hold."""
    generation = max((position // GENERATION for _, position in held), default=0)
    present = {kind for kind, position in held if position // GENERATION == generation}
    if jenis in present and UNDONE_BY.get(jenis) in present:
        generation += 1
    return generation * GENERATION + RANKS[jenis]


def _chain_of_visit(
    session: Session, faskes: str, jenis: Jenis, norm: str, body: Mapping[str, object]
) -> str | None:
    """A deletion that only knows its noKunjungan joins the chain of the visit that received it."""
    number = body.get("noKunjungan")
    if jenis is not Jenis.HAPUS_KUNJUNGAN or not isinstance(number, str):
        return None
    if not number or not number.isprintable():
        return None
    return session.scalar(
        select(Job.rantai)
        .where(Job.faskes == faskes, Job.norm == norm, Job.jenis == Jenis.TAMBAH_KUNJUNGAN.value)
        .where(Job.result["noKunjungan"].as_string() == number)
        .limit(1)
    )


def blockers(job: type[Job]) -> tuple[type[Job], ColumnElement[bool]]:
    """The alias and the condition of the jobs that `job` must wait for (design: *Order*).

    * anything of its chain in hand;
    * anything before it that is unfinished;
    * a failed step before it, unless a later job of that jenis succeeded; deletions and later generations
      do not wait for a failed creation, for it left nothing behind.
    """
    before = aliased(Job)
    replaced = aliased(Job)
    same_chain = and_(
        before.faskes == job.faskes,
        before.rantai == job.rantai,
        before.service == job.service,
        before.id != job.id,
    )
    earlier = or_(before.position < job.position, and_(before.position == job.position, before.id < job.id))
    succeeded_since = exists().where(
        replaced.faskes == before.faskes,
        replaced.rantai == before.rantai,
        replaced.jenis == before.jenis,
        replaced.id > before.id,
        replaced.status == Status.TERKIRIM.value,
    )
    pointless_to_wait = and_(
        job.jenis.in_([kind.value for kind in DELETES]),
        before.jenis.in_([kind.value for kind in CREATES]),
    )
    failed = and_(
        before.status == Status.GAGAL.value,
        before.position < job.position,
        before.position // GENERATION == job.position // GENERATION,
        ~pointless_to_wait,
        ~succeeded_since,
    )
    unfinished = and_(earlier, before.status.in_([status.value for status in UNFINISHED]))
    in_hand = before.status == Status.PROSES.value
    # What may be at BPJS already is looked up whatever stands before it; only then its turn counts again.
    in_turn = job.status != Status.TIDAK_PASTI.value
    return before, and_(same_chain, or_(in_hand, and_(in_turn, or_(unfinished, failed))))


def is_blocked(job: type[Job]) -> ColumnElement[bool]:
    """True in SQL when `job` must wait for another job of its chain."""
    before, condition = blockers(job)
    return select(before.id).where(condition).exists()


def waits_for(session: Session, job_id: int) -> Job | None:
    """The first job that this one waits for; None when nothing of its chain holds it back."""
    found: Job | None = session.scalar(_first_blocker(), {"waiting_id": job_id})
    return found


def blocked_by(database: Database, job_id: int) -> str | None:
    """In Indonesian, what a job in hand would have to wait for. Raises DatabaseUnavailable."""
    with database.read() as session:
        before = waits_for(session, job_id)
        return f"menunggu {before.jenis} #{before.id} ({before.status})" if before else None


@cache
def _first_blocker() -> Select[tuple[Job]]:
    """Built once: the monitor asks it for every waiting row."""
    waiting = aliased(Job)
    before, condition = blockers(waiting)
    return (
        select(before)
        .join(waiting, condition)
        .where(waiting.id == bindparam("waiting_id"))
        .order_by(before.position, before.id)
        .limit(1)
    )


def numbers_of(session: Session, job: Job) -> dict[str, str]:
    """The numbers and the card that a deletion takes from the creation of its chain (newest first)."""
    # One that BPJS holds with another body than ours is not sent, and has its number all the same.
    there = or_(Job.status == Status.TERKIRIM.value, Job.result.is_not(None))
    create = session.scalar(_creations(job).where(there).limit(1))
    if create is None:
        return {}
    known = {**create.body, **(create.result or {})}
    return {
        name: str(known[name])
        for name in ("noUrut", "noKunjungan", "noKartu", "tglDaftar", "kdPoli")
        if known.get(name)
    }


def _creations(job: Job) -> Select[tuple[Job]]:
    """What a deletion undoes, newest first; of any other job nothing."""
    kind = DELETES.get(Jenis(job.jenis))
    return (
        select(Job)
        .where(Job.faskes == job.faskes, Job.rantai == job.rantai, Job.jenis == (kind and kind.value))
        .where(Job.position < job.position)
        .order_by(Job.position.desc(), Job.id.desc())
    )


def lacks_creation(session: Session, job: Job) -> bool:
    """True when the chain knows a creation for this deletion, and none of them can have reached BPJS."""
    unclear = exists().where(
        Attempt.job_id == Job.id,
        or_(Attempt.outcome.is_(None), Attempt.outcome.in_([*UNCERTAIN_OUTCOMES, FOUND])),
    )
    may_be_there = or_(
        Job.status.in_([status.value for status in (Status.TERKIRIM, *UNFINISHED)]),
        Job.reason == Settled.ALREADY_THERE.value,
        unclear,
    )
    creations = _creations(job).limit(1)
    return session.scalar(creations) is not None and session.scalar(creations.where(may_be_there)) is None
