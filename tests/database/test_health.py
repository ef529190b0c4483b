"""A service that does not answer is left alone, probed by one at a time, and drained in order when it is back."""

import threading
from collections.abc import Callable
from datetime import timedelta

import pytest

from bpjs_client.jenis import Service
from database import Database
from database.claim import claim, has_work
from database.health import NOT_SENT, Heard, probe_answered, probe_failed, take_probe
from database.models import Job, ServiceState
from database.moves import Verdict, move
from database.services import closed_doors, pause, resume
from database.status import Status
from tests.database.clinic import LEASE, ME, MORNING, OTHER, Clinic

WHY = "BPJS tidak dapat dihubungi."
FIRST, WAITS = timedelta(seconds=5), [timedelta(seconds=seconds) for seconds in (5, 10, 60)]
DOWN, UP = Heard(WHY, probe_in=FIRST), Heard(None)
PCARE = ("utama", Service.PCARE)
POSTPONED = Verdict(Status.MENUNGGU, NOT_SENT, WHY, due_in=timedelta(minutes=20))
SENT = Verdict(Status.TERKIRIM, result={"noUrut": "A1"})


@pytest.fixture
def fail(clinic: Clinic) -> Callable[[int], list[int]]:
    """Hands over so many registrations, each of its own patient, whose requests all fail."""

    def requests(count: int) -> list[int]:
        norms = [f"RM-down-{clinic._keys()}" for _ in range(count)]
        ids = [clinic.take(clinic.hand_over("tambah-pendaftaran", norm)) for norm in norms]
        for job_id in ids:
            end(clinic, job_id, POSTPONED, DOWN)
            clinic.clock.advance(seconds=1)
        return ids

    return requests


def end(clinic: Clinic, job_id: int, verdict: Verdict, heard: Heard) -> None:
    move(clinic.database, job_id, verdict, owner=ME, heard=heard)


def state(clinic: Clinic) -> str:
    with clinic.database.read() as session:
        return session.get_one(ServiceState, ("utama", "pcare")).state


def test_three_failures_in_a_row_open_a_service_with_reason_and_time(
    clinic: Clinic, fail: Callable[[int], list[int]]
) -> None:
    fail(2)
    assert closed_doors(clinic.database) == []
    fail(1)
    (door,) = closed_doors(clinic.database)
    assert (door.state, door.reason, door.since) == ("open", WHY, MORNING + timedelta(seconds=2))
    assert door.probe_at == door.since + FIRST


def test_an_answer_in_between_starts_the_count_anew(clinic: Clinic, fail: Callable[[int], list[int]]) -> None:
    fail(2)
    end(clinic, clinic.take(clinic.hand_over("tambah-pendaftaran")), SENT, UP)
    fail(2)
    assert closed_doors(clinic.database) == []


def test_the_other_service_and_the_other_clinic_go_on(
    clinic: Clinic, fail: Callable[[int], list[int]]
) -> None:
    fail(3)
    clinic.hand_over("tambah-pendaftaran")
    free = [clinic.hand_over("tambah-antrean"), clinic.hand_over("tambah-pendaftaran", faskes="cabang")]
    assert clinic.claim() == free


def test_while_a_service_is_down_jobs_wait_without_spending_attempts(
    clinic: Clinic, fail: Callable[[int], list[int]]
) -> None:
    ids = fail(3)
    clinic.clock.advance(hours=5)
    assert clinic.claim() == []
    assert not has_work(clinic.database)
    assert [clinic.job(job_id).attempts for job_id in ids] == [0, 0, 0]


def test_one_prober_at_a_time_and_another_when_it_died(
    clinic: Clinic, fail: Callable[[int], list[int]]
) -> None:
    fail(3)
    assert take_probe(clinic.database) is None
    clinic.clock.advance(seconds=5)
    assert take_probe(clinic.database) == PCARE
    assert take_probe(clinic.database) is None
    clinic.clock.advance(seconds=91)
    assert take_probe(clinic.database) == PCARE


def test_probes_come_at_growing_intervals_up_to_the_last(
    clinic: Clinic, fail: Callable[[int], list[int]]
) -> None:
    fail(3)
    waited = []
    for _ in range(4):
        (door,) = closed_doors(clinic.database)
        assert door.probe_at is not None
        waited.append((door.probe_at - clinic.clock.now).total_seconds())
        clinic.clock.now = door.probe_at
        assert take_probe(clinic.database) == PCARE
        probe_failed(clinic.database, *PCARE, "masih mati", waits=WAITS)
    (door,) = closed_doors(clinic.database)
    assert waited == [4, 10, 60, 60]
    assert (door.reason, door.since) == ("masih mati", MORNING + timedelta(seconds=2))


def test_a_probe_that_is_answered_lets_one_job_through_and_its_answer_all(
    clinic: Clinic, fail: Callable[[int], list[int]]
) -> None:
    ids = fail(4)
    clinic.clock.advance(seconds=9)
    late = clinic.hand_over("tambah-pendaftaran", "RM-late")
    probe_answered(clinic.database, *PCARE)
    assert state(clinic) == "half-open"
    # The oldest, alone; the wait of 20 minutes is over.
    assert clinic.claim() == ids[:1]
    assert clinic.claim() == []
    end(clinic, ids[0], SENT, UP)
    assert state(clinic) == "closed"
    assert clinic.claim() == [*ids[1:], late]


def test_a_job_that_fails_half_open_closes_the_way_again(
    clinic: Clinic, fail: Callable[[int], list[int]]
) -> None:
    ids = fail(3)
    probe_answered(clinic.database, *PCARE)
    clinic.claim()
    end(clinic, ids[0], POSTPONED, DOWN)
    assert state(clinic) == "open"
    assert clinic.claim() == []


def test_two_dispatchers_let_one_job_through_between_them(
    clinic: Clinic, fail: Callable[[int], list[int]]
) -> None:
    fail(4)
    probe_answered(clinic.database, *PCARE)
    taken = [claim(clinic.database, owner=owner, limit=10, lease=LEASE) for owner in (ME, OTHER, ME)]
    assert [len(jobs) for jobs in taken] == [1, 0, 0]


def test_an_answer_that_was_still_on_its_way_closes_it_too(
    clinic: Clinic, fail: Callable[[int], list[int]]
) -> None:
    on_its_way = clinic.take(clinic.hand_over("tambah-pendaftaran", "RM-slow"))
    fail(3)
    end(clinic, on_its_way, SENT, UP)
    assert state(clinic) == "closed"


def test_without_waiting_jobs_an_answered_probe_closes_it(
    clinic: Clinic, fail: Callable[[int], list[int]]
) -> None:
    ids = fail(3)
    with clinic.database.write() as session:
        for job_id in ids:
            session.delete(session.get_one(Job, job_id))
    probe_answered(clinic.database, *PCARE)
    assert state(clinic) == "closed"


def test_a_pause_is_not_lifted_by_answers_nor_deepened_by_failures(
    clinic: Clinic, fail: Callable[[int], list[int]]
) -> None:
    on_their_way = [clinic.take(clinic.hand_over("tambah-pendaftaran", f"RM-{norm}")) for norm in "abcde"]
    pause(clinic.database, *PCARE, "Login PCare ditolak.", mark="tanda")
    for job_id, heard in zip(on_their_way, (UP, DOWN, DOWN, DOWN, UP), strict=True):
        end(clinic, job_id, POSTPONED, heard)
    (door,) = closed_doors(clinic.database)
    assert (door.state, door.reason) == ("paused", "Login PCare ditolak.")
    assert resume(clinic.database, *PCARE)
    fail(2)
    assert closed_doors(clinic.database) == []


def test_a_service_that_is_down_can_be_paused(clinic: Clinic, fail: Callable[[int], list[int]]) -> None:
    fail(3)
    pause(clinic.database, *PCARE, "Login PCare ditolak.", mark="tanda")
    clinic.clock.advance(hours=1)
    assert state(clinic) == "paused"
    assert take_probe(clinic.database) is None


def test_what_bpjs_itself_put_off_is_not_brought_forward(
    clinic: Clinic, fail: Callable[[int], list[int]]
) -> None:
    asked_to_wait = clinic.take(clinic.hand_over("tambah-pendaftaran", "RM-429"))
    later = Verdict(Status.MENUNGGU, "sementara", "sibuk", due_in=timedelta(minutes=10))
    end(clinic, asked_to_wait, later, UP)
    ids = fail(3)
    probe_answered(clinic.database, *PCARE)
    end(clinic, clinic.claim()[0], SENT, UP)
    assert clinic.claim() == ids[1:]


def test_failures_noted_at_once_by_two_dispatchers_all_count(database: Database) -> None:
    """Two first failures both want to make the row."""
    clinic = Clinic(database)
    ids = [clinic.take(clinic.hand_over("tambah-pendaftaran", f"RM-{at}")) for at in range(3)]
    together = threading.Barrier(3)

    def end_one(job_id: int) -> None:
        together.wait()
        end(clinic, job_id, POSTPONED, DOWN)

    threads = [threading.Thread(target=end_one, args=(job_id,)) for job_id in ids]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert [door.state for door in closed_doors(database)] == ["open"]
