"""What a clinic's jobs already say about visits, asked before a job is handed over; all is found by index.

Nothing is written, and no row is locked.
"""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import cache
from typing import Any

from sqlalchemy import BindParameter, Select, bindparam, select
from sqlalchemy.orm import Session

from bpjs_client.bodies import card, poli, service_date
from bpjs_client.jenis import Jenis
from database.jobs.for_patient import waits_for_patient
from database.jobs.handover import known_by_kunci
from database.jobs.same_content import Content, contents_as_handed_over
from database.status import Status
from database.storage.batches import batched
from database.storage.engine import Database
from database.storage.models import Job
from database.storage.past_jobs import Known
from database.storage.patient_mark import patient_mark
from database.storage.row_seal import is_foreign

_AT_ONCE = 400  # values in one question


@dataclass(frozen=True)
class Visit:
    """The visit that a job names. Its repr names no patient."""

    card: str | None = field(repr=False)
    day: date | None
    poli: str | None

    @classmethod
    def named_in(cls, jenis: Jenis, body: dict[str, object]) -> "Visit":
        """The visit of a body; what it does not say is None."""
        return cls(card(body), service_date(jenis, body), poli(jenis, body))


@dataclass(frozen=True)
class Near:
    """A job that is stored, as far as it tells about the visit of another."""

    id: int
    jenis: Jenis
    status: Status
    reason: str | None
    norm: str = field(repr=False)
    rantai: str = field(repr=False)
    visit: Visit


@dataclass(frozen=True)
class Handed:
    """A kunci that was handed over before; `content`: with what, where that is still known."""

    known: Known
    content: Content | None = field(default=None, repr=False)


@dataclass(frozen=True)
class Wanted:
    """What is asked about a clinic's jobs: by chain, by norm and day of the visit, by card, by kunci.

    The days keep a patient of many years from being read whole.
    """

    chains: Collection[str] = ()
    norms: Collection[str] = field(default=(), repr=False)
    days: Collection[date] = ()
    cards: Collection[str] = field(default=(), repr=False)
    kunci: Collection[str] = ()


@dataclass(frozen=True)
class Around:
    """The answer: the jobs near the visits, those that wait for one of the cards, and the known kunci."""

    near: Sequence[Near]
    waiting: Sequence[Near]
    handed: dict[str, Handed]


def around_visits(database: Database, faskes: str, wanted: Wanted) -> Around:
    """What the clinic's jobs say about these visits. Raises DatabaseUnavailable."""
    with database.read() as session:
        by_id = {job.id: job for job in _near(session, faskes, wanted)}
        return Around(
            near=sorted(by_id.values(), key=lambda job: job.id),
            waiting=_waiting(session, faskes, set(wanted.cards)),
            handed=_handed(session, faskes, wanted.kunci),
        )


def _near(session: Session, faskes: str, wanted: Wanted) -> Iterable[Near]:
    for part in batched(sorted(wanted.chains), _AT_ONCE):
        yield from _read(session, _of_chains(), faskes, part)
    for days in batched(sorted(wanted.days), _AT_ONCE):
        for part in batched(sorted(wanted.norms), _AT_ONCE):
            yield from _read(session, _of_norms(), faskes, part, days=days)


def _waiting(session: Session, faskes: str, cards: set[str]) -> list[Near]:
    """The jobs that wait for the patient of one of these cards, whatever their norm and chain."""
    marks = {patient_mark({"noKartu": named}) for named in cards}
    found: list[Near] = []
    for part in batched(sorted(mark for mark in marks if mark is not None), _AT_ONCE):
        found += _read(session, _for_patients(), faskes, part)
    return [job for job in found if job.visit.card in cards]


# Statements are built once: to build one costs more than to ask it.
_FASKES: BindParameter[str] = bindparam("faskes")
_VALUES: BindParameter[Any] = bindparam("values", expanding=True)


@cache
def _of_chains() -> Select[Any]:
    return _of_clinic().where(Job.rantai.in_(_VALUES))


@cache
def _of_norms() -> Select[Any]:
    return _of_clinic().where(Job.norm.in_(_VALUES), Job.tgl_daftar.in_(bindparam("days", expanding=True)))


@cache
def _for_patients() -> Select[Any]:
    return _of_clinic().where(waits_for_patient(), Job.pasien.in_(_VALUES))


def _of_clinic() -> Select[Any]:
    columns = (Job.id, Job.jenis, Job.status, Job.reason, Job.norm, Job.rantai, Job.body)
    return select(*columns).where(Job.faskes == _FASKES)


def _read(
    session: Session, statement: Select[Any], faskes: str, values: Sequence[object], **more: object
) -> Iterable[Near]:
    rows = session.execute(statement, {"faskes": faskes, "values": values, **more})
    for job_id, jenis, status, reason, norm, rantai, body in rows:
        if not is_foreign(body, job_id):
            visit = Visit.named_in(Jenis(jenis), body)
            yield Near(job_id, Jenis(jenis), Status(status), reason, norm, rantai, visit)


def _handed(session: Session, faskes: str, kunci: Collection[str]) -> dict[str, Handed]:
    known = known_by_kunci(session, [(faskes, name) for name in sorted(kunci)])
    contents = contents_as_handed_over(session, {each.id for each in known.values()})
    return {name: Handed(each, contents.get(each.id)) for (_, name), each in known.items()}
