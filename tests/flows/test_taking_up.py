"""What is written into `intake` is taken up beside sending: nothing of it stands in front of a job."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from cli.commands.doctor import _intake
from database import Database, DatabaseUnavailable
from database.storage.engine import BUSY
from database.storage.models import Intake, Job
from database.storage.time_limits import PATIENCE
from flows.in_process.sending import send_due
from tasks.composition import Composition
from tasks.dispatch.intake import TakingUp
from tests.conftest import KINDS, SQLITE
from tests.flows.bpjs import friendly
from tests.flows.dispatching import dispatching
from tests.flows.prefect_server import PrefectServer
from tests.postgres import STANDING, PostgresServer
from tests.silent_proxy import silent_proxy
from tests.tasks.bodies import BODIES, CARD
from tests.tasks.desk import Desk

POSTGRESQL = pytest.mark.parametrize("database_url", KINDS[1:], indirect=True)
PATIENT_SECONDS = 40  # for what the machine does; what is waited for is a condition


def write(database: Database, norm: str) -> None:
    with database.write() as session:
        body = json.dumps(BODIES["tambah-antrean"])
        session.add(Intake(jenis="tambah-antrean", norm=norm, nama_pasien="Pasien Contoh", body=body))


def statuses(database: Database) -> dict[str, str]:
    with database.read() as session:
        return {job.norm: job.status for job in session.query(Job)}


def wait_until(condition: Callable[[], bool], seconds: float = PATIENT_SECONDS) -> None:
    give_up = time.monotonic() + seconds
    while not condition():
        assert time.monotonic() < give_up
        time.sleep(0.05)


@contextmanager
def locked_intake(database: Database) -> Iterator[None]:
    """A clinic's system keeps the table to itself."""
    with database.engine.connect() as clinics:
        clinics.execute(text("SET idle_in_transaction_session_timeout = 0"))
        clinics.execute(text("LOCK TABLE intake"))
        yield
        clinics.rollback()


@pytest.fixture
def here(desk: Any) -> Desk:
    made: Desk = desk(friendly)
    return made


@pytest.mark.parametrize("until_empty", [False, True])
def test_what_was_written_just_before_is_sent(here: Desk, norm: str, until_empty: bool) -> None:
    write(here.database, norm)
    assert send_due(until_empty=until_empty).terkirim == 1


def test_what_is_written_during_a_sending_is_sent_too(desk: Any, norm: str) -> None:
    def answer(request: Any) -> Any:
        if norm not in "".join(statuses(made.database)):
            write(made.database, norm)
            wait_until(lambda: norm in statuses(made.database))
        return friendly(request)

    made: Desk = desk(answer)
    made.hand_over("tambah-antrean", "RM-first")
    assert send_due(until_empty=True).terkirim == 2


@SQLITE
def test_a_row_that_nobody_can_read_stops_no_sending(here: Desk, norm: str) -> None:
    write(here.database, norm)
    with here.database.engine.begin() as connection:
        connection.execute(text("UPDATE intake SET nama_pasien = CAST(x'e96e' AS TEXT)"))
    here.hand_over("tambah-antrean", f"{norm}-b")
    assert send_due(until_empty=True).terkirim == 1


@pytest.mark.long
@POSTGRESQL
def test_a_table_that_its_writer_locks_stops_no_sending(here: Desk, norm: str) -> None:
    write(here.database, norm)
    here.hand_over("tambah-antrean", f"{norm}-b")
    with locked_intake(here.database):
        assert send_due(until_empty=True).terkirim == 1
    assert send_due(until_empty=True).terkirim == 1


@POSTGRESQL
def test_a_dispatcher_delivers_beside_a_locked_table_and_takes_up_when_it_is_free(
    database_url: str,
    open_at: Callable[[str], Database],
    prefect: PrefectServer,
    norm: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("database.storage.engine.PATIENCE", replace(PATIENCE, lock=0.5))
    database = open_at(database_url)
    made = Desk(database, friendly)
    with locked_intake(database), dispatching(made.at):
        made.hand_over("tambah-antrean", f"{norm}-b")
        wait_until(lambda: statuses(database) == {f"{norm}-b": "terkirim"})
    write(database, norm)
    with dispatching(made.at):
        wait_until(lambda: statuses(database).get(norm) == "terkirim")


@POSTGRESQL
def test_doctor_names_the_table_that_is_locked(
    database_url: str, open_at: Callable[[str], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("database.storage.engine.PATIENCE", replace(PATIENCE, lock=0.5))
    database = open_at(database_url)
    with locked_intake(database):
        (found,) = _intake(database)
    assert found.found == f"tabel intake: {BUSY}"


def test_whatever_happens_it_goes_on_and_is_said_once(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    tried = threading.Semaphore(0)

    def stumbles(_database: Database) -> int:
        tried.release()
        raise next(troubles)

    troubles = iter([ValueError(CARD), DatabaseUnavailable("x"), ValueError(CARD), ValueError(CARD)])
    monkeypatch.setattr("tasks.dispatch.intake.take_up", stumbles)
    monkeypatch.setattr("tasks.dispatch.intake.RETRY_SECONDS", 0)
    with TakingUp(Composition(open_database=lambda: database)).beside():
        for _ in range(4):
            assert tried.acquire(timeout=PATIENT_SECONDS)
    said = [record.getMessage() for record in caplog.records if "intake" in record.getMessage()]
    assert said == ["intake cannot be read, sending goes on: ValueError"]


@pytest.mark.long
@POSTGRESQL
@pytest.mark.usefixtures("database_url")
def test_a_dispatcher_whose_lines_go_silent_delivers_again(
    postgres: PostgresServer,
    prefect: PrefectServer,
    open_at: Callable[[str], Database],
    norm: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("database.storage.engine.PATIENCE", replace(PATIENCE, answer=1, ping=0.5))
    with silent_proxy(postgres.socket) as proxy:
        behind = Desk(open_at(proxy.url(STANDING)), friendly)
        before = Desk(open_at(postgres.url(STANDING)), friendly)
        with dispatching(behind.at):
            before.hand_over("tambah-antrean", f"{norm}-1")
            wait_until(lambda: statuses(before.database) == {f"{norm}-1": "terkirim"})
            proxy.silence()
            before.hand_over("tambah-antrean", f"{norm}-2")
            wait_until(lambda: set(statuses(before.database).values()) == {"terkirim"})
