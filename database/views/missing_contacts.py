"""What a clinic's month still lacks at BPJS: jobs that are not there, and registrations without their visit.

Of PCare's jobs alone, for the queue counts nothing in KBK. A deletion that has not arrived is one of them:
until then BPJS counts what is to be deleted.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, exists, func, literal, or_, select, text
from sqlalchemy.orm import aliased

from bpjs_client.contact import Contact
from bpjs_client.jenis import Jenis
from database.jobs.chain import of_one_visit
from database.status import UNFINISHED, Status
from database.storage.engine import Database
from database.storage.models import OF_PCARE, Job
from database.views.contacts import REGISTRATION, Span, not_deleted, without_visit
from database.views.monitor import messages
from database.vocabulary import Reason


class Lack(StrEnum):
    """Why something is missing, by who can mend it."""

    FAILED = "gagal"
    NO_VISIT = "tanpa-kunjungan"  # a sick visit of which BPJS has the registration alone
    UNCERTAIN = "tidak-pasti"
    PATIENT = "menunggu-pasien"
    WAITING = "menunggu"


@dataclass(frozen=True)
class Missing:
    """One thing that is missing; its repr names no patient. `day`: on which the patient was seen."""

    id: int
    faskes: str
    day: date
    jenis: Jenis
    norm: str = field(repr=False)
    nama_pasien: str = field(repr=False)
    lack: Lack
    reason: str | None
    message: str = field(repr=False)


def count_missing(database: Database, span: Span) -> dict[str, dict[Lack, int]]:
    """By clinic how much is missing of each kind; only kinds of which something is.

    Raises DatabaseUnavailable.
    """
    found: dict[str, dict[Lack, int]] = {}
    with database.read(patient=True) as session:
        for part in _parts(span):
            counted = part.with_only_columns(Job.faskes, _LACK, func.count()).group_by(Job.faskes, _LACK)
            for faskes, lack, count in session.execute(counted):
                kinds = found.setdefault(faskes, {})
                kinds[Lack(lack)] = kinds.get(Lack(lack), 0) + count
    return found


def list_missing(database: Database, span: Span, *, limit: int) -> list[Missing]:
    """What is missing, the oldest day first, no more than `limit`. Raises DatabaseUnavailable."""
    with database.read(patient=True) as session:
        jobs = [
            job for part in _parts(span) for job in session.scalars(part.order_by(_DAY, Job.id).limit(limit))
        ]
        jobs = sorted(jobs, key=lambda job: (_day(job), job.id))[:limit]
        said = messages(database, session, jobs)
        return [_missing(job, said[job.id]) for job in jobs]


_DAY = func.coalesce(Job.tgl_daftar, Job.tanggal)
_LACKS: Sequence[tuple[ColumnElement[bool], Lack]] = (
    (Job.status == Status.GAGAL.value, Lack.FAILED),
    (Job.status == Status.TERKIRIM.value, Lack.NO_VISIT),
    (Job.status == Status.TIDAK_PASTI.value, Lack.UNCERTAIN),
    (
        and_(Job.status == Status.MENUNGGU.value, Job.reason == Reason.NEEDS_SCREENING.value),
        Lack.PATIENT,
    ),
)
# Literal, for it stands in a query twice, and to PostgreSQL two parameters are different.
_LACK: ColumnElement[str] = case(
    *((condition, literal(lack.value, literal_execute=True)) for condition, lack in _LACKS),
    else_=literal(Lack.WAITING.value, literal_execute=True),
)


def _day(job: Job) -> date:
    return job.tgl_daftar or job.tanggal


def _missing(job: Job, said: str) -> Missing:
    return Missing(
        job.id,
        job.faskes,
        _day(job),
        Jenis(job.jenis),
        job.norm,
        job.nama_pasien,
        _lack_of(job),
        job.reason,
        said,
    )


def _lack_of(job: Job) -> Lack:
    if job.status == Status.MENUNGGU and job.reason == Reason.NEEDS_SCREENING:
        return Lack.PATIENT
    return _BY_STATUS.get(Status(job.status), Lack.WAITING)


_BY_STATUS = {
    Status.GAGAL: Lack.FAILED,
    Status.TERKIRIM: Lack.NO_VISIT,
    Status.TIDAK_PASTI: Lack.UNCERTAIN,
}


def _parts(span: Span) -> tuple[Select[tuple[Job]], Select[tuple[Job]]]:
    """The jobs that BPJS does not have, and the registrations whose visit it does not."""
    not_there = or_(
        Job.status.in_([status.value for status in sorted(UNFINISHED)]),
        and_(Job.status == Status.GAGAL.value, ~_done_since()),
    )
    lacks_visit = (
        Job.jenis == REGISTRATION.value,
        Job.status == Status.TERKIRIM.value,
        Job.reason.is_distinct_from(Reason.REPLACED.value),
        Job.kontak.is_distinct_from(Contact.HEALTHY.value),
        not_deleted(Job, [Status.TERKIRIM, Status.GAGAL, *sorted(UNFINISHED)]),
        without_visit(Job, span),
    )
    return _of_month(span).where(not_there), _of_month(span).where(*lacks_visit)


def _of_month(span: Span) -> Select[tuple[Job]]:
    """The day counts that the body names; without one, that of hand-over."""
    named = Job.tgl_daftar.between(span.first, span.last)
    unnamed = and_(Job.tgl_daftar.is_(None), Job.tanggal.between(span.first, span.last))
    return select(Job).where(text(OF_PCARE), Job.faskes.in_(sorted(span.clinics)), or_(named, unnamed))


def _done_since() -> ColumnElement[bool]:
    """Another job of this jenis and visit was delivered after the failed one: nobody misses it."""
    later: Any = aliased(Job)
    return (
        exists()
        .where(
            later.faskes == Job.faskes,
            later.rantai == Job.rantai,
            later.jenis == Job.jenis,
            later.status == Status.TERKIRIM.value,
            later.id > Job.id,
            of_one_visit(later, Job),
        )
        .correlate(Job)
    )
