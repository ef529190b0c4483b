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

from bpjs_client.contact import REFERRALS, Contact
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


def diagnoses_without_tacc(database: Database, span: Span, *, limit: int) -> dict[str, Counter[str]] | None:
    """By clinic the first diagnoses of referrals without TACC; None when there are more than `limit`.

    Their bodies are opened for it, for diagnoses are sealed. Raises DatabaseUnavailable.
    """
    kinds = [kind.value for kind in REFERRALS - {Contact.REFERRED_WITH_TACC}]
    bodies = select(Job.faskes, Job.body).where(
        *_within(span), *_at_bpjs(Job), Job.jenis == VISIT.value, Job.kontak.in_(kinds)
    )
    found: dict[str, Counter[str]] = {}
    with database.read(patient=True) as session:
        rows = session.execute(bodies.limit(limit + 1)).all()
    if len(rows) > limit:
        return None
    for faskes, body in rows:
        found.setdefault(faskes, Counter())[str((body or {}).get("kdDiag1") or "")] += 1
    return found


def _contacts(span: Span) -> Subquery:
    """Each contact once: its clinic, day and kind, and who had it."""
    who = func.coalesce(Job.peserta, -Job.id).label("who")
    # A registration of which nobody can tell whether it is of a healthy visit waits for its visit.
    counts = or_(Job.jenis == VISIT.value, Job.kontak == Contact.HEALTHY.value)
    return (
        select(
            Job.faskes,
            Job.tgl_daftar.label("day"),
            Job.poli,
            who,
            func.coalesce(Job.kontak, Contact.UNCLEAR.value).label("contact"),
        )
        .where(*_within(span), Job.jenis.in_([REGISTRATION.value, VISIT.value]), counts, *_at_bpjs(Job))
        .distinct()
        .subquery()
    )


def _within(span: Span) -> tuple[ColumnElement[bool], ...]:
    """Written as the index of a clinic's month has it."""
    return text(OF_PCARE), Job.faskes.in_(sorted(span.clinics)), Job.tgl_daftar.between(span.first, span.last)  # type: ignore[return-value]


def _at_bpjs(job: Any) -> tuple[ColumnElement[bool], ...]:
    """BPJS took it, and holds it still with this content."""
    kept = job.reason.is_distinct_from(Reason.REPLACED)
    return job.status == Status.TERKIRIM.value, kept, ~deleted(job, [Status.TERKIRIM])


def deleted(job: Any, statuses: Iterable[Status]) -> ColumnElement[bool]:
    """True in SQL of a registration or visit whose deletion has one of these statuses."""
    deletion = aliased(Job)
    undoes = case((job.jenis == VISIT.value, UNDONE_BY[VISIT].value), else_=UNDONE_BY[REGISTRATION].value)
    return (
        exists()
        .where(
            deletion.faskes == job.faskes,
            deletion.rantai == job.rantai,
            deletion.jenis == undoes,
            deletion.status.in_([status.value for status in statuses]),
            deletion.position > job.position,
            of_one_visit(deletion, job),
        )
        .correlate(job)
    )


def delivered_visit(registration: Any, span: Span) -> ColumnElement[bool]:
    """True in SQL of a registration whose visit BPJS holds, or is on its way, or settled by a person."""
    visit = aliased(Job)
    there = and_(visit.status == Status.TERKIRIM.value, ~deleted(visit, [Status.TERKIRIM]))
    under_way = visit.status.in_([*_UNDER_WAY])
    settled = and_(visit.status == Status.DITUTUP.value, visit.reason == Reason.ALREADY_THERE)
    return (
        exists()
        .where(
            visit.faskes == registration.faskes,
            visit.rantai == registration.rantai,
            visit.jenis == VISIT.value,
            visit.service == literal_column("'pcare'"),
            or_(visit.tgl_daftar.between(span.first, span.last), visit.tgl_daftar.is_(None)),
            or_(there, under_way, settled),
            of_one_visit(visit, registration),
        )
        .correlate(registration)
    )


_UNDER_WAY = [Status.GAGAL.value, Status.MENUNGGU.value, Status.PROSES.value, Status.TIDAK_PASTI.value]
