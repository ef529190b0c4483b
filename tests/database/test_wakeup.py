"""Waking a dispatcher when there is something to do."""

import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest
from sqlalchemy import text

from database.storage.wakeup import POLL_SECONDS, Waiter
from tests.database.clinic import Clinic


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_new_job_wakes_the_waiter(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("database.storage.wakeup.NOTIFIED_POLL_SECONDS", 90)  # nothing else wakes it
    with Waiter(clinic.database) as waiter, ThreadPoolExecutor(1) as pool:
        woken = pool.submit(waiter.wait, threading.Event())
        clinic.hand_over()
        woken.result(timeout=60)


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_change_wakes_the_waiter_of_a_file_long_before_its_time(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("database.storage.wakeup.POLL_SECONDS", 90)  # nothing else wakes it
    with Waiter(clinic.database) as waiter, ThreadPoolExecutor(1) as pool:
        waiter.wait(threading.Event())  # the first look has nothing to compare with
        woken = pool.submit(waiter.wait, threading.Event())
        time.sleep(0.2)
        assert not woken.done()
        clinic.hand_over()
        woken.result(timeout=60)


def test_the_waiter_looks_again_by_itself_soon(clinic: Clinic) -> None:
    with Waiter(clinic.database) as waiter:
        waiter.wait(threading.Event())  # on a file the first look is answered at once
        started = time.monotonic()
        waiter.wait(threading.Event())
        assert POLL_SECONDS * 0.9 <= time.monotonic() - started < 5


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_stopped_waiter_does_not_wait(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("database.storage.wakeup.POLL_SECONDS", 90)
    stop = threading.Event()
    stop.set()
    with Waiter(clinic.database) as waiter, ThreadPoolExecutor(1) as pool:
        pool.submit(waiter.wait, stop).result(timeout=60)


def test_transactions_are_still_whole_after_a_waiter_has_gone(clinic: Clinic) -> None:
    """The listening connection commits each statement by itself; nobody else may get it."""
    for _ in range(3):
        with Waiter(clinic.database):
            pass
        job_id = clinic.hand_over(norm="RM-UTUH")
        with pytest.raises(KeyboardInterrupt), clinic.database.write() as session:
            session.execute(text("UPDATE jobs SET norm = 'SETENGAH'"))
            raise KeyboardInterrupt
        assert clinic.job(job_id).norm == "RM-UTUH"
