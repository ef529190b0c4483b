"""Decides where a job stands: in which chain, and at which position of it.

The chain is the one that the clinic names, or follows from the body: norm, service date and poli. Two
patients may share those (a mother and her baby under one norm, a norm "-"): the first has that chain, each
other one a chain of their own beside it, told by the card.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass

from sqlalchemy import select
from sqlalchemy.orm import Session

from bpjs_client.bodies import poli, service_date
from bpjs_client.jenis import Jenis
from database.chain import GENERATION, RANKS, UNDONE_BY
from database.models import Job
from database.patient import patient_mark

Body = Mapping[str, object]

LONGEST_CODE = 64
# What a clinic is told of a job that it handed over into another patient's chain.
NORM_IN_USE = (
    "norm ini dipakai pasien lain pada hari dan poli yang sama (nomor kartu berbeda); urutannya dipisah."
)
CHAIN_IN_USE = "rantai ini memuat lebih dari satu pasien (nomor kartu berbeda); dikirim satu per satu."


@dataclass(frozen=True)
class Place:
    """A job's chain and its position in it; `note` says in Indonesian whether another patient was there."""

    rantai: str
    position: int
    note: str | None = None


def find_place(
    session: Session, *, faskes: str, jenis: Jenis, norm: str, rantai: str | None, body: Body
) -> Place:
    """The place of a job about to be stored, seen from what is stored already."""
    if rantai:
        return _place_in(session, faskes, rantai, jenis, body)
    named = _named_chain(session, faskes, jenis, norm, body)
    chain = _patients_chain(session, faskes, named, body) if named else _chain_of_none(norm, jenis)
    place = _place_in(session, faskes, chain, jenis, body)
    return Place(place.rantai, place.position, NORM_IN_USE if named not in {None, chain} else None)


def place_when_corrected(session: Session, job: Job, body: Body) -> Place | None:
    """Where a job belongs once this is its body; None when that is where it is.

    It follows its body, unless the clinic named its chain. A body that names no visit leaves it where it is:
    what waits for it must go on waiting.
    """
    same_patient = patient_mark(body) == patient_mark(job.body)
    chain = _chain_when_corrected(session, job, body, same_patient=same_patient)
    if chain == job.rantai and same_patient:
        return None
    return _place_in(session, job.faskes, chain, Jenis(job.jenis), body, but=job.id)


def chain_beside(chain: str, mark: int) -> str:
    """The chain of another patient of the same norm, service date and poli."""
    return f"{chain}|{mark:04x}"


def _chain_when_corrected(session: Session, job: Job, body: Body, *, same_patient: bool) -> str:
    named = _named_chain(session, job.faskes, Jenis(job.jenis), job.norm, body)
    if named is None or not _follows_its_body(session, job):
        return job.rantai
    if same_patient and job.rantai in _chains_of(named, body):
        return job.rantai
    return _patients_chain(session, job.faskes, named, body, but=job.id)


def _follows_its_body(session: Session, job: Job) -> bool:
    """Whether nobody named the job's chain, of which no column tells."""
    jenis = Jenis(job.jenis)
    named = _named_chain(session, job.faskes, jenis, job.norm, job.body)
    if named is None:  # the body names no visit, any more or yet
        return job.rantai.startswith(f"{job.norm}|")
    return job.rantai in {*_chains_of(named, job.body), _chain_of_none(job.norm, jenis)}


def _named_chain(session: Session, faskes: str, jenis: Jenis, norm: str, body: Body) -> str | None:
    """The chain that a body names by its service date and poli, or by the number of a visit that we know."""
    day, room = service_date(jenis, body), poli(jenis, body)
    if day and room:
        return f"{norm}|{day.isoformat()}|{_readable(room)}"
    return _chain_of_visit(session, faskes, jenis, norm, body)


def _readable(code: str) -> str:
    """A code as it is; one that no column could hold (too long, NUL, broken letters) as its hash."""
    if len(code) <= LONGEST_CODE and code.isprintable():
        return code
    return hashlib.sha256(code.encode(errors="surrogatepass")).hexdigest()


def _chain_of_none(norm: str, jenis: Jenis) -> str:
    """Where jobs of a norm stand that name no visit."""
    return f"{norm}|{jenis}"


def _chain_of_visit(session: Session, faskes: str, jenis: Jenis, norm: str, body: Body) -> str | None:
    """A deletion that only knows its noKunjungan joins the chain of the visit that received it."""
    number = body.get("noKunjungan")
    if jenis is not Jenis.HAPUS_KUNJUNGAN or not isinstance(number, str):
        return None
    if not number or not number.isprintable():
        return None
    return session.scalar(
        select(Job.rantai)
        .where(Job.faskes == faskes, Job.norm == norm, Job.jenis == Jenis.TAMBAH_KUNJUNGAN.value)
        .where(Job.result["noKunjungan"].as_string() == number)
        .limit(1)
    )


def _chains_of(chain: str, body: Body) -> set[str]:
    """The chains in which this body's patient may stand."""
    mark = patient_mark(body)
    return {chain} if mark is None else {chain, chain_beside(chain, mark)}


def _patients_chain(session: Session, faskes: str, chain: str, body: Body, *, but: int = 0) -> str:
    """The chain, or the one beside it when another patient has it; a body without a card joins the first."""
    mark = patient_mark(body)
    if mark is None:
        return chain
    own = chain_beside(chain, mark)
    held = session.execute(
        select(Job.rantai, Job.pasien)
        .where(Job.faskes == faskes, Job.rantai.in_((chain, own)), Job.id != but)
        .distinct()
    ).all()
    there = {row.pasien for row in held if row.rantai == chain} - {None}
    is_taken = bool(there) and mark not in there
    return own if is_taken or any(row.rantai == own for row in held) else chain


def _place_in(session: Session, faskes: str, chain: str, jenis: Jenis, body: Body, *, but: int = 0) -> Place:
    """Behind what the chain holds of the patient, besides the job itself."""
    held = session.execute(
        select(Job.jenis, Job.position, Job.pasien)
        .where(Job.faskes == faskes, Job.rantai == chain, Job.service == str(jenis.service), Job.id != but)
        .distinct()
    ).all()
    mark = patient_mark(body)
    ours = [row for row in held if mark is None or row.pasien in {mark, None}]
    position = place_after(jenis, [(Jenis(row.jenis), row.position) for row in ours])
    return Place(chain, position, CHAIN_IN_USE if len(ours) < len(held) else None)


def place_after(jenis: Jenis, held: list[tuple[Jenis, int]]) -> int:
    """The position of a new job behind the (jenis, position) pairs that its chain and service hold."""
    generation = max((position // GENERATION for _, position in held), default=0)
    present = {kind for kind, position in held if position // GENERATION == generation}
    if jenis in present and UNDONE_BY.get(jenis) in present:
        generation += 1
    return generation * GENERATION + RANKS[jenis]
