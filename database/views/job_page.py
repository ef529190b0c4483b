"""A page of the table of jobs: the counts on its cards, and fifty rows from any place in any order.

A page is found by the last job of the page before it (keyset), which costs the same however far down it is.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, Label, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from bpjs_client.bodies import card
from bpjs_client.columns import COLUMNS, NUMBERS
from bpjs_client.identifiers import mostly_masked, names_the_patient, without_identifiers
from bpjs_client.jenis import Jenis
from database.status import CARDS, Status
from database.storage.engine import Database
from database.storage.models import Job
from database.views.monitor import Filter, Wanted, by_age, conditions, messages
from database.vocabulary import Reason

PAGE = 50  # jobs
# More than so many of a state are not counted: a card says `10.000+`. Without a day every job ever is meant.
MOST_OF_A_DAY, MOST_OF_ALL = 10_000, 1_000


class Order(StrEnum):
    """What the table is sorted by."""

    NEWEST = "terbaru"
    OLDEST = "terlama"
    NORM = "norm"
    NAME = "nama"
    STATUS = "status"
    ATTEMPTS = "percobaan"


_BY: Mapping[Order, tuple[InstrumentedAttribute[Any], bool]] = {  # the column, and whether it goes down
    Order.NEWEST: (Job.id, True),
    Order.OLDEST: (Job.id, False),
    Order.NORM: (Job.norm, False),
    Order.NAME: (Job.nama_pasien, False),
    Order.STATUS: (Job.status, False),
    Order.ATTEMPTS: (Job.attempts, True),
}


@dataclass(frozen=True)
class Count:
    """The number on a card; `more`: there are more than were counted."""

    number: int
    more: bool = False


@dataclass(frozen=True)
class Listed:
    """A row of the table; its repr names no patient. `fields`: the columns of its type, by heading.
    `card`: the end of the member's number, the rest masked.
    """

    id: int
    faskes: str
    jenis: Jenis
    tanggal: date
    norm: str = field(repr=False)
    nama_pasien: str = field(repr=False)
    status: Status
    reason: str | None
    http_code: int | None
    attempts: int
    message: str = field(repr=False)
    version: int
    fields: Mapping[str, object] = field(repr=False)
    card: str = field(default="", repr=False)

    @property
    def waits_for_patient(self) -> bool:
        """Whether its patient must act before BPJS takes it."""
        return self.status is Status.MENUNGGU and self.reason == Reason.NEEDS_SCREENING


@dataclass(frozen=True)
class JobPage:
    """`after`: the job after which the next page begins; None: this is the last."""

    cards: Mapping[str, Count]
    jobs: tuple[Listed, ...]
    after: int | None


def job_page(database: Database, chosen: Filter, order: Order, after: int | None) -> JobPage:
    """The cards of all jobs that fit and a page of them, from one look. Raises DatabaseUnavailable.

    Where no day is chosen, only a norm or a name can be sorted by anything but time: a million rows cannot.
    """
    if chosen.tanggal is None and chosen.norm is None and order is not Order.OLDEST:
        order = Order.NEWEST
    with database.read() as session:
        wanted = conditions(session, chosen)
        jobs = _jobs(session, chosen, wanted, order, after)
        more = len(jobs) > PAGE
        said = messages(database, session, jobs[:PAGE])
        return JobPage(
            _cards(session, wanted, MOST_OF_ALL if chosen.tanggal is None else MOST_OF_A_DAY),
            tuple(_listed(job, said[job.id], chosen.jenis) for job in jobs[:PAGE]),
            jobs[PAGE - 1].id if more else None,
        )


def _cards(session: Session, wanted: Wanted, most: int) -> Mapping[str, Count]:
    found = session.execute(select(*(_counted(wanted, status, most) for status in _COUNTED))).one()
    counts = dict(zip(_COUNTED, found, strict=True))
    return {card: _count([counts[status] for status in of], most) for card, of in CARDS.items()}


_COUNTED = [status for status in Status if status is not Status.DITUTUP]


def _counted(wanted: Wanted, status: Status, most: int) -> Label[int]:
    some = select(Job.id).where(*wanted, Job.status == status.value).limit(most + 1).subquery()
    return select(func.count()).select_from(some).scalar_subquery().label(status.value)


def _count(numbers: list[int], most: int) -> Count:
    return Count(sum(min(number, most) for number in numbers), any(number > most for number in numbers))


def _jobs(session: Session, chosen: Filter, wanted: Wanted, order: Order, after: int | None) -> list[Job]:
    column, goes_down = _BY[order]
    places = [by_age(chosen)] if column is Job.id else [column, by_age(chosen)]
    ordered = [place.desc() if goes_down else place.asc() for place in places]
    beyond = [] if after is None else [_beyond(session, column, goes_down, after)]
    ids = list(session.scalars(select(Job.id).where(*wanted, *beyond).order_by(*ordered).limit(PAGE + 1)))
    found = {job.id: job for job in session.scalars(select(Job).where(Job.id.in_(ids)))}
    return [found[job_id] for job_id in ids if job_id in found]


def _beyond(
    session: Session, column: InstrumentedAttribute[Any], goes_down: bool, after: int
) -> ColumnElement[bool]:
    """The condition that a job comes after that one; its value is read again, for it may have changed."""
    further = Job.id < after if goes_down else Job.id > after
    if column is Job.id:
        return further
    value = session.scalar(select(column).where(Job.id == after))
    if value is None:
        return further
    return or_(column < value if goes_down else column > value, and_(column == value, further))


def _listed(job: Job, said: str, jenis: Jenis | None) -> Listed:
    return Listed(
        id=job.id,
        faskes=job.faskes,
        jenis=Jenis(job.jenis),
        tanggal=job.tanggal,
        norm=job.norm,
        nama_pasien=job.nama_pasien,
        status=Status(job.status),
        reason=job.reason,
        http_code=job.http_code,
        attempts=job.attempts,
        message=without_identifiers(said, job.body),
        version=job.version,
        fields=_fields(job, jenis),
        card=mostly_masked(card(job.body) or ""),
    )


def _fields(job: Job, jenis: Jenis | None) -> Mapping[str, object]:
    if jenis is None:
        return {}
    shown = {heading: _shown(name, job.body.get(name)) for heading, name in COLUMNS[jenis].items()}
    if jenis in NUMBERS:
        heading, name = NUMBERS[jenis]
        shown[heading] = _shown(name, (job.result or {}).get(name))
    return shown


def _shown(name: str, value: object) -> object:
    """A visit's number names the patient; of it staff see the end."""
    return mostly_masked(str(value)) if names_the_patient(name) and value else value


def headings(jenis: Jenis | None) -> list[str]:
    """The columns that follow the job type."""
    if jenis is None:
        return []
    return [*COLUMNS[jenis], *([NUMBERS[jenis][0]] if jenis in NUMBERS else [])]
