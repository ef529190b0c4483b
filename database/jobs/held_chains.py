"""The chains that a transaction places jobs in, read once and kept in step with the jobs that it adds.

Of each patient and service only the latest generation counts for a place. So little is kept of a chain of
thousands of jobs, and handing over its next one costs no more than its first.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import NamedTuple

from sqlalchemy import Select, bindparam, func, select
from sqlalchemy.orm import Session

from bpjs_client.jenis import Jenis, Service
from database.jobs.chain import GENERATION
from database.storage.models import Job

Mark = int | None  # stands for a patient; None: the patient is unknown


class Latest(NamedTuple):
    """The latest generation of some jobs, and the jenis that it holds."""

    generation: int = 0
    kinds: frozenset[Jenis] = frozenset()

    def with_step(self, jenis: Jenis, position: int) -> "Latest":
        """This generation after one more job."""
        return self.joined(Latest(position // GENERATION, frozenset({jenis})))

    def joined(self, other: "Latest") -> "Latest":
        """The latest generation of both together."""
        if self.generation == other.generation:
            return Latest(self.generation, self.kinds | other.kinds)
        return max(self, other, key=lambda each: each.generation)


@dataclass
class _OfService:
    everybody: Latest = field(default_factory=Latest)
    of: dict[Mark, Latest] = field(default_factory=dict)

    def add(self, mark: Mark, jenis: Jenis, position: int) -> None:
        self.everybody = self.everybody.with_step(jenis, position)
        self.of[mark] = self.of.get(mark, Latest()).with_step(jenis, position)


@dataclass
class Chain:
    """One chain's jobs, by service and patient."""

    marks: set[Mark] = field(default_factory=set)
    _services: dict[Service, _OfService] = field(default_factory=dict)

    def add(self, mark: Mark, jenis: Jenis, position: int) -> None:
        """Count one more job."""
        self.marks.add(mark)
        self._services.setdefault(jenis.service, _OfService()).add(mark, jenis, position)

    def is_anothers(self, mark: Mark) -> bool:
        """Whether it is known to hold another patient's jobs, and none of this one's."""
        return mark is not None and mark not in self.marks and _names_another(self.marks, mark)

    def is_shared(self, mark: Mark, service: Service) -> bool:
        """Whether it is known to hold another patient's jobs at this service."""
        return _names_another(self._of(service).of, mark)

    def latest(self, mark: Mark, service: Service) -> Latest:
        """The latest generation of the jobs that may be this patient's at a service."""
        held = self._of(service)
        if mark is None:
            return held.everybody
        return held.of.get(mark, Latest()).joined(held.of.get(None, Latest()))

    def _of(self, service: Service) -> _OfService:
        return self._services.get(service, _OfService())


def _names_another(marks: set[Mark] | Mapping[Mark, object], mark: Mark) -> bool:
    return mark is not None and len(marks) > (mark in marks) + (None in marks)


class HeldChains:
    """The chains that a transaction has looked at; nobody else may place jobs meanwhile."""

    def __init__(self, session: Session, *, but: int = 0) -> None:
        """`but`: the id of a job that is not to count, because it is being placed anew."""
        self.session = session
        self._but = but
        self._chains: dict[tuple[str, str], Chain] = {}

    def look_up(self, faskes: str, chains: Iterable[str]) -> list[Chain]:
        """Read these chains of a clinic; returns them in their order."""
        asked = list(chains)
        if missing := [chain for chain in asked if (faskes, chain) not in self._chains]:
            self._load(faskes, missing)
        return [self._chains[faskes, chain] for chain in asked]

    def _load(self, faskes: str, chains: list[str]) -> None:
        self._chains.update(((faskes, chain), Chain()) for chain in chains)
        values = {"faskes": faskes, "chains": chains, "but": self._but}
        for rantai, jenis, mark, position in self.session.execute(_latest_steps(), values):
            self._chains[faskes, rantai].add(mark, Jenis(jenis), position)


@cache
def _latest_steps() -> Select[tuple[str, str, Mark, int]]:
    """Built once, for every hand-over asks it. Of each jenis the latest generation is enough."""
    return (
        select(Job.rantai, Job.jenis, Job.pasien, func.max(Job.position))
        .where(Job.faskes == bindparam("faskes"), Job.rantai.in_(bindparam("chains", expanding=True)))
        .where(Job.id != bindparam("but"))
        .group_by(Job.rantai, Job.jenis, Job.pasien)
    )
