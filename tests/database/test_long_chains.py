"""A chain of thousands: its next line costs no more than its first, and nobody waits for it."""

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import Engine, event

from database import Database, enqueue_lines
from database.jobs.claim import claim_unseen, has_work
from database.jobs.handover import BATCH
from database.status import Status
from tests.conftest import SQLITE
from tests.database.clinic import Clinic, body_of

STEP = 1_000  # instructions of SQLite's machine, which tell what a statement costs on any computer


def lines(count: int, *, cards: bool) -> list[str]:
    frame = {"jenis": "tambah-antrean", "norm": "RM-1", "nama_pasien": "P", "rantai": "satu"}
    bodies = (
        body_of(
            "tambah-antrean",
            nomorantrean=f"A-{number}",
            **({"nomorkartu": f"{number:013d}"} if cards else {}),
        )
        for number in range(count)
    )
    return [json.dumps({**frame, "body": body}) for body in bodies]


@contextmanager
def statements(engine: Engine) -> Iterator[list[str]]:
    """What is said to the database meanwhile."""
    said: list[str] = []

    def note(_connection: Any, _cursor: Any, statement: str, *_more: Any) -> None:
        said.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    yield said
    event.remove(engine, "before_cursor_execute", note)


class Steps:
    """Counts what SQLite does on connections opened from now on."""

    def __init__(self, engine: Engine) -> None:
        self.count = 0
        event.listen(
            engine, "connect", lambda connection, _record: connection.set_progress_handler(self, STEP)
        )
        engine.dispose()

    def __call__(self) -> int:
        self.count += 1
        return 0

    def of(self, act: Any) -> int:
        before = self.count
        act()
        return self.count - before


@pytest.mark.parametrize("cards", [False, True], ids=["one patient", "a patient a line"])
def test_a_file_asks_the_database_as_often_for_many_lines_as_for_few(database: Database, cards: bool) -> None:
    with statements(database.engine) as said:
        answers = list(enqueue_lines(lines(400, cards=cards), database=database))
    assert all(answer["new"] for answer in answers)
    assert len(said) < 20


@SQLITE
def test_twice_as_many_lines_of_one_chain_cost_the_database_twice_as_much(database: Database) -> None:
    steps = Steps(database.engine)
    few = steps.of(lambda: list(enqueue_lines(lines(200, cards=True), database=database)))
    more = steps.of(
        lambda: list(enqueue_lines(lines(600, cards=True), database=database))
    )  # twice as many new
    assert more < 3 * few


@SQLITE
def test_looking_for_what_is_stuck_does_not_read_a_chain_for_each_of_its_jobs(clinic: Clinic) -> None:
    steps = Steps(clinic.database.engine)
    costs = []
    for count in (400, 800):
        list(enqueue_lines(lines(count, cards=False), database=clinic.database))
        costs.append(
            steps.of(lambda: (has_work(clinic.database), claim_unseen(clinic.database, limit=1_000)))
        )
    assert costs[1] < 3 * costs[0]


def test_what_is_stuck_behind_a_failed_step_is_still_found(clinic: Clinic) -> None:
    failed = clinic.bring_to(clinic.hand_over("tambah-pendaftaran"), Status.GAGAL)
    stuck = clinic.hand_over("tambah-kunjungan")
    other = clinic.hand_over("tambah-antrean")  # another service
    shown = {job.id for job in claim_unseen(clinic.database, limit=10)}
    assert stuck in shown
    assert not {failed, other} & shown


def test_a_file_of_more_than_a_part_is_durable_part_by_part(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("database.jobs.handover.BATCH", 30)
    answers = enqueue_lines(lines(31, cards=True), database=clinic.database)
    next(answers)
    assert clinic.count() == 30
    assert [answer["new"] for answer in answers] == [True] * 30
    assert clinic.count() == 31


def test_a_part_is_as_long_as_the_contract_asks() -> None:
    assert BATCH >= 500


def test_whoever_comes_during_a_long_file_does_not_wait_for_its_end(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("database.jobs.handover.BATCH", 50)
    answers = enqueue_lines(lines(500, cards=True), database=clinic.database)
    next(answers)
    with ThreadPoolExecutor(1) as pool:
        rest = pool.submit(list, answers)
        clinic.hand_over()
        stored = clinic.count()
        assert not rest.done()
        assert stored < 501
        assert len(rest.result()) == 499
