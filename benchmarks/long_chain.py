"""Measures the hand-over of many lines of one `rantai`: twice as many take twice as long, not four times."""

import json
import tempfile
import time
from datetime import date
from pathlib import Path

from pydantic import SecretStr

from benchmarks.measured import Measured
from benchmarks.workload import additions
from database import enqueue_lines, open_database
from database.settings import DatabaseSettings

COUNTS = (1_000, 2_000, 4_000)


def measure(today: date) -> list[Measured]:
    """Each count in a new SQLite database; the ratio is 1 where the last line costs what the first does."""
    return [Measured(f"a chain of {count:,}", count, _seconds(today, count)) for count in COUNTS]


def _seconds(today: date, count: int) -> float:
    lines = [json.dumps(line | {"rantai": "satu"}) for line in additions(today, 0, count)]
    with tempfile.TemporaryDirectory(prefix="bpjs-chain-") as folder:
        address = SecretStr(f"sqlite:///{folder}/bpjs.db")
        database = open_database(
            DatabaseSettings(database_url=address, data_keys=None, data_key_file=Path(folder) / "data.key")
        )
        started = time.perf_counter()
        answers = list(enqueue_lines(lines, database=database))
        seconds = time.perf_counter() - started
        database.close()
    assert all(answer["new"] for answer in answers)
    return seconds
