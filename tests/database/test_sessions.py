"""Staying logged in: for how long, what renews it, and what ends it."""

import time
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import delete, select

from database import Database
from database.people.people import Change, Person, change_person
from database.people.sessions import begin_session, end_session, who_is
from database.storage.models import LoginFailures, SessionRow
from database.storage.retention import delete_notes
from tests.database.clinic import FakeClock
from tests.database.people import an_admin


@pytest.fixture
def budi(database: Database) -> Person:
    return an_admin(database)


def rows(database: Database) -> list[SessionRow]:
    with database.read() as session:
        return list(session.scalars(select(SessionRow)))


def test_a_session_is_known_by_a_long_random_token_that_is_not_stored(
    database: Database, budi: Person
) -> None:
    first, second = begin_session(database, budi), begin_session(database, budi)
    assert first != second
    assert len(first) >= 43  # 256 bits in base64
    assert who_is(database, first, renews=True) == who_is(database, second, renews=True) == budi
    assert all(len(row.token) == 64 and row.token not in {first, second} for row in rows(database))


def test_idle_time_ends_a_session_and_use_renews_it(
    database: Database, budi: Person, clock: FakeClock
) -> None:
    token = begin_session(database, budi)
    for _ in range(3):
        clock.advance(minutes=30)
        assert who_is(database, token, renews=True) == budi
    clock.advance(minutes=30, seconds=1)
    assert who_is(database, token, renews=True) is None


def test_polling_does_not_renew(database: Database, budi: Person, clock: FakeClock) -> None:
    token = begin_session(database, budi)
    for _ in range(30):
        clock.advance(minutes=1)
        assert who_is(database, token, renews=False) == budi
    clock.advance(seconds=1)
    assert who_is(database, token, renews=False) is None
    assert who_is(database, token, renews=True) is None


def test_no_session_lasts_longer_than_eight_hours(database: Database, budi: Person, clock: FakeClock) -> None:
    token = begin_session(database, budi)
    for _ in range(16):
        clock.advance(minutes=30)
        assert who_is(database, token, renews=True) == budi
    clock.advance(seconds=1)
    assert who_is(database, token, renews=True) is None


def test_logging_out_ends_this_session_and_no_other(database: Database, budi: Person) -> None:
    here, there = begin_session(database, budi), begin_session(database, budi)
    end_session(database, here)
    end_session(database, here)
    assert who_is(database, here, renews=True) is None
    assert who_is(database, there, renews=True) == budi


def test_who_is_switched_off_is_out_at_once(database: Database, budi: Person) -> None:
    token = begin_session(database, budi)
    change_person(database, "budi", Change(active=False))
    assert who_is(database, token, renews=False) is None


def test_a_session_that_ends_while_it_is_used_is_nobodys(database: Database, budi: Person) -> None:
    token = begin_session(database, budi)
    with ThreadPoolExecutor(1) as thread:
        with database.write() as session:
            session.execute(delete(SessionRow))
            used = thread.submit(who_is, database, token, renews=True)
            time.sleep(0.2)
        assert used.result() is None


@pytest.mark.parametrize("token", ["", "x", "\x00", "\ud83d", "x" * 1_000_000])
def test_any_other_token_is_nobodys(database: Database, budi: Person, token: str) -> None:
    begin_session(database, budi)
    assert who_is(database, token, renews=True) is None
    assert who_is(database, token, renews=False) is None
    end_session(database, token)
    assert len(rows(database)) == 1


def test_a_login_sweeps_out_what_is_over(database: Database, budi: Person, clock: FakeClock) -> None:
    begin_session(database, budi)
    clock.advance(minutes=31)
    begin_session(database, budi)
    assert len(rows(database)) == 1


def test_old_sessions_and_failed_logins_are_forgotten_with_the_other_notes(
    database: Database, budi: Person, clock: FakeClock
) -> None:
    begin_session(database, budi)
    with database.write() as session:
        session.add(LoginFailures(whose="nama:dulu", failures=9, last_at=clock()))
    clock.advance(days=30)
    delete_notes(database, timedelta(days=30))
    assert len(rows(database)) == 1

    clock.advance(seconds=1)
    with database.write() as session:
        session.add(LoginFailures(whose="nama:kini", failures=1, last_at=clock()))
    delete_notes(database, timedelta(days=30))
    assert rows(database) == []
    with database.read() as session:
        assert session.scalars(select(LoginFailures.whose)).all() == ["nama:kini"]
