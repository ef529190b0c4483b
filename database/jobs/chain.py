"""A chain holds the jobs of one patient's visit, and decides which of them must go first.

A chain is (faskes, norm, service date, poli) or an explicit `rantai` (chain_place.py). Within a chain
and a service jobs are ordered by `position` = 10 × generation + rank, equal positions by id. A generation
ends when a creation and its undoing have both been handed over: registered, removed and registered again is
sent in that order. A clinic may name one chain for two patients: its jobs go one after another, as it wished,
but what failed of one patient holds up no other, and one's success never counts as another's.
"""

from collections.abc import Sequence
from functools import cache

from sqlalchemy import ColumnElement, Select, and_, bindparam, exists, or_, select
from sqlalchemy.orm import Session, aliased

from bpjs_client.jenis import Jenis
from database.status import UNFINISHED, Status
from database.storage.engine import Database
from database.storage.models import Job
from database.storage.patient_mark import may_agree
from database.vocabulary import Reason

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

# What undoes a creation: both in a chain end a generation.
UNDONE_BY: dict[Jenis, Jenis] = {
    Jenis.TAMBAH_ANTREAN: Jenis.BATAL_ANTREAN,
    Jenis.TAMBAH_PENDAFTARAN: Jenis.HAPUS_PENDAFTARAN,
    Jenis.TAMBAH_KUNJUNGAN: Jenis.HAPUS_KUNJUNGAN,
}
CREATES = tuple(UNDONE_BY)

# A deletion and the creation whose number it needs.
UNDOES: dict[Jenis, Jenis] = {
    Jenis.HAPUS_PENDAFTARAN: Jenis.TAMBAH_PENDAFTARAN,
    Jenis.HAPUS_KUNJUNGAN: Jenis.TAMBAH_KUNJUNGAN,
}


def blockers(job: type[Job]) -> tuple[type[Job], ColumnElement[bool]]:
    """The alias and the condition of the jobs that `job` must wait for (docs/job-states.md).

    * anything of its chain in hand;
    * anything before it that is unfinished, but not what waits for another patient to act;
    * a failed step of its patient before it, unless a later job of that jenis and patient succeeded;
      deletions and later generations do not wait for a failed creation, for it left nothing behind.
    """
    before = aliased(Job)
    same_chain = and_(
        before.faskes == job.faskes,
        before.rantai == job.rantai,
        before.service == job.service,
        before.id != job.id,
    )
    earlier = or_(before.position < job.position, and_(before.position == job.position, before.id < job.id))
    failed = _failed_before(job, before)
    unfinished = and_(
        earlier, before.status.in_([status.value for status in UNFINISHED]), _may_wait(job, before)
    )
    in_hand = before.status == Status.PROSES.value
    # What may be at BPJS already is looked up whatever stands before it; only then its turn counts again.
    in_turn = job.status != Status.TIDAK_PASTI.value
    return before, and_(same_chain, or_(in_hand, and_(in_turn, or_(unfinished, failed))))


def _may_wait(job: type[Job], before: type[Job]) -> ColumnElement[bool]:
    """That `job` is not of another patient than one whom `before` waits for: that may last for days."""
    for_its_patient = before.reason.is_not_distinct_from(Reason.NEEDS_SCREENING)
    return or_(~for_its_patient, may_agree(before.pasien, job.pasien))


def stuck_behind(job: type[Job]) -> tuple[type[Job], ColumnElement[bool]]:
    """The alias and the condition of the failed steps among the blockers.

    They are few. The condition is written so that the index by jenis and status finds them, however long the
    chain.
    """
    before = aliased(Job)
    step = (before.jenis.in_([jenis.value for jenis in Jenis]), before.status == Status.GAGAL.value)
    # An expression and not the mere column, for which the database would choose the index without a status.
    of_service = before.service.concat("") == job.service
    same_chain = (before.faskes == job.faskes, before.rantai == job.rantai, of_service)
    return before, and_(*same_chain, *step, _failed_before(job, before))


def _failed_before(job: type[Job], before: type[Job]) -> ColumnElement[bool]:
    """That `before`, of the chain of `job`, is a failed step that it must wait for."""
    replaced = aliased(Job)
    since = exists().where(
        replaced.faskes == before.faskes,
        replaced.rantai == before.rantai,
        replaced.jenis == before.jenis,
        replaced.id > before.id,
        replaced.status == Status.TERKIRIM.value,
        may_agree(replaced.pasien, before.pasien),
        may_agree(replaced.pasien, job.pasien),
    )
    # SQLAlchemy itself correlates only with the query next outside, and would join every job there is.
    succeeded_since = since.correlate(before, job)
    pointless_to_wait = and_(
        job.jenis.in_([kind.value for kind in UNDOES]),
        before.jenis.in_([kind.value for kind in CREATES]),
    )
    return and_(
        before.status == Status.GAGAL.value,
        before.position < job.position,
        before.position // GENERATION == job.position // GENERATION,
        may_agree(before.pasien, job.pasien),
        ~pointless_to_wait,
        ~succeeded_since,
    )


def of_one_visit(one: type[Job], other: type[Job]) -> ColumnElement[bool]:
    """True in SQL unless the bodies of both name different patients, days or polis."""
    columns = ((one.pasien, other.pasien), (one.poli, other.poli), (one.tgl_daftar, other.tgl_daftar))
    return and_(*(may_agree(here, there) for here, there in columns))


def is_blocked(job: type[Job]) -> ColumnElement[bool]:
    """True in SQL when `job` must wait for another job of its chain."""
    before, condition = blockers(job)
    return select(before.id).where(condition).exists()


def waits_for(session: Session, job_id: int) -> Job | None:
    """The first job that this one waits for; None when nothing of its chain holds it back."""
    return first_blockers(session, [job_id]).get(job_id)


def first_blockers(session: Session, job_ids: Sequence[int]) -> dict[int, Job]:
    """The first job that each of these waits for, by the id of what waits; the others are left out."""
    found = session.execute(_first_blocker(), {"waiting_ids": list(job_ids)}).tuples()
    by_waiting = {waiting: before for waiting, before in found if before is not None}
    rows = session.scalars(select(Job).where(Job.id.in_(by_waiting.values()))) if by_waiting else ()
    jobs = {job.id: job for job in rows}
    return {waiting: jobs[before] for waiting, before in by_waiting.items() if before in jobs}


def blocked_by(database: Database, job_id: int) -> str | None:
    """In Indonesian, what a job in hand would have to wait for. Raises DatabaseUnavailable."""
    with database.read() as session:
        before = waits_for(session, job_id)
        return f"menunggu {before.jenis} #{before.id} ({before.status})" if before else None


@cache
def _first_blocker() -> Select[tuple[int, int | None]]:
    """Built once: the monitor asks it again and again."""
    waiting = aliased(Job)
    before, condition = blockers(waiting)
    first = select(before.id).where(condition).order_by(before.position, before.id).limit(1)
    waits = waiting.id.in_(bindparam("waiting_ids", expanding=True))
    return select(waiting.id, first.correlate(waiting).scalar_subquery()).where(waits)
