"""A deletion undoes a creation: the one whose number it takes, or none when there is nothing to delete."""

from calendar import monthrange
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import and_, func, or_, select, text
from sqlalchemy.orm import Session, aliased

from bpjs_client.bodies import card, poli, service_date
from bpjs_client.jenis import Jenis
from bpjs_client.numbers import is_shaped, same_number
from database.jobs.attempts import lost_request, seen_request
from database.jobs.by_hand import Settled
from database.jobs.chain import UNDOES, of_one_visit
from database.jobs.chain_place import chain_beside
from database.status import UNFINISHED, Status
from database.storage.models import OF_PCARE, Attempt, Job
from database.vocabulary import MAY_BE_THERE, Outcome

Body = Mapping[str, Any]

# The number that names to BPJS what a deletion deletes (contract 5f, 5g).
NUMBER_OF: dict[Jenis, str] = {
    Jenis.HAPUS_PENDAFTARAN: "noUrut",
    Jenis.HAPUS_KUNJUNGAN: "noKunjungan",
}
TWO_PATIENTS = "rantai ini memuat dua pasien atau lebih; sebut noKartu atau {number} yang dimaksud."
ANOTHERS = "{number} ini milik pasien lain menurut catatan di sini: periksa nomor dan noKartu-nya."
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
    `anothers`: in Indonesian, that the number in the deletion's own body is of another patient than its card.
    """

    numbers: Mapping[str, str] = field(default_factory=dict, repr=False)
    unclear: str | None = None
    pointless: bool = False
    anothers: str | None = None


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
        anothers=_anothers(session, job, asked),
    )


def _anothers(session: Session, job: Job, asked: Named) -> str | None:
    """Whether the visit of the number that it names was given to another card, as far as is known here."""
    number = job.body.get(NUMBER_OF[Jenis.HAPUS_KUNJUNGAN])
    if Jenis(job.jenis) is not Jenis.HAPUS_KUNJUNGAN or asked.card is None or not isinstance(number, str):
        return None
    cards = {named_in(each.held).card for each in _numbered(session, job.faskes, number)}
    told = ANOTHERS.format(number=NUMBER_OF[Jenis.HAPUS_KUNJUNGAN])
    return told if cards and asked.card not in cards else None


def _numbered(session: Session, faskes: str, number: str) -> list[_Creation]:
    """The visits that were given this number; its month narrows the search (contract 5e)."""
    month = _month_in(number)
    if month is None:
        return []
    of_number = func.lower(Job.result["noKunjungan"].as_string()) == number.lower()
    given = (
        select(Job)
        .where(text(OF_PCARE), Job.faskes == faskes, Job.tgl_daftar.between(*month), of_number)
        .where(Job.jenis == Jenis.TAMBAH_KUNJUNGAN.value)
        .order_by(Job.id.desc())
        .limit(_MOST)
    )
    jobs = session.scalars(given).all()
    numbers = (each for each in _as_held(session, jobs) if each.has_number)
    return [each for each in numbers if same_number(str(each.result.get("noKunjungan")), number)]


def _month_in(number: str) -> tuple[date, date] | None:
    """The days of the month that stands in a visit's number; None when it is no such number."""
    if not is_shaped("noKunjungan", number):
        return None
    month, year = int(number[8:10]), 2000 + int(number[10:12])
    return date(year, month, 1), date(year, month, monthrange(year, month)[1])


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
    return [each for job in jobs for each in _held_of(session, job, unclear=job.id in unclear)]


def _held_of(session: Session, job: Job, *, unclear: bool) -> Iterator[_Creation]:
    """What BPJS may hold of a job: the visit that has its number, and one that was sent since as another."""
    is_sent = job.status == Status.TERKIRIM
    there = unclear or job.status in _MAY_BE_THERE or job.reason == Settled.ALREADY_THERE.value
    lost = lost_request(session, job.id) if unclear and not is_sent else None
    sent = job.body if lost is None else lost
    # A job whose visit BPJS holds with another body is not delivered, and has its number all the same.
    found = seen_request(session, job.id) if unclear and not is_sent and job.result else None
    held = sent if found is None else found
    has_number = is_sent or job.result is not None
    yield _Creation(held, job.body, job.result or {}, has_number=has_number, may_be_there=there)
    if named_in(held) != named_in(sent):
        yield _Creation(sent, job.body, {}, has_number=False, may_be_there=there)


def _without_clear_answer(session: Session, job_ids: Sequence[int]) -> set[int]:
    """The jobs among these of which some request never got a clear answer."""
    lost = or_(
        Attempt.outcome.is_(None),
        Attempt.outcome.in_([*MAY_BE_THERE, Outcome.FOUND, Outcome.FOUND_OTHER]),
    )
    return set(session.scalars(select(Attempt.job_id).where(Attempt.job_id.in_(job_ids), lost)))
