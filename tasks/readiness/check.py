"""The one place that answers what a job lacks: the API, the terminal and the page ask here.

It reads our own tables, all of one clinic's jobs together, writes nothing, and never asks BPJS.
"""

from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from datetime import date
from typing import Generic, TypeVar

from database import Database
from database.jobs.chain import CREATES
from database.status import Status
from database.storage.batches import batched
from database.views.around_visit import Around, Near, Visit, Wanted, around_visits
from tasks.readiness.case import Candidate, Case, Facts, Other
from tasks.readiness.finding import Finding
from tasks.readiness.table import findings_of
from tasks.reference_data.book import ReferenceBook
from tasks.reference_data.code_check import learn_codes

_AT_ONCE = 500  # jobs whose surroundings are read together


class Readiness:
    """Thread-safe, as its reference book.

    `uses_srbk`: whether a clinic's referrals go through Satu Sehat; None: that cannot be told.
    """

    def __init__(
        self,
        database: Database,
        book: ReferenceBook | None = None,
        *,
        checks_codes: bool = True,
        uses_srbk: Callable[[str], bool | None] = lambda _faskes: False,
    ) -> None:
        self._database = database
        self._book = book or ReferenceBook(database)
        self._checks_codes = checks_codes
        self._uses_srbk = uses_srbk

    def lacks(self, jobs: Sequence[Candidate]) -> list[list[Finding]]:
        """What each of these lacks, in their order; they are taken for one list that is handed over together.

        Raises DatabaseUnavailable.
        """
        answers: dict[int, list[Finding]] = {}
        by_clinic: dict[str, list[Candidate]] = defaultdict(list)
        for job in jobs:
            by_clinic[job.faskes].append(job)
        for faskes, all_of_it in by_clinic.items():
            listed: _ByPatient[Candidate] = _ByPatient(all_of_it)
            for part in batched(all_of_it, _AT_ONCE):
                answers |= self._of_clinic(faskes, part, listed)
        return [answers[id(job)] for job in jobs]

    def lack_of(self, job: Candidate) -> list[Finding]:
        """What this one lacks. Raises DatabaseUnavailable."""
        return self.lacks([job])[0]

    def _of_clinic(
        self, faskes: str, jobs: Sequence[Candidate], listed: "_ByPatient[Candidate]"
    ) -> dict[int, list[Finding]]:
        around = around_visits(self._database, faskes, _wanted(jobs))
        book = self._book.for_one_check()
        learn_codes(book, faskes, [(job.jenis, job.body) for job in jobs])
        facts = Facts(
            book=book,
            now=self._database.clock().astimezone(self._database.timezone),
            checks_codes=self._checks_codes,
            uses_srbk=self._uses_srbk,
        )
        near: _ByPatient[Near] = _ByPatient(around.near)
        return {id(job): findings_of(_case(job, facts, around, near, listed)) for job in jobs}


def _wanted(jobs: Sequence[Candidate]) -> Wanted:
    return Wanted(
        chains={chain for job in jobs for chain in job.chains},
        norms={job.norm for job in jobs if _names_somebody(job.norm)},
        days={job.visit.day for job in jobs if job.visit.day is not None},
        cards={job.visit.card for job in jobs if job.jenis in CREATES and job.visit.card is not None},
        kunci={job.kunci for job in jobs if job.kunci is not None},
    )


def _names_somebody(norm: str) -> bool:
    """Whether a norm is more than a place holder (`-`, `0`), under which thousands of jobs may stand."""
    return any(letter.isalnum() and letter != "0" for letter in norm)


T = TypeVar("T", Candidate, Near)


class _ByPatient(Generic[T]):
    """Jobs are found by the card or the norm that they name, each with the day of the visit.

    With the day, for in a long list thousands may stand under one norm (`-`).
    """

    def __init__(self, jobs: Iterable[T]) -> None:
        self._by_card: dict[str, dict[date | None, list[T]]] = defaultdict(lambda: defaultdict(list))
        self._by_norm: dict[str, dict[date | None, list[T]]] = defaultdict(lambda: defaultdict(list))
        for job in jobs:
            self._by_norm[job.norm][job.visit.day].append(job)
            if job.visit.card is not None:
                self._by_card[job.visit.card][job.visit.day].append(job)

    def of_visit(self, job: Candidate) -> Iterator[T]:
        """Those of the job's visit, itself among them: by card, and by norm where one names no card."""
        mine = job.visit
        if mine.card is not None:
            yield from (each for each in _on(mine.day, self._by_card[mine.card]) if _agree(each.visit, mine))
        for each in _on(mine.day, self._by_norm[job.norm]):
            if None in (each.visit.card, mine.card) and _agree(each.visit, mine):
                yield each


def _on(day: date | None, by_day: Mapping[date | None, list[T]]) -> Iterable[T]:
    """Those of this day and those that name none; without a day all of them."""
    days = by_day if day is None else {day, None}
    return (each for one in days for each in by_day.get(one, ()))


def _agree(one: Visit, other: Visit) -> bool:
    return _may_agree(one.day, other.day) and _may_agree(one.poli, other.poli)


def _may_agree(one: object, other: object) -> bool:
    """True unless both are known and differ."""
    return one is None or other is None or one == other


def _case(
    job: Candidate, facts: Facts, around: Around, near: _ByPatient[Near], listed: _ByPatient[Candidate]
) -> Case:
    before = [_stored(job, each) for each in near.of_visit(job) if each.id != job.job_id]
    beside = [_listed(job, each) for each in listed.of_visit(job) if each is not job]
    waiting = [each.id for each in around.waiting if each.visit.card == job.visit.card]
    return Case(
        job=job,
        facts=facts,
        others=[*sorted(before, key=_age), *sorted(beside, key=_age)],
        waiting=sorted(waiting_id for waiting_id in waiting if waiting_id != job.job_id),
        handed=around.handed.get(job.kunci) if job.kunci is not None else None,
    )


def _age(other: Other) -> int:
    return other.job_id or other.place or 0


def _stored(job: Candidate, near: Near) -> Other:
    is_older = job.job_id is None or near.id < job.job_id
    return Other(
        jenis=near.jenis,
        status=near.status,
        reason=near.reason,
        job_id=near.id,
        comes_first=is_older or near.status is Status.TERKIRIM,
        same_card=job.visit.card is not None and near.visit.card == job.visit.card,
        in_chain=near.rantai in job.chains,
    )


def _listed(job: Candidate, other: Candidate) -> Other:
    return Other(
        jenis=other.jenis,
        status=Status.MENUNGGU,
        place=other.place,
        kunci=other.kunci,
        comes_first=(other.place or 0) < (job.place or 0),
        same_card=job.visit.card is not None and other.visit.card == job.visit.card,
        in_chain=not job.chains.isdisjoint(other.chains),
    )
