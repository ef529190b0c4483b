"""The jobs that waited for an addition which a person closed as not needed are put before a person too.

BPJS would refuse them for want of that addition. Deletions are left alone: they end by themselves when what
they name never reached BPJS.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, and_, exists, select
from sqlalchemy.orm import Session, aliased

from bpjs_client.jenis import Jenis
from database.jobs.chain import of_one_visit
from database.status import Status
from database.storage.models import Job
from database.vocabulary import Reason


@dataclass(frozen=True)
class Need:
    """The jenis that need an addition; `reason` marks a refusal that ends once BPJS has the addition."""

    by: tuple[Jenis, ...]
    reason: Reason


NEEDED: Mapping[Jenis, Need] = {
    Jenis.TAMBAH_ANTREAN: Need((Jenis.PANGGIL_ANTREAN, Jenis.BATAL_ANTREAN), Reason.WITHOUT_ADD),
    Jenis.TAMBAH_PENDAFTARAN: Need((Jenis.TAMBAH_KUNJUNGAN,), Reason.WITHOUT_REGISTRATION),
}
_DECIDE = "kirim ulang bila tetap perlu, atau tutup juga"
# An addition in one of these may yet be at BPJS.
_MAY_BE_THERE = (Status.MENUNGGU, Status.PROSES, Status.TIDAK_PASTI, Status.TERKIRIM)


def ask_about_dependents(session: Session, job: Job, now: datetime) -> Sequence[Job]:
    """Make `gagal` what waits for this addition and has no other; a person sends it again or closes it."""
    need = NEEDED.get(Jenis(job.jenis))
    if need is None or _has_another(session, job):
        return []
    waiting = session.scalars(
        select(Job)
        .where(Job.faskes == job.faskes, Job.rantai == job.rantai, Job.jenis.in_(list(need.by)))
        .where(Job.status == Status.MENUNGGU.value, Job.position > job.position)
        .where(_of_visit(job, Job))
        .order_by(Job.position, Job.id)
        .with_for_update()
    ).all()
    for each in waiting:
        each.status, each.reason = Status.GAGAL.value, need.reason
        each.message = f"{job.jenis} #{job.id} ditutup sebagai tidak perlu; {_DECIDE}"
        each.updated_at = now
        each.version += 1
    return waiting


def _has_another(session: Session, job: Job) -> bool:
    """Whether the same visit has another such addition that is or may come to BPJS."""
    other = aliased(Job)
    same = and_(other.faskes == job.faskes, other.rantai == job.rantai, other.jenis == job.jenis)
    another = (
        select(other.id)
        .where(same, other.id != job.id, other.status.in_([status.value for status in _MAY_BE_THERE]))
        .where(_of_visit(job, other))
    )
    return session.scalar(another.limit(1)) is not None


def _of_visit(job: Job, other: type[Job]) -> ColumnElement[bool]:
    one = aliased(Job)
    return exists().where(one.id == job.id, of_one_visit(one, other)).correlate(other)
