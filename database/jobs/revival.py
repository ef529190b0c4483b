"""A refused job goes back in line by itself once BPJS has what it lacked, as its message promises."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Select, and_, bindparam, exists, select
from sqlalchemy.orm import Session, aliased

from bpjs_client.jenis import Jenis
from database.jobs.chain import of_one_visit
from database.jobs.history import Word, append_word
from database.status import Status
from database.storage.models import Job
from database.vocabulary import Outcome, Reason

BY = "sistem"


@dataclass(frozen=True)
class Revival:
    """The refusals of a visit that end; not of a job that a later one of `unless` replaces or undoes."""

    reason: Reason
    unless: tuple[Jenis, ...] = ()


# For each jenis that BPJS has now, the refusals that end. A deletion is never revived: it might delete what
# was handed over after it.
REVIVALS: dict[Jenis, Revival] = {
    Jenis.TAMBAH_ANTREAN: Revival(Reason.WITHOUT_ADD),
    Jenis.TAMBAH_PENDAFTARAN: Revival(
        Reason.WITHOUT_REGISTRATION, unless=(Jenis.TAMBAH_KUNJUNGAN, Jenis.HAPUS_KUNJUNGAN)
    ),
}


def revive_refused(session: Session, job_id: int, jenis: str, now: datetime) -> None:
    """Make due what was refused because this job was not at BPJS; its history says why it goes again."""
    if Jenis(jenis) not in REVIVALS:
        return
    for refused in session.scalars(_refused(Jenis(jenis)), {"job_id": job_id}).all():
        reason = f"{jenis} #{job_id} sudah ada di BPJS"
        append_word(session, refused.id, Outcome.ASKED_AGAIN, Word(BY, reason), now)
        refused.status, refused.reason, refused.message = Status.MENUNGGU.value, None, None
        refused.due_at = refused.updated_at = now
        refused.version += 1


@cache
def _refused(jenis: Jenis) -> Select[tuple[Job]]:
    """Built once for each jenis: every delivered job of it asks."""
    revival, done, later = REVIVALS[jenis], aliased(Job), aliased(Job)
    in_chain = and_(Job.faskes == done.faskes, Job.rantai == done.rantai, Job.service == done.service)
    superseded = exists().where(
        later.faskes == Job.faskes,
        later.rantai == Job.rantai,
        later.jenis.in_(revival.unless),
        later.id > Job.id,
        of_one_visit(later, Job),
    )
    return (
        select(Job)
        .join(done, in_chain)
        .where(done.id == bindparam("job_id"), of_one_visit(Job, done))
        .where(Job.status == Status.GAGAL.value, Job.reason == revival.reason, ~superseded)
        .order_by(Job.position, Job.id)
        .with_for_update(of=Job)
    )
