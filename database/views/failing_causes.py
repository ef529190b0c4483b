"""Why jobs fail just now, clinic by clinic, in words that name no patient.

One cause is one service with one code and one meaning: the fields that were named, the dictionary's row for
the words, or where it has none their shape without numbers and names.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from functools import lru_cache
from hashlib import sha256
from typing import Any

from sqlalchemy import Row, func, select

from bpjs_client.bodies import FieldError
from bpjs_client.dictionary import entries_of, entry_of
from bpjs_client.jenis import Service
from bpjs_client.meanings import meaning_of
from bpjs_client.said_fields import fields_said
from bpjs_client.text_shape import shape_of, shape_of_field
from database.faskes_name import Known, is_stranger
from database.jobs.cause_watch import OpenCause
from database.local_time import local_date
from database.status import Status
from database.storage.engine import Database
from database.storage.models import Job
from database.vocabulary import Reason

# What failed longer ago is a leftover, which nobody needs to be told of.
LOOKED_AT = timedelta(days=14)
MOST_FAILED = 5_000  # so many of the newest are looked at
STRANGERS = ""  # stands for all clinics that are not configured, whose names may be any text
_MOST_FIELDS = 4
_MOST_SPELLINGS = 2


@dataclass(frozen=True)
class Failing:
    """What was found; `is_whole`: no job was left out, so that what is not here is nowhere."""

    causes: Sequence[OpenCause]
    is_whole: bool


def failing_causes(database: Database, known: Known) -> Failing:
    """The causes of what failed of the last 14 days and is not settled. Raises DatabaseUnavailable.

    A referral that the clinic's own setting holds is no failure.
    """
    first = local_date(database, database.clock() - LOOKED_AT)
    said = (Job.faskes, Job.service, Job.meta_code, Job.message)
    newest = (
        select(*said, Job.nama_pasien, Job.updated_at)
        .where(
            Job.status == Status.GAGAL.value,
            Job.tanggal >= first,
            Job.reason.is_distinct_from(Reason.THROUGH_SATUSEHAT),
        )
        .order_by(Job.tanggal.desc(), Job.id.desc())
        .limit(MOST_FAILED)
        .subquery()
        .c
    )
    alike = (newest.faskes, newest.service, newest.meta_code, newest.message)
    counted = select(
        *alike,
        func.count(newest.nama_pasien.distinct()).label("patients"),
        func.min(newest.nama_pasien).label("one"),
        func.max(newest.nama_pasien).label("other"),
        func.count().label("jobs"),
        func.max(newest.updated_at).label("newest"),
    )
    with database.read() as session:
        rows = session.execute(counted.group_by(*alike)).all()
    found = [
        _cause(STRANGERS if is_stranger(row.faskes, known) else row.faskes, Service(row.service), row)
        for row in rows
    ]
    return Failing(_together(found), sum(each.jobs for each in found) < MOST_FAILED)


def _cause(faskes: str, service: Service, said: Row[Any]) -> OpenCause:
    text = said.message or ""
    # What is said of several patients alike names none; two names may be two spellings of one.
    patient = f"{said.one}\n{said.other}" if said.patients <= _MOST_SPELLINGS else ""
    meant, words = _meant(text, patient)
    key = sha256("\n".join((service.value, said.meta_code or "", *meant)).encode()).hexdigest()[:16]
    return OpenCause(faskes, service, key, words, _todo(text), said.jobs, said.newest)


def _todo(text: str) -> str:
    """The advice of the one row that explains it, else a general one."""
    entries = entries_of(text)
    return entries[0].todo if len(entries) == 1 else meaning_of(text).todo


# The same messages are there from look to look.
@lru_cache(2 * MOST_FAILED)
def _meant(text: str, patient: str) -> tuple[Sequence[str], str]:
    """What makes two messages one cause, and the words for people; neither names a patient."""
    fields = fields_said(text)
    if fields:
        named = [_of_field(error, patient) for error in fields]
        return [field for field, _ in named], "; ".join(": ".join(each) for each in named[:_MOST_FIELDS])
    entry = entry_of(text)
    words = entry.means if entry else shape_of(text, patient)
    return [entry.name if entry else words], words


def _of_field(error: FieldError, patient: str) -> tuple[str, str]:
    """The field, and why: `kdPoli`, `Kode itu tidak ada di data referensi BPJS.`."""
    entry = entry_of(f"{error.field}: {error.message}")
    field, _, said = shape_of_field(error.field, error.message, patient).partition(": ")
    return field, entry.means if entry else said


def _together(found: Iterable[OpenCause]) -> list[OpenCause]:
    """Each cause of a clinic once, the newest first; its words are the newest's."""
    merged: dict[tuple[str, str], OpenCause] = {}
    for cause in sorted(found, key=lambda cause: cause.newest, reverse=True):
        known = merged.setdefault((cause.faskes, cause.key), replace(cause, jobs=0))
        merged[cause.faskes, cause.key] = replace(known, jobs=known.jobs + cause.jobs)
    return list(merged.values())


def by_key(causes: Iterable[OpenCause]) -> Mapping[str, list[OpenCause]]:
    """The clinics of each cause, that with the most jobs first."""
    found: dict[str, list[OpenCause]] = {}
    for cause in causes:
        found.setdefault(cause.key, []).append(cause)
    order = sorted(found, key=lambda key: (-sum(each.jobs for each in found[key]), key))
    return {key: sorted(found[key], key=lambda each: (-each.jobs, each.faskes)) for key in order}
