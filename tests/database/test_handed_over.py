"""A clinic's system reads its jobs back, and no change falls behind its cursor."""

import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta

import pytest

from database import Database
from database.belonging import note_clinics
from database.status import Status
from database.storage.dialect import oldest_writer
from database.storage.models import Job
from database.views.handed_over import BEGINNING, SETTLED, by_ids, by_kunci, changes_since
from tests.conftest import POSTGRESQL, SQLITE
from tests.database.clinic import MORNING, Clinic, FakeClock, new_row, success
from tests.leaks import leaks


def told(database: Database, faskes: str = "utama") -> list[int]:
    return [job.id for job in changes_since(database, faskes, BEGINNING, limit=100).jobs]


def test_changes_of_the_same_instant_are_told_once_each_whatever_the_size_of_a_page(clinic: Clinic) -> None:
    jobs = [clinic.hand_over(norm=f"RM-{number}") for number in range(7)]
    clinic.clock.advance(seconds=1)
    jobs.append(clinic.hand_over(norm="RM-8"))
    clinic.clock.advance(seconds=60)
    for size in (1, 2, 3, 7, 8, 9):
        cursor, more, seen = BEGINNING, True, []
        while more:
            page = changes_since(clinic.database, "utama", cursor, limit=size)
            seen += [job.id for job in page.jobs]
            cursor, more = page.cursor, page.more
        assert seen == jobs


def test_each_move_of_a_job_tells_it_anew_as_it_is_then(clinic: Clinic) -> None:
    job_id = clinic.hand_over("tambah-pendaftaran")
    cursor = BEGINNING
    verdict = success("tambah-pendaftaran")
    moves: list[Callable[[], object]] = [
        lambda: None,
        lambda: clinic.take(job_id),
        lambda: clinic.finish(job_id, verdict),
    ]
    for move in moves:
        clinic.clock.advance(seconds=1)
        move()
        clinic.clock.advance(minutes=2)
        page = changes_since(clinic.database, "utama", cursor, limit=10)
        assert [job.status for job in page.jobs] == [clinic.status(job_id)]
        cursor = page.cursor
    assert changes_since(clinic.database, "utama", cursor, limit=10).jobs == ()


def test_only_ones_own_jobs_are_told(clinic: Clinic) -> None:
    note_clinics(clinic.database, ["utama", "klinik-b"])
    mine, theirs = clinic.hand_over(kunci="K"), clinic.hand_over(kunci="K", faskes="klinik-b")
    clinic.clock.advance(minutes=2)
    assert (told(clinic.database), told(clinic.database, "klinik-b")) == ([mine], [theirs])
    assert set(by_ids(clinic.database, "utama", [mine, theirs])) == {mine}
    found = by_kunci(clinic.database, "klinik-b", "K")
    assert found is not None
    assert found.id == theirs
    assert by_kunci(clinic.database, "klinik-c", "K") is None


def test_what_it_says_in_a_log_names_nobody(clinic: Clinic) -> None:
    clinic.bring_to(clinic.hand_over("tambah-pendaftaran", kunci="kunci-rahasia"), Status.TERKIRIM)
    clinic.clock.advance(minutes=2)
    said = repr(changes_since(clinic.database, "utama", BEGINNING, limit=10))
    assert leaks(said) == set()
    assert "kunci-rahasia" not in said


@SQLITE
def test_the_feed_waits_for_who_is_in_the_middle_of_a_change(clinic: Clinic) -> None:
    with ThreadPoolExecutor(1) as thread:
        with clinic.database.write() as session:
            session.add(new_row())
            session.flush()
            clinic.clock.advance(minutes=5)
            asked = thread.submit(told, clinic.database)
            time.sleep(0.2)
            assert not asked.done()
        assert asked.result() == [1]


@POSTGRESQL
def test_the_feed_stays_behind_whoever_has_written_and_not_committed(
    database: Database, clock: FakeClock
) -> None:
    """Its time may be older than that of what others committed meanwhile."""
    real = datetime.now(UTC)
    clock.now = real + timedelta(hours=1)
    with database.write() as session:
        session.add(new_row(kunci="lama", rantai="a", updated_at=real - timedelta(minutes=10)))
        session.add(new_row(kunci="baru", rantai="b", updated_at=real + timedelta(minutes=10)))
    assert told(database) == [1, 2]
    with database.write() as late:
        row = late.get_one(Job, 1)
        row.updated_at = real + timedelta(minutes=5)
        late.flush()
        assert told(database) == [1]  # as it was, and nothing that came after
        with database.read() as session:
            began = oldest_writer(session)
            assert began is not None
            assert abs(began - real) < timedelta(seconds=60)
    assert told(database) == [1, 2]
    with database.read() as session:
        assert oldest_writer(session) is None


@pytest.mark.parametrize("age", [timedelta(0), SETTLED - timedelta(seconds=1), SETTLED])
def test_only_settled_changes_are_told(clinic: Clinic, age: timedelta) -> None:
    clinic.hand_over()
    clinic.clock.now = MORNING + age
    assert told(clinic.database) == ([1] if age == SETTLED else [])
