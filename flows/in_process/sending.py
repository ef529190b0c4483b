"""Runs `kirim` again and again in this process, never faster than Prefect's server can record."""

import logging
import signal
import threading
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ProcessPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from multiprocessing import get_context
from multiprocessing.synchronize import Event as EventType
from typing import cast
from uuid import UUID

from prefect import get_client

from database.jobs.claim import has_work, senders
from database.status import Status
from database.views.counts import count_statuses
from flows.kirim import CONCURRENCY, Done, awaiter, kirim
from tasks.composition import Composition, composition
from tasks.dispatch.intake import TakingUp
from tasks.dispatch.probing import keep_probing, probe_due
from tasks.prefect_server.recording import runs_behind, wait_until_recorded
from tasks.prefect_server.temporary_server import shared_server

logger = logging.getLogger(__name__)

# Prefect's server silently drops what is more than 10,000 events behind; a job is about three of them. All
# processes that send share this, and a burst comes on top of it.
MOST_BEHIND = 2_000
RECORDING_TIMEOUT_SECONDS = 60.0
_LOOK_SECONDS = 0.5

Progress = Callable[[int], None]  # told how many jobs were done so far


@dataclass(frozen=True)
class Totals:
    """The jobs that one sending took, as they stand at its end."""

    terkirim: int
    gagal: int
    tidak_pasti: int
    menunggu: int
    seconds: float

    @property
    def done(self) -> int:
        """Jobs taken in hand, however they ended."""
        return self.terkirim + self.gagal + self.tidak_pasti + self.menunggu


@dataclass
class Sender:
    """Runs bursts one after another and keeps account of what Prefect has yet to record."""

    at: Composition
    concurrency: int = CONCURRENCY
    job_ids: list[int] = field(default_factory=list)
    # The task runs of each flow run that Prefect may not have recorded yet.
    unrecorded: dict[UUID, int] = field(default_factory=dict)

    def burst(self, *, once: bool = False, await_work: Callable[[], None] | None = None) -> int:
        """Run `kirim` once if there is work, else nothing; returns how many task runs it made.

        `await_work`: how the run waits for more, before it ends.

        Raises DatabaseError, and what Prefect's client raises when its server cannot be reached.
        """
        if not has_work(self.at.database, self.at.clinics.room):
            return 0
        self._wait_for_room()
        token = awaiter.set(await_work)
        try:
            done = cast(Done, kirim(serentak=self.concurrency, sekali=once))
        finally:
            awaiter.reset(token)
        self.job_ids.extend(done.job_ids)
        runs = len(done.job_ids) + done.shown
        if done.flow_run_id is not None and runs:
            self.unrecorded[done.flow_run_id] = runs
        return runs

    def _wait_for_room(self) -> None:
        """Slow down while Prefect's server trails; but a server that lost runs never catches up with them."""
        share = MOST_BEHIND // senders(self.at.database, beside=self.at.owner)
        behind, since = self.behind(), time.monotonic()
        while behind > share and not self.at.stop.wait(_LOOK_SECONDS):
            now = self.behind()
            if now < behind:
                behind, since = now, time.monotonic()
            elif time.monotonic() - since > RECORDING_TIMEOUT_SECONDS:
                logger.warning("Prefect's server has lost %d task runs", now)
                self.unrecorded.clear()
                return

    def behind(self) -> int:
        """The number of finished task runs that Prefect's server has not recorded yet."""
        lags = {run_id: runs_behind(run_id, count) for run_id, count in self.unrecorded.items()}
        self.unrecorded = {run_id: count for run_id, count in self.unrecorded.items() if lags[run_id]}
        return sum(lags.values())

    def wait_until_recorded(self) -> int:
        """Return when Prefect knows the end of every run; else how many it still misses."""
        return wait_until_recorded(self.unrecorded, timeout=RECORDING_TIMEOUT_SECONDS, poll=_LOOK_SECONDS)


def send_due(
    *,
    until_empty: bool,
    concurrency: int = CONCURRENCY,
    processes: int = 1,
    progress: Progress | None = None,
) -> Totals:
    """Send what is due now; returns when every task run is recorded by Prefect.

    Raises DatabaseError, and what Prefect's client raises when its server cannot be reached.
    """
    if processes > 1:
        return _in_processes(processes, concurrency, until_empty=until_empty)
    sender = Sender(composition(), concurrency)
    sender.at.resume_after_new_credential()
    probe_due(sender.at)
    taking_up = TakingUp(sender.at)
    taking_up.in_time()
    if has_work(sender.at.database):
        _wake_prefect()
    started = time.monotonic()
    with keep_probing(sender.at), taking_up.beside():
        while _burst(sender, taking_up, once=not until_empty) and until_empty and not sender.at.stop.is_set():
            if progress:
                progress(len(sender.job_ids))
    seconds = time.monotonic() - started
    sender.wait_until_recorded()
    return _totals(sender, seconds)


def _burst(sender: Sender, taking_up: TakingUp, *, once: bool) -> int:
    """One burst; where nothing is left to do, one of what was written meanwhile."""
    ran = sender.burst(once=once)
    if not ran and not once:
        taking_up.in_time()
        ran = sender.burst()
    return ran


def _in_processes(processes: int, concurrency: int, *, until_empty: bool) -> Totals:
    """Share the one concurrency limit between processes; what one of them claims no other gets."""
    shares = [len(range(at, concurrency, processes)) for at in range(processes)]
    context = get_context("spawn")
    stop = context.Event()
    pool = ProcessPoolExecutor(processes, mp_context=context, initializer=_obey, initargs=(stop,))
    with shared_server(), passed_on(composition().stop, stop.set), pool:
        send = partial(_send_share, until_empty)
        parts = list(pool.map(send, [share for share in shares if share]))
    return Totals(
        terkirim=sum(part.terkirim for part in parts),
        gagal=sum(part.gagal for part in parts),
        tidak_pasti=sum(part.tidak_pasti for part in parts),
        menunggu=sum(part.menunggu for part in parts),
        seconds=max(part.seconds for part in parts),
    )


def _obey(stop: EventType) -> None:
    """In each process: a shutdown is the first process's to decide, who hears the signals."""
    signal.signal(signal.SIGINT, signal.SIG_IGN)

    def wait_for_it() -> None:
        try:
            stop.wait()
        finally:  # also when the first process is gone: without it nobody would ever stop this one
            composition().stop.set()

    threading.Thread(target=wait_for_it, daemon=True).start()


@contextmanager
def passed_on(event: threading.Event, act: Callable[[], None]) -> Iterator[None]:
    """Do something when an event of this process is set during a `with` block."""
    over = threading.Event()

    def watch() -> None:
        while not over.wait(_LOOK_SECONDS):
            if event.is_set():
                act()
                return

    threading.Thread(target=watch, daemon=True).start()
    try:
        yield
    finally:
        over.set()


def _send_share(until_empty: bool, concurrency: int) -> Totals:
    return send_due(until_empty=until_empty, concurrency=concurrency)


def _wake_prefect() -> None:
    """Wait for Prefect's server; a temporary one starts here and not inside the time that is measured."""
    with get_client(sync_client=True) as client:
        client.hello()


def _totals(sender: Sender, seconds: float) -> Totals:
    counts = count_statuses(sender.at.database, sorted(set(sender.job_ids)))
    return Totals(
        terkirim=counts[Status.TERKIRIM],
        gagal=counts[Status.GAGAL],
        tidak_pasti=counts[Status.TIDAK_PASTI],
        menunggu=counts[Status.MENUNGGU] + counts[Status.PROSES],
        seconds=seconds,
    )
