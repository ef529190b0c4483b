"""What another process does to the database: `python -m tests.database.child WHAT URL [ARGUMENTS]`."""

import sys
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from subprocess import PIPE, Popen
from unittest.mock import patch

from pydantic import SecretStr

from database import Database, enqueue, open_database
from database.jobs.claim import claim
from database.jobs.handover import queue_up
from database.jobs.moves import move
from database.jobs.verdict import Verdict
from database.settings import PROJECT, DatabaseSettings
from database.status import Status
from database.storage import engine
from database.storage.dialect import is_file
from database.storage.time_limits import PATIENCE
from tests.tasks.bodies import ANTREAN


def start(what: str, url: str, *arguments: str) -> "Popen[str]":
    """Another process doing `what`; it waits for a line on stdin before it begins."""
    command = [sys.executable, "-m", "tests.database.child", what, url, *arguments]
    child = Popen(command, cwd=PROJECT, stdin=PIPE, stdout=PIPE, text=True)
    assert child.stdout is not None
    assert child.stdout.readline() == "ready\n"
    return child


def go(*children: "Popen[str]") -> list[list[str]]:
    """Let them all begin at once; what each said until its end. All must end well."""
    for child in children:
        assert child.stdin is not None
        child.stdin.write("go\n")
        child.stdin.flush()
    said = [child.communicate(timeout=60)[0].split() for child in children]
    assert [child.returncode for child in children] == [0] * len(children)
    return said


def opened(url: str) -> Database:
    return open_database(DatabaseSettings(database_url=SecretStr(url)))


def open_it(url: str) -> None:
    """Open a database that is empty yet."""
    opened(url).close()


def hand_over_and_stay(url: str) -> None:
    """Hand over one job, print its answer, and never end by itself."""
    print(enqueue("tambah-antrean", "RM-1", "Pasien Contoh", ANTREAN, database=opened(url)).id, flush=True)
    time.sleep(600)


def hand_over_half(url: str, idle: str) -> None:
    """Stay in the middle of handing over; on PostgreSQL so many seconds are allowed."""
    patch.object(engine, "PATIENCE", replace(PATIENCE, idle=float(idle))).start()  # until this process ends
    database = opened(url)
    with database.write() as session:
        session.connection()  # SQLite's lock is taken with the transaction's beginning
        if not is_file(database.engine):
            queue_up(session)
        print("half", flush=True)
        time.sleep(600)


def hand_over_many(url: str, number: str) -> None:
    """Hand over the same jobs as the other process; print the ids of those that were new."""
    database = opened(url)
    for key in range(int(number)):
        done = enqueue("tambah-antrean", "RM-1", "P", ANTREAN, kunci=f"k{key}", database=database)
        if done.new:
            print(done.id)


def send_all(url: str, owner: str) -> None:
    """Claim and finish until nothing is left; print the ids."""
    database = opened(url)
    while jobs := claim(database, owner=owner, limit=5, lease=timedelta(seconds=60)):
        for job in jobs:
            assert job.claim
            move(database, job.claim, Verdict(Status.TERKIRIM, result={}))
            print(job.id)


WHAT: dict[str, Callable[..., None]] = {
    "open": open_it,
    "hand-over-and-stay": hand_over_and_stay,
    "hand-over-half": hand_over_half,
    "hand-over-many": hand_over_many,
    "send-all": send_all,
}

if __name__ == "__main__":
    print("ready", flush=True)
    sys.stdin.readline()
    WHAT[sys.argv[1]](*sys.argv[2:])
