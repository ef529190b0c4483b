"""The place of a job: the chain that it belongs to, and its position there.

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
from database.jobs.chain import GENERATION, RANKS, UNDONE_BY
from database.jobs.held_chains import HeldChains, Latest
from database.storage.models import Job
from database.storage.patient_mark import patient_mark

Body = Mapping[str, object]

LONGEST_CODE = 64
# The note for a clinic that handed a job over into another patient's chain.
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
    held: HeldChains, *, faskes: str, jenis: Jenis, norm: str, rantai: str | None, body: Body
) -> Place:
    """The place of a job about to be stored, behind those stored already; later jobs stand behind it."""
    named = None if rantai else _named_chain(held.session, faskes, jenis, norm, body)
    chain = rantai or named or _chain_of_none(norm, jenis)
    place = _place(held, faskes, chain, jenis, body, splits=named is not None)
    (chosen,) = held.look_up(faskes, [place.rantai])
    chosen.add(patient_mark(body), jenis, place.position)
    return place


def place_when_corrected(session: Session, job: Job, body: Body) -> Place | None:
    """The place of a job once this is its body; None when it stands there already.

    It follows its body, unless the clinic named its chain. A body that names no visit leaves it where it is:
    what waits for it must go on waiting.
    """
    jenis, same_patient = Jenis(job.jenis), patient_mark(body) == patient_mark(job.body)
    named = _named_chain(session, job.faskes, jenis, job.norm, body)
    moves = named is not None and _follows_its_body(session, job)
    chains = _chains_of(named, body) if named is not None and moves else {job.rantai}
    if same_patient and job.rantai in chains:
        return None
    chain = named if named is not None and moves else job.rantai
    return _place(HeldChains(session, but=job.id), job.faskes, chain, jenis, body, splits=moves)


def chains_that_may_hold(jenis: Jenis, norm: str, rantai: str | None, body: Body) -> set[str]:
    """The chains in which a job of this body, or others of its visit, would stand; no database is asked."""
    if rantai:
        return {rantai}
    named = _chain_of_day(norm, jenis, body)
    return _chains_of(named, body) if named else {_chain_of_none(norm, jenis)}


def chain_beside(chain: str, mark: int) -> str:
    """The chain of another patient of the same norm, service date and poli."""
    return f"{chain}|{mark:04x}"


def _follows_its_body(session: Session, job: Job) -> bool:
    """Whether nobody named the job's chain, of which no column tells."""
    jenis = Jenis(job.jenis)
    named = _named_chain(session, job.faskes, jenis, job.norm, job.body)
    if named is None:  # the body names no visit: not yet, or not any more
        return job.rantai.startswith(f"{job.norm}|")
    return job.rantai in {*_chains_of(named, job.body), _chain_of_none(job.norm, jenis)}


def _named_chain(session: Session, faskes: str, jenis: Jenis, norm: str, body: Body) -> str | None:
    """The chain that a body names by its service date and poli, or by the number of a visit that we know."""
    return _chain_of_day(norm, jenis, body) or _chain_of_visit(session, faskes, jenis, norm, body)


def _chain_of_day(norm: str, jenis: Jenis, body: Body) -> str | None:
    """The chain of a norm's visit on a day in a poli; None when the body does not name both."""
    day, room = service_date(jenis, body), poli(jenis, body)
    return f"{norm}|{day.isoformat()}|{_readable(room)}" if day and room else None


def _readable(code: str) -> str:
    """A code as it is; one that no column could hold (too long, NUL, broken letters) as its hash."""
    if len(code) <= LONGEST_CODE and code.isprintable():
        return code
    return hashlib.sha256(code.encode(errors="surrogatepass")).hexdigest()


def _chain_of_none(norm: str, jenis: Jenis) -> str:
    """The chain of the jobs of a norm that name no visit."""
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


def _place(held: HeldChains, faskes: str, chain: str, jenis: Jenis, body: Body, *, splits: bool) -> Place:
    """A place in this chain, behind the jobs that it holds of the patient.

    Where the chain `splits` by patients: in the one beside it when another patient has it.
    """
    mark = patient_mark(body)
    named, note = chain, None
    if splits and mark is not None and _is_anothers(held, faskes, chain, mark):
        chain, note = chain_beside(chain, mark), NORM_IN_USE
    (here,) = held.look_up(faskes, [chain])
    if chain == named and here.is_shared(mark, jenis.service):
        note = CHAIN_IN_USE
    return Place(chain, place_after(jenis, here.latest(mark, jenis.service)), note)


def _is_anothers(held: HeldChains, faskes: str, chain: str, mark: int) -> bool:
    """Whether the chain is another patient's, or this one has begun one beside it."""
    there, beside = held.look_up(faskes, [chain, chain_beside(chain, mark)])
    return bool(beside.marks) or there.is_anothers(mark)


def place_after(jenis: Jenis, held: Latest) -> int:
    """The position of a new job behind what its chain and service hold."""
    generation = held.generation
    if jenis in held.kinds and UNDONE_BY.get(jenis) in held.kinds:
        generation += 1
    return generation * GENERATION + RANKS[jenis]
