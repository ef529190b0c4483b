"""Outcomes and reasons are spelled in one place, the database takes no other, and docs/job-states.md shows them."""

import re

import pytest
from sqlalchemy import update

from bpjs_client.errors import BpjsError
from database import Database
from database.errors import ConstraintViolated
from database.settings import PROJECT
from database.storage.models import Attempt, Job
from database.vocabulary import OUTCOME_WORDS, Outcome, Reason
from tests.database.clinic import Clinic

PAGE = (PROJECT / "docs" / "job-states.md").read_text(encoding="utf-8")
ROOMS = ("database", "tasks", "flows", "cli", "deployments")
# These words have other meanings too: a table of BPJS's answers, a way of a service, a filter of the monitor.
OTHERWISE_MEANT = frozenset(
    {"unknown", "found", "success", "rejected", "temporary", "absent", "unauthorized"} | {"sementara"}
)


@pytest.mark.parametrize("reason", [*Reason, None])
def test_the_database_takes_each_reason(clinic: Clinic, database: Database, reason: Reason | None) -> None:
    job_id = clinic.hand_over("tambah-antrean")
    with database.write() as session:
        session.execute(update(Job).where(Job.id == job_id).values(reason=reason))


@pytest.mark.parametrize("outcome", Outcome)
def test_the_database_takes_each_outcome(clinic: Clinic, database: Database, outcome: Outcome) -> None:
    clinic.hand_over("tambah-antrean")
    (claimed,) = clinic.claim()
    number = clinic.leave(claimed)
    with database.write() as session:
        ended = {"outcome": outcome, "finished_at": database.clock()}
        session.execute(
            update(Attempt).where(Attempt.job_id == claimed, Attempt.number == number).values(ended)
        )


def test_a_word_that_is_in_no_vocabulary_is_refused(clinic: Clinic, database: Database) -> None:
    job_id = clinic.hand_over("tambah-antrean")
    with pytest.raises(ConstraintViolated), database.write() as session:
        session.execute(update(Job).where(Job.id == job_id).values(reason="entah"))
    clinic.claim()
    number = clinic.leave(job_id)
    with pytest.raises(ConstraintViolated), database.write() as session:
        ended = {"outcome": "entah", "finished_at": database.clock()}
        session.execute(
            update(Attempt).where(Attempt.job_id == job_id, Attempt.number == number).values(ended)
        )


def test_every_way_a_request_can_fail_is_an_outcome() -> None:
    assert {"unknown", "not-sent"} < outcomes_of(BpjsError) <= set(OUTCOME_WORDS)


def outcomes_of(kind: type[BpjsError]) -> set[str]:
    """Those of an error and of its kinds."""
    return {getattr(kind, "outcome", Outcome.UNKNOWN)}.union(*map(outcomes_of, kind.__subclasses__()))


@pytest.mark.parametrize("word", sorted({*Outcome, *Reason} - OTHERWISE_MEANT))
def test_no_other_file_spells_it(word: str) -> None:
    spelled = re.compile(rf"""["']{re.escape(word)}["']""")
    files = (file for room in ROOMS for file in (PROJECT / room).rglob("*.py"))
    allowed = {PROJECT / "database" / "vocabulary.py"}
    found = [
        str(file.relative_to(PROJECT))
        for file in files
        if file not in allowed and "migrations" not in file.parts and spelled.search(file.read_text())
    ]
    assert found == []


def rows_of(heading: str) -> list[list[str]]:
    """The cells of the first table under a heading of the page, without its head."""
    part = PAGE.partition(f"## {heading}\n")[2].partition("\n## ")[0]
    rows = [line.strip().strip("|").split(" | ") for line in part.splitlines() if line.startswith("|")]
    return [[cell.strip() for cell in row] for row in rows[2:]]


def test_the_page_shows_every_outcome() -> None:
    assert rows_of("How an attempt ends") == [[f"`{o}`", o.word, o.meaning] for o in Outcome]


def test_the_page_shows_every_reason() -> None:
    assert rows_of("Why a job stands where it stands") == [[f"`{r}`", r.meaning] for r in Reason]
