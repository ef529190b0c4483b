"""A process that stops itself at a chosen moment of a delivery: `python -m tests.tasks.frozen WHEN URL JOB …`."""

import os
import signal
import sys
from subprocess import Popen
from typing import Any

from pydantic import SecretStr

import tasks.delivery.deliver
from bpjs_client.jobs import Bpjs
from bpjs_client.settings import BpjsSettings
from database import open_database
from database.jobs.attempts import Asker
from database.jobs.claim import ClaimedJob, claim_one
from database.settings import PROJECT, DatabaseSettings
from tasks.composition import Composition

# Together the lease: short, for it is waited for.
TIMES = {"timeout_seconds": 0.5, "lease_margin_seconds": 0.3}
LEAVING = "leaving"
WHEN = ("claimed", LEAVING)


def start(when: str, url: str, job_id: int, pcare: str, antrean: str) -> "Popen[bytes]":
    """Such a process, which stops when it has come so far; to be continued by SIGCONT."""
    command = [sys.executable, "-m", "tests.tasks.frozen", when, url, str(job_id), pcare, antrean]
    process = Popen(command, cwd=PROJECT)
    _, status = os.waitpid(process.pid, os.WUNTRACED)
    assert os.WIFSTOPPED(status), "it ended before it came so far"
    return process


def freeze(*_: object) -> None:
    os.kill(os.getpid(), signal.SIGSTOP)


def main(when: str, url: str, job_id: str, pcare: str, antrean: str) -> None:
    database = open_database(DatabaseSettings(database_url=SecretStr(url)))
    settings = BpjsSettings(_env_file=None, pcare_base_url=pcare, antrean_base_url=antrean)
    at = Composition(open_database=lambda: database, open_bpjs=lambda _: Bpjs(settings))
    at.settings = at.settings.model_copy(update=TIMES)
    claimed = claim_one(at.database, int(job_id), owner=at.owner, lease=at.settings.lease)
    assert isinstance(claimed, ClaimedJob)
    at.in_hand.add(claimed)
    if when == LEAVING:
        real = tasks.delivery.deliver.open_attempt

        def opened(*given: Any, **more: Any) -> int:
            number = real(*given, **more)
            freeze()
            return number

        tasks.delivery.deliver.open_attempt = opened
    else:
        freeze()
    tasks.delivery.deliver.deliver(claimed, at, asker=Asker(), last_try=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
