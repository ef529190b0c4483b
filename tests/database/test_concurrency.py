"""Many claimers at once: no job twice, no chain twice in hand, none forgotten."""

import threading
from collections import Counter
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from functools import partial
from typing import Any

import psycopg
import pytest
from sqlalchemy import text

from database import Database, Enqueued, enqueue
from database.jobs.claim import ClaimedJob, Waiting, claim, claim_one
from database.status import Status
from tests.database.child import go, start
from tests.database.clinic import LEASE, ME, MORNING, OTHER, Clinic, body_of, success

CHAINS = 12
STEPS = ("tambah-antrean", "panggil-antrean", "tambah-pendaftaran", "tambah-kunjungan")


def a_day(clinic: Clinic) -> list[int]:
    """Every step of a dozen visits, the last steps handed over first."""
    return [clinic.hand_over(jenis, f"RM-{norm}") for jenis in reversed(STEPS) for norm in range(CHAINS)]


def test_threads_never_get_one_job_twice_nor_a_chain_out_of_order(clinic: Clinic) -> None:
    ids, sent, lock = a_day(clinic), [], threading.Lock()

    def work(number: int) -> None:
        owner = f"dispatcher-{number}"
        while any(clinic.status(job_id) == Status.MENUNGGU for job_id in ids):
            for job in claim(clinic.database, owner=owner, limit=3, lease=LEASE):
                with lock:
                    sent.append(job)
                clinic.finish(job.id, success(job.jenis), owner=owner)

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(work, range(6)))
    assert sorted(job.id for job in sent) == sorted(ids)
    for norm in {job.norm for job in sent}:
        steps = [str(job.jenis) for job in sent if job.norm == norm]
        assert [step for step in steps if "antrean" in step] == list(STEPS[:2])
        assert [step for step in steps if "antrean" not in step] == list(STEPS[2:])


def test_two_processes_never_get_one_job_twice(clinic: Clinic, database_url: str) -> None:
    ids = [clinic.hand_over(norm=f"RM-{number}") for number in range(60)]
    children = [start("send-all", database_url, owner) for owner in (ME, OTHER)]
    sent = Counter(int(job_id) for said in go(*children) for job_id in said)
    assert sent == Counter(ids)
    assert {clinic.status(job_id) for job_id in ids} == {Status.TERKIRIM}


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
@pytest.mark.parametrize("one", [False, True])
def test_a_claimer_that_loses_the_race_for_a_chain_goes_without(
    clinic: Clinic, database_url: str, one: bool
) -> None:
    """The other takes a call in hand while we, who saw it waiting, take its newly arrived predecessor."""
    call = clinic.hand_over("panggil-antrean")
    with psycopg.connect(database_url) as rival:
        rival.execute(
            "UPDATE jobs SET status = 'proses', lease_owner = 'x', lease_until = now() + interval '1 hour'"
            " WHERE id = %s",
            (call,),
        )
        add = clinic.hand_over("tambah-antrean")
        with ThreadPoolExecutor(1) as pool:
            take: Any = partial(claim_one, job_id=add) if one else partial(claim, limit=5)
            claimed = pool.submit(take, clinic.database, owner=ME, lease=LEASE)
            wait_until_somebody_waits(clinic)
            rival.commit()
            answer = claimed.result(timeout=10)
    assert clinic.status(add) == Status.MENUNGGU
    assert answer == (Waiting(Status.MENUNGGU, f"menunggu panggil-antrean #{call} (proses)") if one else [])


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_hand_over_waits_for_one_that_is_half_way_and_then_knows_its_jobs(clinic: Clinic) -> None:
    half_way, go_on = threading.Event(), threading.Event()

    def pauses() -> datetime:  # the clock is read between looking for the kunci and storing the job
        half_way.set()
        assert go_on.wait(timeout=10)
        return MORNING

    slow = Database(clinic.database.engine, timezone=clinic.database.timezone, clock=pauses)
    with ThreadPoolExecutor(2) as pool:
        first = pool.submit(hand_over_k, slow)
        assert half_way.wait(timeout=10)
        second = pool.submit(hand_over_k, clinic.database)
        wait_until_somebody_waits(clinic)
        go_on.set()
        answers = [first.result(timeout=10), second.result(timeout=10)]
    assert [answer.new for answer in answers] == [True, False]
    assert answers[0].id == answers[1].id


def hand_over_k(database: Database) -> Enqueued:
    return enqueue("tambah-antrean", "RM-1", "P", body_of("tambah-antrean"), kunci="K", database=database)


def wait_until_somebody_waits(clinic: Clinic) -> None:
    """Until a transaction of this database waits for another's lock."""
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
    pause = threading.Event()
    for _ in range(1000):
        with clinic.database.read() as session:
            if session.scalar(waiting):
                return
        pause.wait(0.01)
    raise AssertionError("nobody waits")


def test_of_threads_that_want_one_job_one_gets_it_and_the_others_are_told_why(clinic: Clinic) -> None:
    job_id = clinic.hand_over()

    def work(number: int) -> ClaimedJob | Waiting:
        return claim_one(clinic.database, job_id, owner=f"dispatcher-{number}", lease=LEASE)

    with ThreadPoolExecutor(8) as pool:
        answers = list(pool.map(work, range(8)))
    assert sum(isinstance(answer, ClaimedJob) for answer in answers) == 1
    assert {answer.status for answer in answers if isinstance(answer, Waiting)} == {Status.PROSES}
