"""A load through a cluster whose parts are killed, and what is true of it afterwards."""

import re
import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx

from database.settings import DatabaseSettings
from tests.chaos.verdict import CREATES, problems
from tests.cluster.cluster import cluster
from tests.cluster.load import Kill, deliver, hand_over, people
from tests.cluster.recorded import Recorded, wait_until_recorded

LATENCY_MS = 50
_TOLD = re.compile(r"had lost the end of (\d+) task runs")


@dataclass(frozen=True)
class Figures:
    """What it was like, and what was broken by it."""

    jobs: int
    start_seconds: float
    deliver_seconds: float
    record_seconds: float
    killed: dict[str, float]  # when each kill was, in seconds from the beginning of the load
    recorded: Recorded
    told: int  # ends of task runs that Prefect had lost and was told by us
    doubled: int
    broken: list[str]
    said: str

    @property
    def holds(self) -> bool:
        """Whether nothing was lost or doubled, and every task run is recorded."""
        return not (self.broken or self.doubled or self.recorded.missing)


def rush(
    folder: Path,
    *,
    patients: int,
    clinics: int,
    kills: Sequence[Kill],
    seconds: float,
    patience: float,
    also_hanging: bool,
    watch_seconds: int = 30,
    tell: Callable[[str], None] = print,
) -> Figures:
    """Start a cluster in a folder, hand over the patients' jobs, kill, wait, judge.

    `patience`: how long Prefect may get no further in recording. `also_hanging`: wait for what was in the hands of
    a dispatcher that was killed too, of which Prefect hears after minutes. `watch_seconds`: BPJS_WATCH_SECONDS.
    """
    zone = ZoneInfo(DatabaseSettings.model_fields["timezone"].default)
    day = datetime.now(zone).date()
    everybody = people(patients, clinics, day)
    begun = time.monotonic()
    with cluster(folder, latency_ms=LATENCY_MS, watch_seconds=watch_seconds) as whole:
        started = time.monotonic()
        jobs = hand_over(whole.database, everybody)
        for dispatcher in whole.dispatchers:
            dispatcher.start()
        load = time.monotonic()
        killed = deliver(whole, jobs, kills, seconds=seconds, tell=tell)
        delivered = time.monotonic()
        known = wait_until_recorded(
            whole.database, whole.prefect_url, patience=patience, also_hanging=also_hanging
        )
        written = time.monotonic()
        ledger = httpx.get(f"{whole.plan.control_url}/ledger", timeout=120).json()
        broken = problems(whole.database, ledger, everybody)
        said = whole.said()
    return Figures(
        jobs=jobs,
        start_seconds=started - begun,
        deliver_seconds=delivered - load,
        record_seconds=written - delivered,
        killed=killed,
        recorded=known,
        told=sum(map(int, _TOLD.findall(said))),
        doubled=doubled(ledger["writes"]),
        broken=broken,
        said=said,
    )


def doubled(writes: Sequence[dict[str, Any]]) -> int:
    """How many registrations and visits took effect more than once at BPJS."""
    taken = Counter(
        (write["endpoint"], write["body"]["noKartu"])
        for write in writes
        if write["committed"] and write["endpoint"] in CREATES
    )
    return sum(times - 1 for times in taken.values())
