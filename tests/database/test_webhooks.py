"""Webhooks: whose turn it is to send one, what is remembered of it, and when it is paused."""

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta
from threading import Barrier

import pytest
from sqlalchemy import text

from database import Database
from database.errors import WebhookRefused
from database.people.webhooks import (
    LEASE,
    Held,
    Told,
    all_webhooks,
    due_webhooks,
    hold_webhook,
    make_webhook,
    note_failed,
    note_told,
    release_webhooks,
    remove_webhook,
    resume_webhook,
)
from tests.database.clinic import FakeClock

URL = "https://klinik.example/bpjs"
MINUTE = timedelta(minutes=1)


@pytest.fixture
def hook(database: Database) -> int:
    return make_webhook(database, "utama", URL)[0].id


def held(database: Database, hook: int, owner: str = "a") -> Held:
    taken = hold_webhook(database, hook, owner)
    assert taken
    return taken


def test_the_secret_is_long_told_once_and_sealed_with_its_row(database: Database, clock: FakeClock) -> None:
    (one, secret), (other, _) = make_webhook(database, "utama", URL), make_webhook(database, "klinik-b", URL)
    assert secret.startswith("whsec_")
    assert len(held(database, one.id).secret or b"") == 32
    assert [each.faskes for each in all_webhooks(database)] == ["utama", "klinik-b"]
    assert secret not in repr(all_webhooks(database)) + repr(held(database, one.id))
    with database.engine.begin() as connection:
        stored = connection.execute(text(f"SELECT secret FROM webhooks WHERE id = {one.id}")).scalar_one()
        assert stored.startswith("sealed:")
        connection.execute(text(f"UPDATE webhooks SET secret = :it WHERE id = {other.id}"), {"it": stored})
    assert held(database, other.id).secret is None


@pytest.mark.parametrize("faskes", ["", "klinik\n", "x" * 65])
def test_a_clinic_that_cannot_be_has_none(database: Database, faskes: str) -> None:
    with pytest.raises(WebhookRefused):
        make_webhook(database, faskes, URL)


def test_one_process_sends_it_until_its_lease_runs_out(
    database: Database, hook: int, clock: FakeClock
) -> None:
    assert due_webhooks(database, "a") == due_webhooks(database, "b") == [hook]
    assert hold_webhook(database, hook, "a")
    assert due_webhooks(database, "b") == []
    assert hold_webhook(database, hook, "b") is None
    clock.advance(seconds=LEASE.total_seconds() / 2 + 1)
    assert hold_webhook(database, hook, "a")  # is made longer
    clock.advance(seconds=LEASE.total_seconds() - 1)
    assert hold_webhook(database, hook, "b") is None
    clock.advance(seconds=2)
    assert hold_webhook(database, hook, "b")
    release_webhooks(database, "b")
    assert hold_webhook(database, hook, "a")


def test_of_two_at_once_one_gets_it(database: Database, hook: int) -> None:
    start = Barrier(2)

    def hold(owner: str) -> bool:
        start.wait()
        return hold_webhook(database, hook, owner) is not None

    with ThreadPoolExecutor(2) as threads:
        assert sorted(threads.map(hold, "ab")) == [False, True]


def test_who_lost_it_writes_nothing_more(database: Database, hook: int, clock: FakeClock) -> None:
    mine = held(database, hook)
    clock.advance(seconds=LEASE.total_seconds() + 1)
    theirs = held(database, hook, "b")
    assert not note_told(database, mine, "a", Told(clock(), 7))
    assert not note_failed(database, mine, "a", "mati", wait=MINUTE)
    assert held(database, hook, "b") == theirs
    remove_webhook(database, hook)
    assert not note_told(database, theirs, "b", Told(clock(), 7))
    assert hold_webhook(database, hook, "b") is None


def test_a_day_of_failures_pauses_it_and_a_person_resumes_it_where_it_stood(
    database: Database, hook: int, clock: FakeClock
) -> None:
    assert note_told(database, held(database, hook), "a", Told(clock(), 7))
    stood = held(database, hook).told
    hours = timedelta(hours=1)
    for failures in range(24):
        assert held(database, hook).failures == failures
        assert not note_failed(database, held(database, hook), "a", "menjawab HTTP 500", wait=hours)
        assert due_webhooks(database, "a") == []
        clock.advance(hours=1)
    assert note_failed(database, held(database, hook), "a", "menjawab HTTP 500", wait=hours)
    (seen,) = all_webhooks(database)
    assert (seen.failures, seen.says, seen.paused_at) == (25, "menjawab HTTP 500", clock())
    clock.advance(days=9)
    assert due_webhooks(database, "a") == []
    assert hold_webhook(database, hook, "a") is None

    resume_webhook(database, hook)
    again = held(database, hook)
    assert (again.told, again.failures) == (stood, 0)
    assert not note_failed(database, again, "a", "menjawab HTTP 500", wait=MINUTE)


def test_what_was_taken_forgets_the_failures(database: Database, hook: int, clock: FakeClock) -> None:
    note_failed(database, held(database, hook), "a", "mati", wait=MINUTE)
    clock.advance(minutes=2)
    assert note_told(database, held(database, hook), "a", Told(clock(), 7))
    (seen,) = all_webhooks(database)
    assert (seen.failures, seen.says, seen.sent_at) == (0, None, clock())


def test_who_is_gone_for_good_is_paused_at_once(database: Database, hook: int) -> None:
    assert note_failed(database, held(database, hook), "a", "menjawab HTTP 410", wait=MINUTE, is_over=True)


@pytest.mark.parametrize("doing", [remove_webhook, resume_webhook])
def test_one_that_is_not_there_is_said(database: Database, doing: object) -> None:
    with pytest.raises(WebhookRefused, match="tidak ada webhook"):
        doing(database, 99)  # type: ignore[operator]
