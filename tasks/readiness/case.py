"""One job before the rules: its body, the clinic's references, and the other jobs of its visit."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from functools import cached_property
from typing import Any

from bpjs_client.bodies import FieldError, check_body
from bpjs_client.jenis import Jenis
from database.jobs.chain_place import chains_that_may_hold
from database.jobs.handover import NewJob
from database.status import UNFINISHED, Status
from database.views.around_visit import Handed, Visit
from database.views.edited import JobToEdit
from tasks.reference_data.book import ReferenceBook
from tasks.reference_data.code_check import check_codes

Body = Mapping[str, Any]


@dataclass(frozen=True)
class Candidate:
    """A job that is not handed over yet, or with `job_id` one that is stored and looked at again."""

    jenis: Jenis
    norm: str = field(repr=False)
    body: dict[str, Any] = field(repr=False)
    faskes: str
    rantai: str | None = field(default=None, repr=False)
    kunci: str | None = field(default=None, repr=False)  # by which it is known, the derived one too
    names_its_kunci: bool = False
    place: int | None = None  # in the list that it came in, counted from 1
    job_id: int | None = None
    corrects: bool = False
    corrects_visit: bool = False

    @cached_property
    def visit(self) -> Visit:
        """The visit that its body names."""
        return Visit.named_in(self.jenis, self.body)

    @cached_property
    def chains(self) -> set[str]:
        """The chains in which it stands or may come to stand."""
        return chains_that_may_hold(self.jenis, self.norm, self.rantai, self.body)


def handed_in(job: NewJob, place: int = 1) -> Candidate:
    """A job as it would be handed over, at this place of a list."""
    return Candidate(
        jenis=job.jenis,
        norm=job.norm,
        body=job.body,
        faskes=job.faskes,
        rantai=job.rantai,
        kunci=job.key,
        names_its_kunci=job.kunci is not None,
        place=place,
    )


def stored(job: JobToEdit, body: dict[str, Any] | None = None) -> Candidate:
    """A job that is stored, with the body that somebody is about to give it."""
    return Candidate(
        jenis=job.jenis,
        norm=job.norm,
        body=job.body if body is None else body,
        faskes=job.faskes,
        rantai=job.rantai,
        job_id=job.id,
        corrects=job.corrects or job.status is Status.TERKIRIM,
        corrects_visit=job.corrects_visit,
    )


@dataclass(frozen=True)
class Other:
    """Another job of the same visit: stored, or in the same list (`place`, counted from 1).

    `comes_first`: it is delivered, or goes to BPJS before this one. `same_card`: both name the card.
    `in_chain`: both stand in one chain, which alone makes one wait for the other.
    """

    jenis: Jenis
    status: Status
    reason: str | None = None
    job_id: int | None = None
    place: int | None = None
    kunci: str | None = field(default=None, repr=False)
    comes_first: bool = True
    same_card: bool = True
    in_chain: bool = True

    @property
    def name(self) -> str:
        """What a person finds it by."""
        return (
            f"{self.jenis.value} #{self.job_id}"
            if self.job_id
            else f"{self.jenis.value} ke-{self.place} di daftar ini"
        )

    @property
    def is_listed(self) -> bool:
        """Whether it is only in the same list."""
        return self.job_id is None

    @property
    def is_unfinished(self) -> bool:
        """Whether it is still to be sent or settled."""
        return self.status in UNFINISHED


@dataclass(frozen=True)
class Facts:
    """What every job of one check shares. `uses_srbk`: None where that cannot be told."""

    book: ReferenceBook
    now: datetime  # in the clinic's own time
    checks_codes: bool = True
    uses_srbk: Callable[[str], bool | None] = lambda _faskes: False


@dataclass(frozen=True)
class Case:
    """One job, and all that the rules need to know of it.

    `others`: the jobs of its visit, by age, those of its list last. `waiting`: the ids of the jobs
    that wait for its patient to fill in the screening. `handed`: its kunci, if it was handed over before.
    """

    job: Candidate
    facts: Facts
    others: Sequence[Other] = ()
    waiting: Sequence[int] = ()
    handed: Handed | None = None

    @property
    def body(self) -> Body:
        """Its body."""
        return self.job.body

    @cached_property
    def body_errors(self) -> list[FieldError]:
        """The fields that the model of its jenis refuses."""
        return check_body(self.job.jenis, self.body, is_edit=self.job.corrects_visit)

    @cached_property
    def code_errors(self) -> list[FieldError]:
        """Of the others those whose code the clinic's copy does not have. Raises DatabaseUnavailable."""
        wrong = {error.field for error in self.body_errors}
        codes = check_codes(self.facts.book, self.job.faskes, self.job.jenis, self.body)
        return [error for error in codes if error.field not in wrong]

    def of(self, jenis: Jenis) -> Iterator[Other]:
        """The other jobs of this jenis."""
        return (other for other in self.others if other.jenis is jenis)
