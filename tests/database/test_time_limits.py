"""Nobody waits for one: what another holds, forgot, or what no longer answers, is given up in time."""

import os
import signal
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest
from sqlalchemy import text

from database import Database, DatabaseUnavailable
from database.jobs.handover import queue_up
from database.storage.dialect import lock_number_without_end
from database.storage.engine import BUSY
from database.storage.schema import _LOCK, upgrade
from database.storage.time_limits import PATIENCE, Patience
from tests.conftest import POSTGRESQL, SQLITE
from tests.database.child import start
from tests.database.clinic import Clinic
from tests.postgres import STANDING, PostgresServer
from tests.silent_proxy import SilentProxy, silent_proxy

SHORT = Patience(lock=0.5, statement=1, idle=1, answer=2, ping=0.5)
FOREVER = 30  # seconds, after which a test says that somebody waits

Opener = Callable[..., Database]


@pytest.fixture
def short(monkeypatch: pytest.MonkeyPatch) -> Callable[..., None]:
    """Databases that are opened from now on wait for so long only."""

    def shorten(**seconds: Any) -> None:
        monkeypatch.setattr("database.storage.engine.PATIENCE", replace(SHORT, **seconds))

    shorten()
    return shorten


@pytest.fixture
def proxy(postgres: PostgresServer) -> Iterator[SilentProxy]:
    with silent_proxy(postgres.socket) as proxy:
        yield proxy


def within(seconds: float, act: Callable[[], object]) -> None:
    """Fails when it takes longer, whatever it would say in the end."""
    done: list[object] = []

    def run() -> None:
        try:
            done.append(act())
        except DatabaseUnavailable as said:
            done.append(said)

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    thread.join(seconds)
    assert not thread.is_alive(), "still waiting"


@contextmanager
def stopped_half_way(url: str) -> Iterator[None]:
    """A process that was stopped in the middle of handing over, as by Ctrl-Z."""
    child = start("hand-over-half", url, "1")
    assert child.stdin is not None
    assert child.stdout is not None
    child.stdin.write("go\n")
    child.stdin.flush()
    try:
        assert child.stdout.readline() == "half\n"
        os.kill(child.pid, signal.SIGSTOP)
        yield
    finally:
        child.kill()
        child.communicate()


@POSTGRESQL
def test_every_connection_has_its_limits(database: Database) -> None:
    names = ("lock_timeout", "statement_timeout", "idle_in_transaction_session_timeout")
    with database.read() as session:
        assert [session.scalar(text(f"SHOW {name}")) for name in names] == ["10s", "20s", "15s"]
        raw = session.connection().connection.driver_connection
        assert raw is not None
        asked = raw.info.get_parameters()
    assert {name: asked[name] for name in PATIENCE.of_driver()} == {
        "connect_timeout": "10",
        "keepalives": "1",
        "keepalives_idle": "10",
        "keepalives_interval": "5",
        "keepalives_count": "3",
        "tcp_user_timeout": "20000",
    }


@POSTGRESQL
def test_what_the_address_says_counts(database_url: str, open_at: Opener) -> None:
    database = open_at(f"{database_url}&keepalives_idle=99&connect_timeout=3")
    with database.read() as session:
        raw = session.connection().connection.driver_connection
        assert raw is not None
        asked = raw.info.get_parameters()
    assert (asked["keepalives_idle"], asked["connect_timeout"]) == ("99", "3")


def test_a_lease_outlives_all_patience() -> None:
    slowest = PATIENCE.ping + PATIENCE.answer + PATIENCE.connect
    unseen = PATIENCE.keepalive + PATIENCE.keepalive_count * PATIENCE.keepalive_interval
    assert max(slowest, unseen) < 60
    assert PATIENCE.lock < PATIENCE.statement < PATIENCE.answer


@POSTGRESQL
@pytest.mark.usefixtures("short")
def test_who_waits_too_long_for_a_lock_is_told_to_try_again(database_url: str, open_at: Opener) -> None:
    holder, clinic = open_at(database_url), Clinic(open_at(database_url))
    with holder.engine.connect() as holding:
        holding.execute(text("SET idle_in_transaction_session_timeout = 0"))
        holding.execute(text("LOCK TABLE jobs IN EXCLUSIVE MODE"))
        with pytest.raises(DatabaseUnavailable) as told:
            clinic.hand_over()
        assert str(told.value) == BUSY
        holding.rollback()
    clinic.hand_over()


@POSTGRESQL
def test_who_forgets_a_transaction_holds_nobody_up(
    short: Callable[..., None], database_url: str, open_at: Opener
) -> None:
    short(lock=FOREVER, statement=FOREVER, answer=FOREVER)
    sleeper, clinic = open_at(database_url), Clinic(open_at(database_url))
    with pytest.raises(DatabaseUnavailable), sleeper.write() as session:
        queue_up(session)
        within(FOREVER / 2, clinic.hand_over)
        session.execute(text("SELECT 1"))
    assert clinic.count() == 1


@POSTGRESQL
def test_a_stopped_process_that_hands_over_holds_nobody_up(
    short: Callable[..., None], database_url: str, open_at: Opener
) -> None:
    short(lock=FOREVER, statement=FOREVER, answer=FOREVER)
    with stopped_half_way(database_url):
        clinic = Clinic(open_at(database_url))
        within(FOREVER, clinic.hand_over)
        assert clinic.count() == 1


@SQLITE
def test_beside_a_stopped_process_sqlite_is_waited_for_and_then_said_to_be_in_use(
    database_url: str, open_at: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("database.storage.engine.BUSY_TIMEOUT_SECONDS", 0.5)
    clinic = Clinic(open_at(database_url))
    with stopped_half_way(database_url):
        with pytest.raises(DatabaseUnavailable) as told:
            clinic.hand_over()
        assert str(told.value) == BUSY
        assert clinic.count() == 0  # reading goes on
    clinic.hand_over()


@pytest.mark.long
@POSTGRESQL
@pytest.mark.usefixtures("short")
def test_a_statement_ends_in_time_unless_it_may_take_its_time(database_url: str, open_at: Opener) -> None:
    database = open_at(database_url)
    nap = text("SELECT pg_sleep(1.5)")
    with pytest.raises(DatabaseUnavailable, match="terlalu lama"), database.read() as session:
        session.execute(nap)
    with database.read(patient=True) as session:
        session.execute(text("SELECT pg_sleep(2.5)"))
        time.sleep(1.5)  # idle in between
        session.execute(text("SELECT 1"))
    with pytest.raises(DatabaseUnavailable, match="terlalu lama"), database.read() as session:
        session.execute(nap)  # the same connection


@POSTGRESQL
@pytest.mark.usefixtures("short")
def test_who_starts_waits_for_the_one_who_migrates(
    database_url: str, open_at: Opener, monkeypatch: pytest.MonkeyPatch
) -> None:
    database, migrated = open_at(database_url), threading.Event()
    monkeypatch.setattr("database.storage.schema.HEAD", "9999")
    monkeypatch.setattr("database.storage.schema._run_alembic", lambda _connection: migrated.set())
    with database.engine.connect() as migrating:
        migrating.execute(text("SET idle_in_transaction_session_timeout = 0"))
        lock_number_without_end(migrating, _LOCK)
        starting = threading.Thread(target=upgrade, args=(database.engine,))
        starting.start()
        assert not migrated.wait(SHORT.lock + SHORT.statement)
        migrating.rollback()
    starting.join(FOREVER)
    assert migrated.is_set()


@pytest.mark.long
@POSTGRESQL
@pytest.mark.usefixtures("short", "database_url")
def test_a_line_gone_silent_is_given_up_and_work_goes_on(proxy: SilentProxy, open_at: Opener) -> None:
    clinic = Clinic(open_at(proxy.url(STANDING)))
    clinic.hand_over()
    proxy.silence()
    within(SHORT.answer + SHORT.connect, clinic.count)  # believed to be alive: used just now
    assert clinic.count() == 1
    with clinic.database.read(), clinic.database.read():
        pass  # two that will lie in the pool
    proxy.silence()
    time.sleep(1.1)
    within(FOREVER, clinic.count)
    assert clinic.count() == 1
