"""Sends what is due as `bpjs send` does, in this process; prints an `Ended` as JSON (see limit.py)."""

import os
import sys
from uuid import UUID

from benchmarks.stopwatch import Stopwatch
from tasks.prefect_server.environment import configure


def main(concurrency: int) -> None:
    """Burst after burst, until nothing is due."""
    configure(os.environ)
    from database.jobs.claim import has_work  # noqa: PLC0415 - as the next two
    from flows.in_process.sending import Sender  # noqa: PLC0415 - Prefect reads its settings when it is imported
    from tasks.composition import composition  # noqa: PLC0415

    sender = Sender(composition(), concurrency)
    assert has_work(sender.at.database), "nothing is due"  # the database is open now
    watch = Stopwatch()
    runs: dict[UUID, int] = {}
    while sender.burst():
        runs |= sender.unrecorded
    watch.sent()
    print(watch.recorded(runs))


if __name__ == "__main__":
    main(int(sys.argv[1]))
