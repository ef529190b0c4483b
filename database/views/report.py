"""The numbers of reports: jobs in groups, delivery times, the longest wait, the visits of a month."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, case, exists, func, literal_column, select, text
from sqlalchemy.orm import aliased

from bpjs_client.jenis import Jenis
from database.jobs.chain import of_one_visit
from database.jobs.for_patient import waits_for_patient
from database.status import UNFINISHED, Status
from database.storage.dialect import seconds_since_1970
from database.storage.engine import Database
from database.storage.models import VISITS, Job
from database.views.monitor import messages

Totals = dict[str, dict[str, int]]
# Seconds of the steps in which delivery times are counted: fine enough for people, few for a million jobs.
STEP_SECONDS = 0.1


@dataclass(frozen=True)
class Scope:
    """The jobs to count, by local date of hand-over (both ends included); None leaves a bound out.

    `clinics`: those that whoever asks may see, None: all.
    """

    first: date | None = None
    last: date | None = None
    jenis: Jenis | None = None
    faskes: str | None = None
    clinics: frozenset[str] | None = None

    @property
    def only(self) -> frozenset[str] | None:
        """The clinics that are counted; None: all."""
        if self.faskes is None:
            return self.clinics
        named = frozenset({self.faskes})
        return named if self.clinics is None else named & self.clinics


def totals(database: Database, scope: Scope) -> Totals:
    """For each type how many jobs are in each state; types without a job are there with zeroes.

    Raises DatabaseUnavailable.
    """
    counted = select(Job.jenis, Job.status, func.count()).where(*in_scope(scope))
    found: Totals = {jenis.value: {status.value: 0 for status in Status} for jenis in Jenis}
    with database.read(patient=True) as session:
        for jenis, status, count in session.execute(counted.group_by(Job.jenis, Job.status)):
            found[jenis][status] = count
    return found


def summed(found: Totals) -> dict[str, int]:
    """The same over all types."""
    return {status.value: sum(row[status.value] for row in found.values()) for status in Status}


# The columns that a group of jobs has in common. The reason and BPJS's code matter only of a failed job.
_FAILED = Job.status == Status.GAGAL.value
_COMMON: Mapping[str, ColumnElement[Any]] = {
    "jenis": Job.__table__.c.jenis,
    "status": Job.__table__.c.status,
    "poli": Job.__table__.c.poli,
    "dokter": Job.__table__.c.dokter,
    "alasan": case((_FAILED, Job.reason)),
    "kode": case((_FAILED, Job.meta_code)),
}
GROUP_COLUMNS = (*_COMMON, "jumlah", "percobaan", "diulang")


def groups(database: Database, scope: Scope) -> Sequence[tuple[Any, ...]]:
    """Jobs that are alike, counted: rows of GROUP_COLUMNS.

    `percobaan` is how many requests BPJS received for them, `diulang` how many needed more than one.
    Raises DatabaseUnavailable.
    """
    # Grouped by place: an expression written out twice has two parameters, which to PostgreSQL are different.
    places: list[ColumnElement[Any]] = [literal_column(str(place)) for place in range(1, len(_COMMON) + 1)]
    counted = (
        select(
            *(column.label(name) for name, column in _COMMON.items()),
            func.count(),
            func.sum(Job.attempts),
            func.count(case((Job.attempts > 1, 1))),
        )
        .where(*in_scope(scope))
        .group_by(*places)
    )
    with database.read(patient=True) as session:
        return [tuple(row) for row in session.execute(counted)]


def per_day(database: Database, scope: Scope) -> Sequence[tuple[date, str, int]]:
    """How many jobs were handed over on each day, by status. Raises DatabaseUnavailable.

    This is a query of its own, which an index alone answers; with the day among the groups there would be one
    for nearly every job.
    """
    counted = select(Job.tanggal, Job.status, func.count()).where(*in_scope(scope))
    with database.read(patient=True) as session:
        return [tuple(row) for row in session.execute(counted.group_by(Job.tanggal, Job.status))]


def delivery_times(database: Database, scope: Scope) -> Sequence[tuple[float, int]]:
    """How long delivered jobs took from hand-over to BPJS's proof, in seconds, and how many took that long.

    In steps of STEP_SECONDS, shortest first. Raises DatabaseUnavailable.
    """
    step = func.floor(
        (
            seconds_since_1970(database.engine, Job.sent_at)
            - seconds_since_1970(database.engine, Job.created_at)
        )
        / STEP_SECONDS
    )
    counted = (
        select(step, func.count())
        .where(*in_scope(scope), Job.status == Status.TERKIRIM.value)
        .group_by(literal_column("1"))
        .order_by(literal_column("1"))
    )
    with database.read(patient=True) as session:
        return [(float(taken) * STEP_SECONDS, count) for taken, count in session.execute(counted)]


def per_hour(database: Database, scope: Scope) -> Sequence[tuple[datetime, str, int]]:
    """How many jobs were handed over in each hour, by status: (the hour's start in UTC, status, count).

    Raises DatabaseUnavailable.
    """
    hour = func.floor(seconds_since_1970(database.engine, Job.created_at) / _HOUR)
    counted = select(hour, Job.status, func.count()).where(*in_scope(scope))
    with database.read(patient=True) as session:
        rows = session.execute(
            counted.group_by(literal_column("1"), Job.status).order_by(literal_column("1"))
        )
        return [(datetime.fromtimestamp(float(at) * _HOUR, UTC), status, count) for at, status, count in rows]


_HOUR = 3600


def delivered_since(database: Database, faskes: str, first: date) -> set[str]:
    """The job types of a clinic of which BPJS took one handed over on this day or later.

    Raises DatabaseUnavailable.
    """
    taken = select(Job.jenis.distinct()).where(
        Job.faskes == faskes, Job.tanggal >= first, Job.status == Status.TERKIRIM.value
    )
    with database.read(patient=True) as session:
        return set(session.scalars(taken))


def oldest_waiting(database: Database, scope: Scope) -> datetime | None:
    """When the job that waits longest was handed over; None: nothing waits. Raises DatabaseUnavailable."""
    waiting = Job.status.in_([status.value for status in UNFINISHED])
    with database.read(patient=True) as session:
        return session.scalar(select(func.min(Job.created_at)).where(*in_scope(scope), waiting))


def for_patient(database: Database, scope: Scope) -> int:
    """How many jobs wait for their patient. Raises DatabaseUnavailable."""
    counted = select(func.count()).select_from(Job).where(*in_scope(scope), waits_for_patient())
    with database.read(patient=True) as session:
        return session.scalar(counted) or 0


def reported_visits(database: Database, first: date, last: date, only: Collection[str] | None = None) -> int:
    """How many visits (`tambah-kunjungan`) of these days are in PCare; what was deleted again is not.

    The day is the one that the body names (`tglDaftar`), without one that of hand-over. `only`: visits of
    these clinics, None: of all.
    Raises DatabaseUnavailable.
    """
    deletion = aliased(Job)
    deleted = exists().where(
        deletion.faskes == Job.faskes,
        deletion.rantai == Job.rantai,
        deletion.jenis == Jenis.HAPUS_KUNJUNGAN.value,
        deletion.status == Status.TERKIRIM.value,
        deletion.position > Job.position,
        of_one_visit(deletion, Job),
    )
    return _visits(database, first, last, only, Job.status == Status.TERKIRIM.value, ~deleted)


def missing_visits(
    database: Database, first: date | None, last: date, only: Collection[str] | None = None
) -> int:
    """How many are not there yet, and not closed by a person; `first` None: from the beginning.

    Raises DatabaseUnavailable.
    """
    return _visits(database, first, last, only, _MISSING)


@dataclass(frozen=True)
class MissingVisit:
    """A visit that is not in PCare yet; its repr names no patient. `day`: on which the patient was seen."""

    id: int
    faskes: str
    day: date
    norm: str = field(repr=False)
    nama_pasien: str = field(repr=False)
    status: Status
    message: str = field(repr=False)


def list_missing_visits(
    database: Database, last: date, only: Collection[str] | None, *, limit: int
) -> list[MissingVisit]:
    """The visits up to a day that are not in PCare yet, the oldest first, no more than `limit`.

    Raises DatabaseUnavailable.
    """
    day = func.coalesce(Job.tgl_daftar, Job.tanggal)
    wanted = select(Job).where(text(VISITS), _seen(None, last), *_whose(only), _MISSING)
    with database.read(patient=True) as session:
        jobs = session.scalars(wanted.order_by(day, Job.id).limit(limit)).all()
        said = messages(database, session, jobs)
        return [
            MissingVisit(
                job.id,
                job.faskes,
                job.tgl_daftar or job.tanggal,
                job.norm,
                job.nama_pasien,
                Status(job.status),
                said[job.id],
            )
            for job in jobs
        ]


_MISSING = Job.status.in_([Status.GAGAL.value, *(status.value for status in UNFINISHED)])


def _visits(
    database: Database,
    first: date | None,
    last: date,
    only: Collection[str] | None,
    *conditions: ColumnElement[bool],
) -> int:
    counted = (
        select(func.count())
        .select_from(Job)
        .where(text(VISITS), _seen(first, last), *_whose(only), *conditions)
    )
    with database.read(patient=True) as session:
        return session.scalar(counted) or 0


def _whose(only: Collection[str] | None) -> list[ColumnElement[bool]]:
    return [] if only is None else [Job.faskes.in_(sorted(only))]


def _seen(first: date | None, last: date) -> ColumnElement[bool]:
    """The patient was seen between these days."""
    day, otherwise = Job.tgl_daftar, Job.tgl_daftar.is_(None) & (Job.tanggal <= last)
    if first is None:
        return (day <= last) | otherwise
    return day.between(first, last) | (otherwise & (Job.tanggal >= first))


def in_scope(scope: Scope) -> list[ColumnElement[bool]]:
    """The conditions that a job of the scope meets."""
    wanted: tuple[tuple[object, Callable[[Any], ColumnElement[bool]]], ...] = (
        (scope.first, Job.tanggal.__ge__),
        (scope.last, Job.tanggal.__le__),
        (scope.jenis, Job.jenis.__eq__),
    )
    return [
        *_whose(scope.only),
        *(condition(value) for value, condition in wanted if value is not None),
    ]
