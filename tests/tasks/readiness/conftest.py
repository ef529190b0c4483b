"""A clinic whose references were read just now, and the check before its jobs."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Any

import pytest

from bpjs_client.references import BY_NAME
from database import Database
from database.faskes_name import UTAMA
from database.jobs.handover import NewJob, read_line
from database.references.store import store_reference
from database.status import Status
from database.views.edited import job_to_edit
from tasks.readiness.case import handed_in, stored
from tasks.readiness.check import Readiness
from tasks.readiness.finding import Finding, any_certain
from tests.database.clinic import Clinic, FakeClock
from tests.tasks.bodies import BODIES
from tests.tasks.test_code_check import HELD


@dataclass
class Desk:
    """The check, and the clinic that it is about."""

    database: Database
    clinic: Clinic
    uses_srbk: Callable[[str], bool | None] = lambda _faskes: False
    checks_codes: bool = True

    def sync(self, *names: str) -> None:
        """The clinic's copy of these references, read just now; without names all of them."""
        for name in names or HELD:
            store_reference(
                self.database,
                UTAMA,
                BY_NAME[name],
                HELD[name],
                variants=None,
                started_at=self.database.clock(),
                seconds=0.1,
            )

    def lacks_each(self, *jobs: NewJob) -> list[list[Finding]]:
        """What each of a list lacks."""
        check = Readiness(self.database, checks_codes=self.checks_codes, uses_srbk=self.uses_srbk)
        return check.lacks([handed_in(job, place) for place, job in enumerate(jobs, start=1)])

    def lacks(self, jenis: str, /, norm: str = "RM-1", **changes: Any) -> dict[str, Finding]:
        """What one lacks, by rule; `kunci` and `rantai` belong to the frame."""
        (findings,) = self.lacks_each(new(jenis, norm, **changes))
        return {finding.rule: finding for finding in findings}

    def lacks_of(self, job_id: int) -> dict[str, Finding]:
        """What a stored job still lacks."""
        check = Readiness(self.database)
        return {each.rule: each for each in check.lack_of(stored(job_to_edit(self.database, job_id)))}

    def delivered(self, jenis: str = "tambah-pendaftaran", norm: str = "RM-1", **changes: Any) -> int:
        """A job that BPJS has."""
        return self.clinic.bring_to(self.clinic.hand_over(jenis, norm, **changes), Status.TERKIRIM)


def new(jenis: str, norm: str = "RM-1", **changes: Any) -> NewJob:
    """A job as it would be handed over."""
    frame = {name: changes.pop(name) for name in ("kunci", "rantai", "faskes") if name in changes}
    body: dict[str, Any] = {**BODIES[jenis], **changes}
    line: dict[str, Any] = {"jenis": jenis, "norm": norm, "nama_pasien": "Pasien Contoh", "body": body}
    return read_line(line | frame)


def certain(findings: dict[str, Finding]) -> set[str]:
    """The rules that are surely broken."""
    return {name for name, finding in findings.items() if any_certain([finding])}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def desk(database: Database, clock: FakeClock) -> Iterator[Desk]:
    desk = Desk(database, Clinic(database, clock))
    desk.sync()
    yield desk
