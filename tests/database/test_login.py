"""Logging in: who guesses waits, longer each time, and nobody is locked out for good."""

import time
from concurrent.futures import ThreadPoolExecutor
from threading import Barrier, Lock
from typing import Any

import pytest
from sqlalchemy import select

from database import Database
from database.people import login
from database.people.login import Login, log_in
from database.people.people import Change, change_person
from database.storage.models import LoginFailures
from tests.conftest import SQLITE
from tests.database.clinic import FakeClock
from tests.database.people import PASSWORD, an_admin

WRONG = "bukan-kata-sandinya"
HERE, THERE = "192.0.2.1", "192.0.2.2"
# Seconds of waiting after each failure: three are free, then it doubles up to a quarter of an hour.
WAITS = [0, 0, 1, 2, 4, 8, 16, 32, 64, 128, 256, 512, 900, 900]


@pytest.fixture
def cheap(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Hashes that cost nothing; what they were compared with."""
    compared: list[str] = []

    def is_password(password: str, kept: str) -> bool:
        compared.append(kept)
        return password == PASSWORD

    monkeypatch.setattr(login, "is_password", is_password)
    return compared


def failures(database: Database) -> dict[str, int]:
    with database.read() as session:
        return dict(session.execute(select(LoginFailures.whose, LoginFailures.failures)).tuples().all())


def test_the_right_password_logs_in_and_forgets_the_failures(database: Database) -> None:
    budi = an_admin(database)
    assert log_in(database, "budi", WRONG, address=HERE) == Login(None, is_known=True)
    assert failures(database) == {"nama:budi": 1, f"alamat:{HERE}": 1}
    assert log_in(database, "budi", PASSWORD, address=HERE) == Login(budi, is_known=True)
    assert failures(database) == {}


@pytest.mark.usefixtures("cheap")
def test_each_failure_waits_longer_and_never_for_good(database: Database, clock: FakeClock) -> None:
    budi = an_admin(database)
    waited = []
    for number in range(len(WAITS)):
        tried = log_in(database, "budi", WRONG, address=f"192.0.2.{number}")
        assert tried.person is None
        waited.append(max(0, tried.wait_seconds - 1))  # told in whole seconds, rounded up
        clock.advance(seconds=tried.wait_seconds)
    assert waited == WAITS
    assert log_in(database, "budi", PASSWORD, address=THERE) == Login(budi, is_known=True)


def test_while_a_name_waits_not_even_the_right_password_is_looked_at(
    database: Database, clock: FakeClock, cheap: list[str]
) -> None:
    budi = an_admin(database)
    for _ in range(3):
        log_in(database, "budi", WRONG, address=HERE)
    cheap.clear()
    assert log_in(database, "budi", PASSWORD, address=THERE).wait_seconds > 0
    assert cheap == []
    clock.advance(seconds=1)
    assert log_in(database, "budi", PASSWORD, address=THERE) == Login(budi, is_known=True)


@pytest.mark.usefixtures("cheap")
def test_an_address_that_tries_many_names_waits_and_other_addresses_do_not(database: Database) -> None:
    budi = an_admin(database)
    for name in ("anton", "beni", "cici"):
        log_in(database, name, WRONG, address=HERE)
    assert log_in(database, "budi", PASSWORD, address=HERE).wait_seconds > 0
    assert log_in(database, "budi", PASSWORD, address=THERE) == Login(budi, is_known=True)


def test_a_try_while_waiting_does_not_lengthen_the_wait(
    database: Database, clock: FakeClock, cheap: list[str]
) -> None:
    an_admin(database)
    for _ in range(3):
        log_in(database, "budi", WRONG, address=HERE)
    before = failures(database)
    clock.advance(seconds=0.9)
    cheap.clear()
    assert log_in(database, "budi", WRONG, address=HERE).wait_seconds > 0
    assert (failures(database), cheap) == (before, [])


def test_an_unknown_or_switched_off_name_costs_a_comparison_too(database: Database, cheap: list[str]) -> None:
    an_admin(database)
    an_admin(database, "wati")
    change_person(database, "wati", Change(active=False))
    for name in ("budi", "siapa", "wati"):
        assert log_in(database, name, PASSWORD, address=HERE).person is None or name == "budi"
    assert len(cheap) == 3
    assert all(kept.startswith("$argon2id$v=19$m=19456,t=2,p=1$") for kept in cheap)
    assert cheap[1] == cheap[2] != cheap[0]


@pytest.mark.usefixtures("cheap")
@pytest.mark.parametrize(
    "name", ["", "bu\x00di", "bu\ud83ddi", "x" * 1_000_000, "' OR 1=1 --", "\N{FACE WITH TEARS OF JOY}" * 100]
)
def test_no_name_or_address_breaks_anything(database: Database, name: str) -> None:
    for address in (HERE, name):
        assert log_in(database, name, WRONG, address=address).person is None


@pytest.mark.usefixtures("cheap")
def test_failures_at_the_same_moment_are_all_counted(database: Database) -> None:
    """Two first ones find no row to lock, and would both write it."""
    start = Barrier(4)

    def fail(_number: int) -> Any:
        start.wait()
        return log_in(database, "budi", WRONG, address=HERE)

    with ThreadPoolExecutor(4) as threads:
        assert {tried.person for tried in threads.map(fail, range(4))} == {None}
    assert failures(database) == {"nama:budi": 4, f"alamat:{HERE}": 4}


@SQLITE
def test_few_passwords_are_checked_at_a_time(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    """Each takes 19 MiB."""
    going, most, counting = 0, 0, Lock()

    def is_password(_password: str, _kept: str) -> bool:
        nonlocal going, most
        with counting:
            going += 1
            most = max(most, going)
        time.sleep(0.05)
        with counting:
            going -= 1
        return False

    monkeypatch.setattr(login, "is_password", is_password)
    with ThreadPoolExecutor(12) as threads:
        list(threads.map(lambda n: log_in(database, f"nama-{n}", WRONG, address=f"192.0.2.{n}"), range(12)))
    assert most == 4
