"""Measures claims while old jobs are deleted by another process, as the worker's maintenance is one."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from multiprocessing import get_context
from multiprocessing.synchronize import Event
from statistics import mean, median
from time import monotonic, perf_counter

from pydantic import SecretStr

from benchmarks.large.fill import HOURS_A_DAY
from benchmarks.large.questions import claim_and_put_back
from database import Database, open_database
from database.settings import DatabaseSettings
from database.storage.retention import delete_settled, rest_longer

_TURNS, _SECONDS = 6, 4.0
_PARTS = 5


@dataclass(frozen=True)
class Claims:
    """Claims of 40 jobs, each put back: how many a second; how many milliseconds one takes."""

    rate: float
    median: float
    p95: float


def deletions_in_turn(databases: Sequence[Database], days: Sequence[int]) -> list[float]:
    """Delete the oldest day of each database in parts; the milliseconds of a thousand jobs, without rests."""
    worked: list[list[float]] = [[] for _ in databases]
    deleted = [0 for _ in databases]
    for part in range(1, _PARTS + 1):
        for place, (database, oldest) in enumerate(zip(databases, days, strict=True)):
            keep = timedelta(days=oldest - 1) + (1 - part / _PARTS) * HOURS_A_DAY
            began = perf_counter()
            deleted[place] += delete_settled(database, keep, rest=lambda _seconds: None)
            worked[place].append(perf_counter() - began)
    return [1_000_000 * sum(times) / max(jobs, 1) for times, jobs in zip(worked, deleted, strict=True)]


def claims_beside_deletion(database: Database, url: str, keep: timedelta) -> tuple[Claims, Claims]:
    """Claims alone and while what is older than `keep` is deleted, in short turns.

    So whatever else the machine does meets both. The deletion is broken off at the end.
    """
    spawned = get_context("spawn")
    goes_on = spawned.Event()
    worker = spawned.Process(target=_delete, args=(url, keep, goes_on))
    worker.start()
    alone: list[float] = []
    beside: list[float] = []
    try:
        for _ in range(_TURNS):
            goes_on.clear()
            _claim_for(1.0, database)  # until the batch under way has ended
            alone += _claim_for(_SECONDS, database)
            goes_on.set()
            beside += _claim_for(_SECONDS, database)
        assert worker.is_alive(), "all was deleted before the measurement ended"
    finally:
        worker.terminate()
        worker.join()
    return _summed(alone), _summed(beside)


def _delete(url: str, keep: timedelta, goes_on: Event) -> None:
    def rest(seconds: float) -> None:
        rest_longer(seconds)
        goes_on.wait()

    goes_on.wait()
    delete_settled(open_database(DatabaseSettings(database_url=SecretStr(url))), keep, rest=rest)


def _claim_for(seconds: float, database: Database) -> list[float]:
    """Milliseconds of each claim."""
    times: list[float] = []
    ends = monotonic() + seconds
    while monotonic() < ends:
        began = perf_counter()
        claim_and_put_back(database)
        times.append(1000 * (perf_counter() - began))
    return times


def _summed(times: list[float]) -> Claims:
    ordered = sorted(times)
    return Claims(1000 / mean(times), median(times), ordered[int(0.95 * len(ordered))])
