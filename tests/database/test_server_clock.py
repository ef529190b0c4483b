"""On a PostgreSQL all machines go by its clock, whatever their own say; a file has its one machine's."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy.exc import OperationalError

from database import Database
from database.jobs.claim import claim, take_over
from database.storage import server_clock as module
from database.storage.server_clock import FRESH_SECONDS, ServerClock, say_skew, utc_now
from tests.database.clinic import LEASE, ME, Clinic

Open = Callable[..., Database]
POSTGRES = pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)


def shifted(seconds: float) -> Callable[[], datetime]:
    return lambda: utc_now() + timedelta(seconds=seconds)


@POSTGRES
@pytest.mark.parametrize("ahead", [65, 120, -120])
def test_a_machine_with_a_wrong_clock_takes_over_nothing_that_lives(
    database_url: str, open_at: Open, monkeypatch: pytest.MonkeyPatch, ahead: int
) -> None:
    here = open_at(database_url)
    Clinic(here).hand_over()
    (job,) = claim(here, owner=ME, limit=1, lease=LEASE)
    monkeypatch.setattr(module, "utc_now", shifted(ahead))
    monkeypatch.setattr("database.storage.engine.utc_now", shifted(ahead))
    there = open_at(database_url)
    assert take_over(there) == 0
    Clinic(there).hand_over(norm="RM-2", kunci="lain")
    (other,) = claim(there, owner="another", limit=1, lease=LEASE)
    assert take_over(here) == 0
    ends = [Clinic(here).job(each.id).lease_until for each in (job, other)]
    assert ends[0] is not None
    assert ends[1] is not None
    assert abs(ends[1] - ends[0]) < timedelta(seconds=30)


@POSTGRES
def test_the_server_is_asked_now_and_then_and_believed_while_it_cannot_be_asked(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    passed = [0.0]
    clock = ServerClock(database.engine, seconds=lambda: passed[0])
    first = clock()
    assert abs(first - datetime.now(UTC)) < timedelta(seconds=30)
    asked = []

    def ask(_engine: object) -> None:
        asked.append(passed[0])
        raise OperationalError("SELECT", {}, Exception())

    monkeypatch.setattr(type(database.engine), "connect", ask)
    passed[0] = FRESH_SECONDS
    assert (clock() - first, asked) == (timedelta(seconds=FRESH_SECONDS), [])
    passed[0] = 100.0
    assert (clock() - first, asked) == (timedelta(seconds=100), [100.0])


@POSTGRES
def test_a_wrong_clock_is_told_in_one_sentence(database: Database) -> None:
    assert say_skew(database.engine) is None
    assert say_skew(database.engine, shifted(4)) is None
    assert "lebih cepat" in (say_skew(database.engine, shifted(120)) or "")
    assert "120 detik lebih lambat" in (say_skew(database.engine, shifted(-120)) or "")


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_file_has_one_machine_and_its_clock(database_url: str, open_at: Open) -> None:
    here = open_at(database_url)
    assert here.clock is utc_now
    assert say_skew(here.engine, shifted(120)) is None
