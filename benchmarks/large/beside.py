"""Measures claims while old jobs are deleted by another process, as the worker's maintenance is one."""

from dataclasses import dataclass
from datetime import timedelta
from multiprocessing import get_context
from statistics import median
from time import monotonic, perf_counter

from pydantic import SecretStr

from benchmarks.large.questions import claim_and_put_back
from database import Database, open_database
from database.settings import DatabaseSettings
from database.storage.retention import delete_settled

_SECONDS = 20.0
_WARM_UP_SECONDS = 3.0


@dataclass(frozen=True)
class Claims:
    """Claims of 40 jobs, each put back: how many a second; how many milliseconds one takes."""

    rate: float
    median: float
    p95: float


@dataclass(frozen=True)
class Deleted:
    """Jobs that a run of the maintenance deleted, alone."""

    jobs: int
    seconds: float

    @property
    def milliseconds(self) -> float:
        """For a thousand of them, with the rests between the batches."""
        return 1_000_000 * self.seconds / max(self.jobs, 1)


def delete(database: Database, keep: timedelta) -> Deleted:
    """Delete what is older; alone."""
    began = perf_counter()
    return Deleted(delete_settled(database, keep), perf_counter() - began)


def claims_beside_deletion(database: Database, url: str, keep: timedelta) -> tuple[Claims, Claims]:
    """Claims alone, and while what is older than `keep` is deleted, which is broken off at the end."""
    alone = _claims(database)
    worker = get_context("spawn").Process(target=_delete, args=(url, keep))
    worker.start()
    try:
        _claims(database, seconds=_WARM_UP_SECONDS)
        beside = _claims(database)
        assert worker.is_alive(), "all was deleted before the measurement ended"
    finally:
        worker.terminate()
        worker.join()
    return alone, beside


def _delete(url: str, keep: timedelta) -> None:
    delete_settled(open_database(DatabaseSettings(database_url=SecretStr(url))), keep)


def _claims(database: Database, seconds: float = _SECONDS) -> Claims:
    times: list[float] = []
    ends = monotonic() + seconds
    while monotonic() < ends:
        began = perf_counter()
        claim_and_put_back(database)
        times.append(1000 * (perf_counter() - began))
    ordered = sorted(times)
    return Claims(len(times) / seconds, median(times), ordered[int(0.95 * len(ordered))])
