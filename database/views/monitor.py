"""The monitor that staff watch: four cards, a table of jobs, and the jobs that earlier days left open."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from bpjs_client.columns import COLUMNS, NUMBERS
from bpjs_client.jenis import Jenis
from database.faskes_name import Known
from database.jobs.for_patient import waits_for_patient
from database.jobs.why_waiting import why_each_waits
from database.local_time import local_date, local_time
from database.services.stopped_lines import stopped_lines
from database.status import CARDS, FILTERS, UNFINISHED, WAITS_FOR_PATIENT, Status
from database.storage.engine import Database
from database.storage.models import Job, readable
from database.views.body_filter import body_says
from database.vocabulary import Reason

Row = dict[str, Any]

GENERAL = ("Tanggal", "Norm", "Nama Pasien")
TAIL = ("Status", "HTTP", "Percobaan", "Pesan")
ALL_TYPES = ("Jenis",)


Wanted = list[ColumnElement[bool]]


@dataclass(frozen=True)
class Filter:
    """The jobs to show; None leaves a filter out. `status` is one of the page's words (`FILTERS`).

    `nama` is a part of the patient's name, `isi` a field of the body and its whole value. `clinics`: those
    that whoever asks may see, where that is not everybody's. `ids`: only these jobs.
    """

    jenis: Jenis | None = None
    tanggal: date | None = None
    norm: str | None = None
    status: str = "semua"
    nama: str | None = None
    faskes: str | None = None
    isi: tuple[str, str] | None = None
    clinics: frozenset[str] | None = None
    ids: tuple[int, ...] | None = None

    @property
    def only(self) -> frozenset[str] | None:
        """The clinics that it leaves; None: all."""
        if self.faskes is None:
            return self.clinics
        named = frozenset({readable(self.faskes)})
        return named if self.clinics is None else named & self.clinics


@dataclass(frozen=True)
class Monitor:
    """One look: `open_before` counts what days before today left `gagal` and unfinished.

    `stopped_lines` says which services are down or paused, in a few lines; `for_patient` counts what waits
    for its patient, whatever its day. Of the filter all three follow only the clinic.
    """

    cards: dict[str, int]
    columns: list[str]
    rows: list[Row]
    open_before: dict[str, int]
    stopped_lines: list[str]
    for_patient: int = 0


def today(database: Database) -> date:
    """The clinic's date now."""
    return local_date(database, database.clock())


def look(database: Database, chosen: Filter, *, limit: int, known: Known = None) -> Monitor:
    """The cards of all jobs that fit, and the newest `limit` of them. Raises DatabaseUnavailable.

    `ditutup` is in no card, not even in the total: nobody waits for it. `known`: the clinics in the file.
    """
    stopped = stopped_lines(database, known, clinics=chosen.only)
    with database.read() as session:
        wanted = conditions(session, chosen)
        return Monitor(
            cards=_cards(session, wanted),
            columns=columns(chosen.jenis),
            rows=_rows(database, session, chosen, wanted, limit),
            open_before=_open_before(session, today(database), chosen.only),
            stopped_lines=stopped,
            for_patient=_for_patient(session, chosen.only),
        )


def has_jobs_of(database: Database, faskes: str) -> bool:
    """Whether any job names this clinic, be it known or not. Raises DatabaseUnavailable."""
    with database.read() as session:
        return session.scalar(select(Job.id).where(Job.faskes == readable(faskes)).limit(1)) is not None


def columns(jenis: Jenis | None) -> list[str]:
    """The headings of the table; they follow the job type."""
    if jenis is None:
        return [*GENERAL, *ALL_TYPES, *TAIL]
    number = [NUMBERS[jenis][0]] if jenis in NUMBERS else []
    return [*GENERAL, *COLUMNS[jenis], *number, *TAIL]


def conditions(session: Session, chosen: Filter) -> Wanted:
    """The filter in SQL; to be called once, for it looks up the field of the body at once."""
    statuses = FILTERS[chosen.status]
    wanted: list[tuple[bool, ColumnElement[bool]]] = [
        (chosen.jenis is not None, Job.jenis == (chosen.jenis or "")),
        (chosen.tanggal is not None, Job.tanggal == chosen.tanggal),
        (chosen.norm is not None, Job.norm == readable(chosen.norm or "")),
        (len(statuses) < len(Status), Job.status.in_([status.value for status in statuses])),
        (chosen.status == WAITS_FOR_PATIENT, waits_for_patient()),
        (chosen.nama is not None, Job.nama_pasien.icontains(readable(chosen.nama or ""), autoescape=True)),
        (chosen.faskes is not None, Job.faskes == readable(chosen.faskes or "")),
        (chosen.clinics is not None, Job.faskes.in_(chosen.clinics or ())),
        (chosen.ids is not None, Job.id.in_(chosen.ids or ())),
    ]
    conditions = [condition for asked, condition in wanted if asked]
    if chosen.isi is not None:
        conditions.append(body_says(session, conditions, *map(readable, chosen.isi)))
    return conditions


def _cards(session: Session, wanted: Wanted) -> dict[str, int]:
    counted = select(Job.status, func.count()).where(*wanted).group_by(Job.status)
    counts = Counter({Status(status): count for status, count in session.execute(counted)})
    return {card: sum(counts[status] for status in statuses) for card, statuses in CARDS.items()}


def _rows(database: Database, session: Session, chosen: Filter, wanted: Wanted, limit: int) -> list[Row]:
    # The ids first: an index alone gives them. Sorting whole rows, bodies too, takes seconds at a million.
    newest = select(Job.id).where(*wanted).order_by(_newest_first(chosen)).limit(limit)
    jobs = session.scalars(select(Job).where(Job.id.in_(newest)).order_by(Job.id.desc())).all()
    said = messages(database, session, jobs)
    return [_row(job, said[job.id], chosen.jenis) for job in jobs]


def _newest_first(chosen: Filter) -> ColumnElement[int]:
    return by_age(chosen).desc()


def by_age(chosen: Filter) -> ColumnElement[int]:
    """What jobs are sorted by from the oldest to the newest.

    `+ 0` keeps PostgreSQL from walking back through all newer jobs to a day, or a patient, of long ago.
    """
    is_narrow = chosen.tanggal is not None or chosen.norm is not None
    return Job.id + 0 if is_narrow else Job.__table__.c.id


def _row(job: Job, said: str, jenis: Jenis | None) -> Row:
    row: Row = {
        "id": job.id,
        "tanggal": job.tanggal.isoformat(),
        "norm": job.norm,
        "nama_pasien": job.nama_pasien,
        "jenis": job.jenis,
        "status": job.status,
        "http_code": job.http_code,
        "attempts": job.attempts,
        "message": said,
        "faskes": job.faskes,
    }
    if jenis is not None:
        row |= {heading: job.body.get(name) for heading, name in COLUMNS[jenis].items()}
    if jenis is not None and jenis in NUMBERS:
        heading, name = NUMBERS[jenis]
        row[heading] = (job.result or {}).get(name)
    return row


def message(database: Database, session: Session, job: Job) -> str:
    """Why the job is where it is: what it waits for, or what BPJS said."""
    return messages(database, session, [job])[job.id]


def messages(database: Database, session: Session, jobs: Sequence[Job]) -> dict[int, str]:
    """The same of each of these jobs, by its id."""
    why = why_each_waits(database, session, [job for job in jobs if job.status == Status.MENUNGGU])
    now = database.clock()
    return {job.id: _said(database, job, why.get(job.id), now) for job in jobs}


def _said(database: Database, job: Job, why: str | None, now: datetime) -> str:
    parts = [why, job.message]
    # One that waits for its patient says itself when it is checked again.
    is_put_off = job.status in {Status.MENUNGGU, Status.TIDAK_PASTI} and job.reason != Reason.NEEDS_SCREENING
    if is_put_off and job.due_at > now:
        parts.append(f"dicoba lagi {local_time(database, job.due_at)}")
    return " · ".join(part for part in parts if part)


def for_patient(database: Database, chosen: Filter) -> int:
    """How many jobs wait for their patient, whatever their day; of the filter only the clinics count.

    Raises DatabaseUnavailable.
    """
    with database.read() as session:
        return _for_patient(session, chosen.only)


def _for_patient(session: Session, only: frozenset[str] | None) -> int:
    counted = select(func.count()).select_from(Job).where(waits_for_patient())
    return session.scalar(counted if only is None else counted.where(Job.faskes.in_(only))) or 0


def open_before(database: Database, chosen: Filter) -> dict[str, int]:
    """How many jobs days before today left `gagal` and unfinished; of the filter only the clinics count.

    Raises DatabaseUnavailable.
    """
    with database.read() as session:
        return _open_before(session, today(database), chosen.only)


def _open_before(session: Session, day: date, only: frozenset[str] | None) -> dict[str, int]:
    open_states = [Status.GAGAL.value, *(status.value for status in UNFINISHED)]
    counted = (
        select(Job.status, func.count())
        .where(Job.status.in_(open_states), Job.tanggal < day)
        .group_by(Job.status)
    )
    if only is not None:
        counted = counted.where(Job.faskes.in_(only))
    counts = Counter({Status(status): count for status, count in session.execute(counted)})
    return {"gagal": counts[Status.GAGAL], "menunggu": sum(counts[status] for status in UNFINISHED)}
