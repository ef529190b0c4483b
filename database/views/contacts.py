"""The contacts of a clinic's month that BPJS has, as KBK counts them (contract 9, rows 11 and 20).

A contact is a healthy visit's registration or a sick visit's `tambah-kunjungan` that is delivered, and
neither deleted since nor replaced by a correction. What was handed over twice is one contact: at BPJS it has
one card, day and poli. The day is the one that the body names (`tglDaftar`), whenever it was sent.
"""

from collections import Counter
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Subquery, and_, case, exists, func, literal_column, or_, select, text
from sqlalchemy.orm import aliased

from bpjs_client.contact import WITHOUT_TACC, Contact
from bpjs_client.jenis import Jenis
from database.jobs.chain import UNDONE_BY, of_one_visit
from database.status import Status
from database.storage.engine import Database
from database.storage.models import OF_PCARE, Job
from database.vocabulary import Reason

REGISTRATION, VISIT = Jenis.TAMBAH_PENDAFTARAN, Jenis.TAMBAH_KUNJUNGAN


@dataclass(frozen=True)
class Span:
    """Days, both ends included, and the clinics that are counted."""

    first: date
    last: date
    clinics: Collection[str]


@dataclass(frozen=True)
class DayContacts:
    """A clinic's contacts of a kind on a day; `newcomers`: those whose first of the span it was."""

    faskes: str
    day: date
    contact: Contact
    count: int
    newcomers: int


def contacts_by_day(database: Database, span: Span) -> list[DayContacts]:
    """The contacts of these days by clinic, day and kind. Raises DatabaseUnavailable."""
    each = _contacts(span)
    its_own = func.row_number().over(partition_by=(each.c.faskes, each.c.who), order_by=each.c.day)
    placed = select(each.c.faskes, each.c.day, each.c.contact, its_own.label("place")).subquery()
    columns = (placed.c.faskes, placed.c.day, placed.c.contact)
    firsts = func.count(case((placed.c.place == 1, 1)))
    with database.read(patient=True) as session:
        found = session.execute(select(*columns, func.count(), firsts).group_by(*columns).order_by(*columns))
        return [
            DayContacts(faskes, day, Contact(contact), count, newcomers)
            for faskes, day, contact, count, newcomers in found
        ]


def days_of_service(database: Database, span: Span) -> dict[str, list[date]]:
    """The days on which each clinic registered somebody whom BPJS has. Raises DatabaseUnavailable."""
    seen = select(Job.faskes, Job.tgl_daftar).where(
        *_within(span), Job.jenis == REGISTRATION.value, Job.status == Status.TERKIRIM.value
    )
    served: dict[str, list[date]] = {}
    with database.read(patient=True) as session:
        for faskes, day in session.execute(seen.distinct().order_by(Job.faskes, Job.tgl_daftar)):
            served.setdefault(faskes, []).append(day)
    return served


def settled_as_there(database: Database, span: Span) -> dict[str, int]:
    """By clinic how many registrations and visits a person closed as being at BPJS already.

    They are no contacts here, for nobody saw them there. Raises DatabaseUnavailable.
    """
    closed = (
        select(Job.faskes, func.count())
        .where(*_within(span), Job.jenis.in_([REGISTRATION.value, VISIT.value]))
        .where(Job.status == Status.DITUTUP.value, Job.reason == Reason.ALREADY_THERE)
        .group_by(Job.faskes)
    )
    with database.read(patient=True) as session:
        return dict(session.execute(closed).tuples().all())


def diagnoses_without_tacc(database: Database, span: Span) -> dict[str, Counter[str]]:
    """By clinic the first diagnoses of referrals without TACC, one of each contact.

    Their bodies are opened for it, for diagnoses are sealed. Raises DatabaseUnavailable.
    """
    each = _contacts(span)
    referred = select(each.c.id).where(each.c.contact.in_([kind.value for kind in WITHOUT_TACC]))
    found: dict[str, Counter[str]] = {}
    with database.read(patient=True) as session:
        for faskes, body in session.execute(select(Job.faskes, Job.body).where(Job.id.in_(referred))):
            found.setdefault(faskes, Counter())[str((body or {}).get("kdDiag1") or "")] += 1
    return found


def _contacts(span: Span) -> Subquery:
    """Each contact once: its job, clinic, day and kind, and who had it.

    Of several jobs of one card, day and poli the visit tells the kind, of two visits the later one.
    """
    who = func.coalesce(Job.peserta, -Job.id)
    contact = (Job.faskes, Job.tgl_daftar, Job.poli, who)
    first_told = (case((Job.jenis == VISIT.value, 0), else_=1), Job.id.desc())
    # A registration of which nobody can tell whether it is of a healthy visit waits for its visit.
    counts = or_(Job.jenis == VISIT.value, Job.kontak == Contact.HEALTHY.value)
    jobs = (
        select(
            Job.id,
            Job.faskes,
            Job.tgl_daftar.label("day"),
            who.label("who"),
            func.coalesce(Job.kontak, Contact.UNCLEAR.value).label("contact"),
            func.row_number().over(partition_by=contact, order_by=first_told).label("place"),
        )
        .where(*_within(span), Job.jenis.in_([REGISTRATION.value, VISIT.value]), counts, *_at_bpjs(Job))
        .subquery()
    )
    return select(jobs).where(jobs.c.place == 1).subquery()


def _within(span: Span) -> tuple[ColumnElement[bool], ...]:
    """Written as the index of a clinic's month has it."""
    return text(OF_PCARE), Job.faskes.in_(sorted(span.clinics)), Job.tgl_daftar.between(span.first, span.last)  # type: ignore[return-value]


def _at_bpjs(job: Any) -> tuple[ColumnElement[bool], ...]:
    """BPJS took it, and holds it still with this content."""
    kept = job.reason.is_distinct_from(Reason.REPLACED)
    return job.status == Status.TERKIRIM.value, kept, not_deleted(job, [Status.TERKIRIM])


def not_deleted(job: Any, statuses: Iterable[Status]) -> ColumnElement[bool]:
    """True in SQL of a registration or visit without a deletion of one of these statuses.

    One that a person closed as done already is a deletion, too. It stands behind the job in its chain, or,
    handed over later, in another.
    """
    # Two conditions, for each of which the database finds its own index.
    behind, elsewhere = _deletion(job, statuses), _deletion(job, statuses)
    in_chain = (behind.rows.rantai == job.rantai, behind.rows.position > job.position)
    not_in_chain = ~behind.exists(job, *in_chain, of_one_visit(behind.rows, job))
    later = (elsewhere.rows.rantai != job.rantai, elsewhere.rows.id > job.id)
    return and_(not_in_chain, ~elsewhere.exists(job, *later, *_names_the_visit_of(elsewhere.rows, job)))


@dataclass(frozen=True)
class _Jobs:
    """Other jobs of a job's clinic: `rows`, as far as `condition` goes."""

    rows: Any
    condition: ColumnElement[bool]

    def exists(self, job: Any, *conditions: ColumnElement[bool]) -> ColumnElement[bool]:
        """Whether one of them keeps these conditions, too."""
        return exists().where(self.rows.faskes == job.faskes, self.condition, *conditions).correlate(job)


def _deletion(job: Any, statuses: Iterable[Status]) -> _Jobs:
    rows = aliased(Job)
    undoes = case((job.jenis == VISIT.value, UNDONE_BY[VISIT].value), else_=UNDONE_BY[REGISTRATION].value)
    has_status = or_(rows.status.in_([status.value for status in statuses]), _settled(rows))
    return _Jobs(rows, and_(rows.jenis == undoes, has_status))


def _settled(job: Any) -> ColumnElement[bool]:
    """A person closed it as being at BPJS, or done there, already."""
    return and_(job.status == Status.DITUTUP.value, job.reason == Reason.ALREADY_THERE)


def _names_the_visit_of(other: Any, job: Any) -> tuple[ColumnElement[bool], ...]:
    """That another job, of whatever chain, names this one's patient, day and poli.

    The patient by norm and mark: a norm may be shared, and so may a mark. PCare's jobs alone have the day.
    """
    return (
        _of_pcare(other),
        other.tgl_daftar == job.tgl_daftar,
        other.poli == job.poli,
        other.norm == job.norm,
        other.pasien == job.pasien,
    )


def _of_pcare(job: Any) -> ColumnElement[bool]:
    """Written as the index of a clinic's month has it."""
    return job.service == literal_column("'pcare'")  # type: ignore[no-any-return]


def without_visit(registration: Any, span: Span) -> ColumnElement[bool]:
    """True in SQL of a registration whose visit BPJS does not hold, nor is it on its way or settled."""
    in_chain, elsewhere = _visit(), _visit()
    day = in_chain.rows.tgl_daftar
    beside = (
        in_chain.rows.rantai == registration.rantai,
        or_(day.between(span.first, span.last), day.is_(None)),
        of_one_visit(in_chain.rows, registration),
    )
    return and_(
        ~in_chain.exists(registration, *beside),
        ~elsewhere.exists(registration, *_names_the_visit_of(elsewhere.rows, registration)),
    )


def _visit() -> _Jobs:
    """Visits that BPJS holds, that are on their way to it, or that a person settled as being there."""
    rows = aliased(Job)
    there = and_(rows.status == Status.TERKIRIM.value, not_deleted(rows, [Status.TERKIRIM]))
    is_one = or_(there, rows.status.in_(_UNDER_WAY), _settled(rows))
    return _Jobs(rows, and_(rows.jenis == VISIT.value, _of_pcare(rows), is_one))


_UNDER_WAY = [Status.GAGAL.value, Status.MENUNGGU.value, Status.PROSES.value, Status.TIDAK_PASTI.value]
