"""What BPJS may hold of a visit, registration or queue entry, as far as it came from here.

The newest that is proven to be there, and whatever was sent since and got no clear answer. The clinic may
have sent the same visit under another norm or chain, so jobs are found by the day that they name, too.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, case, or_, select, text
from sqlalchemy.orm import Session

from bpjs_client.bodies import card, poli, service_date
from bpjs_client.jenis import Jenis
from bpjs_client.numbers import same_number
from database.jobs.chain import UNDONE_BY
from database.jobs.deletion import NUMBER_OF
from database.status import Status
from database.storage.engine import Database
from database.storage.models import OF_PCARE, Attempt, Job
from database.storage.patient_mark import patient_mark
from database.vocabulary import MAY_BE_THERE, SAID_TO_BE_THERE, UNCLEAR_LOOKS, Outcome

Body = Mapping[str, Any]

_MOST = 500  # attempts of others on that day; a patient's own have their turn before
_NEVER = datetime.min.replace(tzinfo=UTC)
_PROVEN = (Outcome.SUCCESS, Outcome.FOUND, Outcome.LATE_SUCCESS)
_PROVEN_IF_SENT = (Outcome.ALREADY_THERE, Outcome.LATE_ANSWER)
# A request that was refused as already there did not take effect itself.
_LOST = tuple(set(MAY_BE_THERE) - set(UNCLEAR_LOOKS) - set(SAID_TO_BE_THERE))


@dataclass(frozen=True)
class Held:
    """The bodies that BPJS may hold; `is_known`: one of them is proven to have been there."""

    bodies: Sequence[Body] = field(default=(), repr=False)
    is_known: bool = False


def held_content(database: Database, job_id: int, body: Body, *, is_duplicate: bool) -> Held:
    """What BPJS may hold for the card, day and poli of a creation; what was deleted since does not count.

    `is_duplicate`: BPJS refused the body as already there. A request whose answer was lost may be what it
    speaks of, though a look did not find it then. Raises DatabaseUnavailable.
    """
    with database.read() as session:
        job = session.get_one(Job, job_id)
        jenis = Jenis(job.jenis)
        rows = [row for row in _sent(session, job, body) if _visit(jenis, row.request) == _visit(jenis, body)]
        deleted = _deletions(session, job, body)
    if not is_duplicate:
        rows = [row for row in rows if not row.is_absent(rows)]
    return _newest(row for row in rows if not any(each.undid(row) for each in deleted))


@dataclass(frozen=True)
class _Sent:
    """A request or a look, with its job as it is now."""

    job_id: int
    number: int
    at: datetime | None
    outcome: str | None
    request: Body = field(repr=False)
    is_delivered: bool
    given: str | None = field(repr=False)  # the number of its job at BPJS

    @property
    def is_proven(self) -> bool:
        """Whether BPJS was seen, or said, to have taken it."""
        return self.outcome in _PROVEN or (self.outcome in _PROVEN_IF_SENT and self.is_delivered)

    @property
    def is_lost(self) -> bool:
        """Whether nobody knows."""
        return self.outcome is None or self.outcome in _LOST

    def is_absent(self, others: Iterable["_Sent"]) -> bool:
        """Whether a later look of its job proved that it is not there."""
        return self.is_lost and any(
            other.job_id == self.job_id and other.number > self.number and other.outcome == Outcome.ABSENT
            for other in others
        )


@dataclass(frozen=True)
class _Deletion:
    """A deletion that is done; `was_there`: BPJS had it until then."""

    at: datetime
    number: str | None = field(repr=False)
    was_there: bool

    def undid(self, sent: _Sent) -> bool:
        """Whether what was sent is gone since. One visit of a card, day and poli is there at a time."""
        if sent.at is not None and sent.at > self.at:
            return False
        if sent.given is None or self.number is None:
            return self.was_there
        return same_number(self.number, sent.given)


def _newest(rows: Iterable[_Sent]) -> Held:
    bodies: list[Body] = []
    for row in rows:
        if row.is_proven:
            return Held([*bodies, row.request], is_known=True)
        if row.is_lost:
            bodies.append(row.request)
    return Held(bodies)


def _sent(session: Session, job: Job, body: Body) -> list[_Sent]:
    """Newest first. What an outage left of a whole clinic's day keeps none of the patient's own away."""
    name = NUMBER_OF.get(UNDONE_BY[Jenis(job.jenis)], "")
    columns = (Attempt.job_id, Attempt.number, Attempt.finished_at, Attempt.outcome, Attempt.request)
    outcomes = or_(
        Attempt.outcome.is_(None),
        Attempt.outcome.in_([*_PROVEN, *_PROVEN_IF_SENT, *_LOST, Outcome.ABSENT]),
    )
    own = or_(Job.id == job.id, Job.rantai == job.rantai, Job.pasien == patient_mark(body))
    rows = session.execute(
        select(*columns, Job.status, Job.result, Attempt.id)
        .join(Job, Job.id == Attempt.job_id)
        .where(Attempt.job_id.in_(_jobs(job, Jenis(job.jenis), body)), outcomes)
        .order_by(case((own, 0), else_=1), Attempt.id.desc())
        .limit(_MOST)
    )
    newest_first = sorted(rows, key=lambda row: (row[2] is None, row[2] or _NEVER, row[-1]), reverse=True)
    return [
        _Sent(job_id, number, at, outcome, request or {}, status == Status.TERKIRIM, (result or {}).get(name))
        for job_id, number, at, outcome, request, status, result, _ in newest_first
    ]


def _deletions(session: Session, job: Job, body: Body) -> list[_Deletion]:
    undoing = UNDONE_BY[Jenis(job.jenis)]
    name = NUMBER_OF.get(undoing, "")
    rows = session.execute(
        select(Job.sent_at, Attempt.request, Attempt.outcome)
        .join(Attempt, Attempt.job_id == Job.id)
        .where(Job.id.in_(_jobs(job, undoing, body)), Job.status == Status.TERKIRIM.value)
        .where(Attempt.outcome.in_([Outcome.SUCCESS, Outcome.FOUND, Outcome.LATE_ANSWER, Outcome.NOT_FOUND]))
    )
    return [
        _Deletion(at, (request or {}).get(name), was_there=outcome != Outcome.NOT_FOUND)
        for at, request, outcome in rows
        if at is not None and _may_be_of(_visit(undoing, request or {}), _visit(undoing, body))
    ]


def _jobs(job: Job, jenis: Jenis, body: Body) -> Select[tuple[int]]:
    """The jobs of a jenis that may be about the visit of this body; which are, their requests tell."""
    return select(Job.id).where(Job.jenis == jenis.value, or_(*_places(job, jenis, body)))


def _places(job: Job, jenis: Jenis, body: Body) -> Iterator[ColumnElement[bool]]:
    of_clinic = Job.faskes == job.faskes
    yield Job.id == job.id
    yield and_(of_clinic, Job.rantai == job.rantai)
    mark, day = patient_mark(body), service_date(jenis, body)
    corrected = and_(Job.attempts > 0, Job.status != Status.TERKIRIM.value)
    if jenis.service.value == "pcare" and day is not None:
        of_patient = or_(Job.pasien == mark, Job.pasien.is_(None), corrected)
        yield and_(text(OF_PCARE), of_clinic, Job.tgl_daftar == day, of_patient)
    # Queue entries name their day in no column; and a correction may have taken a job to another day.
    may_be = Job.pasien == mark if jenis.service.value == "antrean" else corrected
    yield and_(of_clinic, Job.norm == job.norm, may_be)


def _visit(jenis: Jenis, body: Body) -> tuple[object, ...]:
    """Who, when and where; in the queue a patient without a card is known by NIK or norm."""
    return card(body) or body.get("nik") or body.get("norm"), service_date(jenis, body), poli(jenis, body)


def _may_be_of(named: tuple[object, ...], visit: tuple[object, ...]) -> bool:
    """Whether nothing that is named differs; a deletion may name a number alone."""
    return all(one is None or one == other for one, other in zip(named, visit, strict=True))
