"""A deletion undoes a creation: the one whose number it takes, or none when there is nothing to delete."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import and_, or_, select
from sqlalchemy.orm import Session, aliased

from bpjs_client.bodies import card, poli, service_date
from bpjs_client.jenis import Jenis
from database.jobs.attempts import lost_request
from database.jobs.by_hand import Settled
from database.jobs.chain import UNDOES, of_one_visit
from database.jobs.chain_place import chain_beside
from database.status import UNFINISHED, Status
from database.storage.models import Attempt, Job
from database.vocabulary import MAY_BE_THERE, Outcome

Body = Mapping[str, Any]

# The number that names to BPJS what a deletion deletes (contract 5f, 5g).
NUMBER_OF: dict[Jenis, str] = {
    Jenis.HAPUS_PENDAFTARAN: "noUrut",
    Jenis.HAPUS_KUNJUNGAN: "noKunjungan",
}
TWO_PATIENTS = "rantai ini memuat dua pasien atau lebih; sebut noKartu atau {number} yang dimaksud."
TWO_VISITS = "rantai ini memuat dua kunjungan atau lebih; sebut tglDaftar dan kdPoli, atau {number}."
_MAY_BE_THERE = frozenset({Status.TERKIRIM, *UNFINISHED})
_MOST = 1_000  # creations that are looked at, the newest; a patient's visit has a few
# These columns follow the body, and what BPJS may hold of such a job is an earlier one.
_CORRECTED = and_(Job.attempts > 0, Job.status != Status.TERKIRIM.value)
_TAKEN = ("noUrut", "noKunjungan", "noKartu", "tglDaftar", "kdPoli")


class Named(NamedTuple):
    """The visit as a body names it; None where the body says nothing."""

    card: str | None
    day: date | None
    poli: str | None

    def fits(self, held: "Named") -> bool:
        """Whether all that is named here is so there."""
        return all(asked in {None, there} for asked, there in zip(self, held, strict=True))


def named_in(body: Body) -> Named:
    """The visit that a PCare body names."""
    jenis = Jenis.TAMBAH_KUNJUNGAN  # all four of PCare spell it alike
    return Named(card(body), service_date(jenis, body), poli(jenis, body))


@dataclass(frozen=True)
class Undone:
    """The result of looking for the creation that a deletion undoes.

    `numbers`: the number and whatever else names the creation. `unclear`: in Indonesian, why none is given
    although some are known. `pointless`: there are creations, and none of them can have reached BPJS.
    """

    numbers: Mapping[str, str] = field(default_factory=dict, repr=False)
    unclear: str | None = None
    pointless: bool = False


@dataclass(frozen=True)
class _Creation:
    """A creation as BPJS may hold it; since then somebody may have corrected the job's body."""

    held: Body = field(repr=False)
    body: Body = field(repr=False)
    result: Body = field(repr=False)
    has_number: bool
    may_be_there: bool

    @property
    def known(self) -> Body:
        return {**self.held, **self.result}


def undone_by(session: Session, job: Job) -> Undone:
    """The creation that this deletion undoes; nothing for any other job.

    A creation counts only where it agrees with the deletion in card, date, poli and number, as far as the
    deletion's body names them: a chain may hold the visits of two patients (a mother and her baby under one
    norm, a norm "-", a chain that the clinic named).
    """
    if Jenis(job.jenis) not in UNDOES:
        return Undone()
    asked, number = named_in(job.body), NUMBER_OF[Jenis(job.jenis)]
    creations = _creations(session, job)
    held = [each for each in creations if asked.fits(named_in(each.held))]
    unclear = None if job.body.get(number) else _unclear(session, job, held)
    meant = [each for each in creations if any(asked.fits(named_in(it)) for it in (each.held, each.body))]
    return Undone(
        numbers={} if unclear else _numbers(held, number, job.body.get(number)),
        unclear=unclear,
        pointless=bool(meant) and not any(each.may_be_there for each in meant),
    )


def _numbers(held: Iterable[_Creation], number: str, given: object) -> dict[str, str]:
    """The numbers of the newest creation that has one; one in the deletion's own body must be the same."""
    with_number = (each.known for each in held if each.has_number)
    # A tuple and not a set, for a body may hold values that cannot be hashed.
    known = next((each for each in with_number if given in (None, "", each.get(number))), {})
    return {name: str(known[name]) for name in _TAKEN if known.get(name)}


def _unclear(session: Session, job: Job, held: Sequence[_Creation]) -> str | None:
    """In Indonesian, why the chain does not tell which of its creations is meant."""
    number = NUMBER_OF[Jenis(job.jenis)]
    if len({named_in(each.held).card for each in held} - {None}) > 1:
        return TWO_PATIENTS.format(number=number)
    visits = {(named_in(each.held), each.result.get(number)) for each in held if each.has_number}
    if len({visit for visit, _ in visits}) <= 1:
        return None
    gone = _deleted_numbers(session, job)
    left = {visit for visit, its_number in visits if its_number not in gone}
    return TWO_VISITS.format(number=number) if len(left) > 1 else None


def _deleted_numbers(session: Session, job: Job) -> set[object]:
    """The numbers that deletions of the chain have named to BPJS and done."""
    done = (
        select(Attempt.request)
        .join(Job, Job.id == Attempt.job_id)
        .where(Job.faskes == job.faskes, Job.rantai == job.rantai, Job.jenis == job.jenis)
        .where(Job.status == Status.TERKIRIM.value)
    )
    return {(request or {}).get(NUMBER_OF[Jenis(job.jenis)]) for request in session.scalars(done)}


def _creations(session: Session, job: Job) -> list[_Creation]:
    """The creations that the deletion may mean, newest first: in its chain, beside it, or moved away."""
    kind = UNDOES[Jenis(job.jenis)].value
    found = [*_of_chain(session, job, kind), *_beside(session, job, kind)]
    return _as_held(session, found) + _moved_away(session, job, kind)


def _of_chain(session: Session, job: Job, kind: str) -> Sequence[Job]:
    asking = aliased(Job)
    before = (
        select(Job)
        .join(asking, asking.id == job.id)
        .where(Job.faskes == job.faskes, Job.rantai == job.rantai, Job.jenis == kind)
        # The columns beside the body tell enough: of a chain of thousands few bodies are opened.
        .where(Job.position < job.position, or_(of_one_visit(Job, asking), _CORRECTED))
        .order_by(Job.position.desc(), Job.id.desc())
        .limit(_MOST)
    )
    return session.scalars(before).all()


def _beside(session: Session, job: Job, kind: str) -> list[Job]:
    """The chains of other patients with its norm, date and poli, where the deletion names no card."""
    if card(job.body) is not None:
        return []
    named_alike = (
        select(Job)
        .where(Job.faskes == job.faskes, Job.norm == job.norm, Job.jenis == kind)
        .where(Job.rantai.startswith(f"{job.rantai}|", autoescape=True))
        .order_by(Job.id.desc())
        .limit(_MOST)
    )
    jobs = session.scalars(named_alike)
    return [each for each in jobs if each.rantai == chain_beside(job.rantai, each.pasien or 0)]


def _moved_away(session: Session, job: Job, kind: str) -> list[_Creation]:
    """Creations whose body was corrected to another visit after a request whose answer was lost.

    A correction takes a job to the chain of its new visit; what may be at BPJS is still of the old one.
    """
    asked = named_in(job.body)
    if None in asked:
        return []
    elsewhere = (
        select(Job)
        .where(Job.faskes == job.faskes, Job.norm == job.norm, Job.jenis == kind)
        .where(Job.rantai != job.rantai, _CORRECTED)
        .order_by(Job.id.desc())
        .limit(_MOST)
    )
    jobs = session.scalars(elsewhere).all()
    return [each for each in _as_held(session, jobs) if named_in(each.held) == asked]


def _as_held(session: Session, jobs: Sequence[Job]) -> list[_Creation]:
    unclear = _without_clear_answer(session, [job.id for job in jobs])
    return [_creation(session, job, unclear=job.id in unclear) for job in jobs]


def _creation(session: Session, job: Job, *, unclear: bool) -> _Creation:
    is_sent = job.status == Status.TERKIRIM
    # A job whose visit BPJS holds with another body is not delivered, and has its number all the same.
    lost = lost_request(session, job.id) if unclear and not is_sent else None
    return _Creation(
        held=job.body if lost is None else lost,
        body=job.body,
        result=job.result or {},
        has_number=is_sent or job.result is not None,
        may_be_there=unclear or job.status in _MAY_BE_THERE or job.reason == Settled.ALREADY_THERE.value,
    )


def _without_clear_answer(session: Session, job_ids: Sequence[int]) -> set[int]:
    """The jobs among these of which some request never got a clear answer."""
    lost = or_(
        Attempt.outcome.is_(None),
        Attempt.outcome.in_([*MAY_BE_THERE, Outcome.FOUND, Outcome.FOUND_OTHER]),
    )
    return set(session.scalars(select(Attempt.job_id).where(Attempt.job_id.in_(job_ids), lost)))
