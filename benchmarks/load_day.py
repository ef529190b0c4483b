"""`make load`: a day of many clinics in minutes: a morning peak, an outage, bad data; on PostgreSQL.

Prefect's own database is SQLite unless PREFECT_SERVER_DATABASE_CONNECTION_URL names a PostgreSQL, which
production has, and which a whole day of 500 clinics needs.
"""

import argparse
import math
import os
import random
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pygal
from pydantic import SecretStr
from rich.console import Console
from rich.table import Table
from sqlalchemy import text

from database import Database, open_database
from database.jobs.handover import NewJob, read_line, store
from database.settings import PROJECT, DatabaseSettings
from deployments import commands
from deployments.children.processes import Children
from deployments.children.signals import Stop
from deployments.run.plan import demo_plan
from deployments.run.screen import Screen
from deployments.run.stack import Stack
from tasks.prefect_server.environment import API_URL
from tasks.prefect_server.password import basic_auth
from tests.chaos.patients import Patient
from tests.postgres import start_postgres

HOURS = 12.0
PEAK_HOUR, PEAK_SPREAD, IN_PEAK = 2.0, 1.0, 0.6
OUTAGE = (5.0, 7.0)  # hours after opening
STEP_HOURS = (0.0, 0.2, 0.25, 0.5)  # when a patient's jobs are handed over, after the first
BAD_EVERY = 25  # of the patients: one of two jobs refused, the other waits behind it
BUCKETS = 60
LATENCY_MS = 50
STUCK_SECONDS = 180
SAMPLE_SECONDS = 5.0
PREFECT_DATABASE = "PREFECT_SERVER_DATABASE_CONNECTION_URL"
_QUICK = {"BPJS_TRY_SECONDS": "5,10,20,30,60", "BPJS_PROBE_SECONDS": "1,2,5", "BPJS_WATCH_SECONDS": "30"}
_ALL_CLINICS = {"BPJS_SHARE_CREDENTIAL": "true"}  # the simulator has one, which serves them all


@dataclass(frozen=True)
class Size:
    """The size of the day, and the seconds in which it passes."""

    jobs: int
    clinics: int
    seconds: float
    dispatchers: int
    concurrency: int

    def after(self, hours: float) -> float:
        """Seconds after the beginning."""
        return hours / HOURS * self.seconds


@dataclass(frozen=True)
class Delivered:
    """One job at its end; seconds after the beginning."""

    faskes: str
    status: str
    handed_over: float
    lag: float | None


def arrivals(size: Size, today: date) -> list[tuple[float, NewJob]]:
    """Every job of the day and when it is handed over, in that order."""
    dice = random.Random(1)
    day = []
    for number in range(size.jobs // 4):
        patient = Patient(8 * number + (7 if number % BAD_EVERY == 0 else 0), today)
        in_peak = dice.random() < IN_PEAK
        hour = dice.gauss(PEAK_HOUR, PEAK_SPREAD) if in_peak else dice.uniform(0, HOURS - 1)
        for line, later in zip(patient.lines(), STEP_HOURS, strict=False):
            at = size.after(min(max(hour, 0.0), HOURS - 1) + later)
            day.append((at, read_line(line | {"faskes": f"klinik-{number % size.clinics:03}"})))
    return sorted(day, key=lambda each: each[0])


def hand_over(database: Database, day: list[tuple[float, NewJob]], begin: float) -> None:
    """As a day passes: what is due is handed over, four times a second."""
    waiting = iter(day)
    ahead = next(waiting, None)
    while ahead is not None:
        now, batch = time.time() - begin, []
        while ahead is not None and ahead[0] <= now:
            batch.append(ahead[1])
            ahead = next(waiting, None)
        store(database, batch)
        time.sleep(0.25)


@contextmanager
def outage(size: Size, begin: float, control_url: str) -> Iterator[None]:
    """BPJS is away for two of the day's hours."""

    def act() -> None:
        for at, on in zip(OUTAGE, (True, False), strict=True):
            time.sleep(max(begin + size.after(at) - time.time(), 0))
            httpx.post(f"{control_url}/control/outage", json={"on": on}, timeout=30).raise_for_status()

    thread = threading.Thread(target=act, daemon=True)
    thread.start()
    yield
    thread.join()


_ON_ITS_WAY = """
SELECT count(*) FROM jobs
WHERE status IN ('proses', 'tidak_pasti')
    OR status = 'menunggu' AND rantai NOT IN (SELECT rantai FROM jobs WHERE status = 'gagal')
"""
_HOW_IT_ENDED = """
SELECT faskes, status, extract(epoch FROM created_at), extract(epoch FROM sent_at) FROM jobs
"""


@contextmanager
def memory_of(processes: list[int], samples: list[float]) -> Iterator[None]:
    """Notes the processes' resident memory, in megabytes, every few seconds of a `with` block."""
    over = threading.Event()

    def note() -> None:
        while not over.wait(SAMPLE_SECONDS):
            asked = ["ps", "-o", "rss=", "-p", ",".join(map(str, processes))]
            said = subprocess.run(asked, capture_output=True, text=True, check=False).stdout
            samples.append(sum(map(int, said.split())) / 1024)

    thread = threading.Thread(target=note, daemon=True)
    thread.start()
    yield
    over.set()
    thread.join()


def wait_until_settled(database: Database) -> tuple[int, float]:
    """The number of jobs that are on their way still, and the seconds until it was none or no longer fell."""
    query = text(_ON_ITS_WAY)
    started = changed = time.monotonic()
    left = -1
    while left and time.monotonic() - changed < STUCK_SECONDS:
        with database.engine.connect() as connection:
            now = connection.execute(query).scalar_one()
        if now != left:
            left, changed = now, time.monotonic()
        time.sleep(1)
    return left, changed - started


def outcome(database: Database, begin: float) -> list[Delivered]:
    """The end of every job."""
    query = text(_HOW_IT_ENDED)
    with database.engine.connect() as connection:
        return [
            Delivered(faskes, status, float(created) - begin, float(sent - created) if sent else None)
            for faskes, status, created, sent in connection.execute(query)
        ]


def recorded(environ: Mapping[str, str], expected: int) -> tuple[int, float]:
    """The number of task runs whose end Prefect knows, and the seconds until it was all or no more came."""
    ended = {"task_runs": {"state": {"type": {"any_": ["COMPLETED", "FAILED", "CANCELLED", "CRASHED"]}}}}
    url = f"{environ[API_URL]}/task_runs/count"
    started, count, changed = time.monotonic(), -1, time.monotonic()
    while time.monotonic() - changed < 30 and count < expected:
        now = httpx.post(url, json=ended, auth=basic_auth(environ), timeout=60).json()
        if now != count:
            count, changed = now, time.monotonic()
        time.sleep(1)
    return count, changed - started


def doubled(writes: list[dict[str, Any]]) -> int:
    """Of what must be there once: a panggil or batal whose answer was lost is repeated by design."""
    taken = Counter(
        (write["endpoint"], write["body"].get("noKartu"))
        for write in writes
        if write["committed"] and write["endpoint"] in {"pendaftaran", "kunjungan"}
    )
    return sum(times - 1 for times in taken.values())


def figures(size: Size, jobs: list[Delivered]) -> dict[str, str]:
    """The day in figures, each with its name."""
    lags = [job.lag for job in jobs if job.lag is not None]
    calm = [(job, job.lag) for job in jobs if job.lag is not None and not _near_outage(size, job.handed_over)]
    first = [lag for job, lag in calm if job.handed_over < size.after(OUTAGE[0])]
    last = [lag for job, lag in calm if job.handed_over > size.after(OUTAGE[1])]
    by_clinic = defaultdict(list)
    for job, lag in calm:
        by_clinic[job.faskes].append(lag)
    medians = sorted(statistics.median(each) for each in by_clinic.values())
    counts = {word: sum(job.status == word for job in jobs) for word in ("terkirim", "gagal", "menunggu")}
    return {
        "jobs": f"{len(jobs)}, of {len({job.faskes for job in jobs})} clinics",
        "ended as": ", ".join(f"{count} {word}" for word, count in counts.items()),
        "lag, median / 95 %": f"{_of(lags, 0.5):.1f} s / {_of(lags, 0.95):.1f} s",
        "the same before the outage": f"{_of(first, 0.5):.1f} s / {_of(first, 0.95):.1f} s",
        "the same after its backlog": f"{_of(last, 0.5):.1f} s / {_of(last, 0.95):.1f} s",
        "clinics' own medians, lowest to highest": f"{medians[0]:.1f} s to {medians[-1]:.1f} s",
    }


def _near_outage(size: Size, at: float) -> bool:
    return size.after(OUTAGE[0] - 0.5) < at < size.after(OUTAGE[1] + 1.5)


def _of(values: list[float], part: float) -> float:
    return sorted(values)[min(math.floor(part * len(values)), len(values) - 1)] if values else math.nan


def plot(size: Size, jobs: list[Delivered], file: Path) -> None:
    """Handed over and delivered, by time."""
    end = max([size.seconds, *(job.handed_over + (job.lag or 0) for job in jobs)])
    given, taken = [0] * (BUCKETS + 1), [0] * (BUCKETS + 1)
    for job in jobs:
        given[int(job.handed_over / end * BUCKETS)] += 1
        if job.lag is not None:
            taken[int((job.handed_over + job.lag) / end * BUCKETS)] += 1
    chart = pygal.Line(title="Jobs in each part of the day", x_label_rotation=45, show_dots=False)
    seconds = [end * bucket / BUCKETS for bucket in range(BUCKETS + 1)]
    chart.x_labels = [f"{at:.0f} s" if bucket % 5 == 0 else "" for bucket, at in enumerate(seconds)]
    chart.add("handed over", given)
    chart.add("delivered", taken)
    chart.render_to_file(str(file))


def main() -> int:
    """Run the day, print its figures; exit code 1 when something was left over or doubled."""
    size, file = _asked()
    folder = Path(tempfile.mkdtemp(prefix="bpjs-load-"))
    plan = demo_plan(os.environ, folder)
    plan.environ[PREFECT_DATABASE] = os.environ.get(PREFECT_DATABASE, plan.environ[PREFECT_DATABASE])
    plan.logs.mkdir()
    Path(plan.environ["PREFECT_HOME"]).mkdir(exist_ok=True)
    server = start_postgres()
    children = Children(PROJECT, plan.logs, Stop())
    stack = Stack(plan, children, Screen().did)
    with ExitStack() as ending:
        ending.callback(server.stop)
        ending.callback(children.stop_all)
        url = server.emptied()
        environ = plan.environ | _QUICK | _ALL_CLINICS | {"BPJS_DATABASE_URL": url}
        os.environ |= environ  # what is handed over here is sealed with the dispatchers' key
        stack.start_simulator(latency_ms=LATENCY_MS)
        stack.start_server()
        database = open_database(DatabaseSettings(database_url=SecretStr(url)))
        ending.callback(database.close)
        day = arrivals(size, datetime.now(ZoneInfo(plan.database.timezone)).date())
        processes: list[int] = []
        memory: list[float] = []
        for place in range(size.dispatchers):
            share = len(range(place, size.concurrency, size.dispatchers))
            processes.append(_dispatch(ending, environ, share, plan.logs / f"dispatcher-{place}.log"))
        begin = time.time()
        with memory_of(processes, memory):
            with outage(size, begin, plan.control_url):
                hand_over(database, day, begin)
            left, settled = wait_until_settled(database)
        jobs = outcome(database, begin)
        runs, took = recorded(plan.environ, len(jobs))
        writes = httpx.get(f"{plan.control_url}/ledger", timeout=120).json()["writes"]
    plot(size, jobs, file)
    _print(figures(size, jobs) | {
        "settled after the day's end": f"{settled:.0f} s, {left} left over",
        "registrations and visits doubled at BPJS": str(doubled(writes)),
        "task runs recorded by Prefect": f"{runs}, all of them {took:.0f} s after the last delivery",
        "Prefect's database": plan.environ[PREFECT_DATABASE].partition("+")[0],
        "dispatchers' memory, by fifths of the day": _by_fifths(memory),
        "plot": str(file),
    })  # fmt: skip
    return 1 if left or doubled(writes) else 0


def _dispatch(ending: ExitStack, environ: dict[str, str], concurrency: int, log: Path) -> int:
    """Start one; its process id."""
    with log.open("wb") as output:
        command = commands.bpjs("dispatch", "--concurrency", str(concurrency))
        process = subprocess.Popen(command, env=environ, cwd=PROJECT, stdout=output, stderr=output)
    ending.callback(process.wait, 90)
    ending.callback(process.terminate)
    return process.pid


def _by_fifths(samples: list[float]) -> str:
    """`150, 180, … MB`: the median of each."""
    size = max(len(samples) // 5, 1)
    parts = [samples[start : start + size] for start in range(0, size * min(5, len(samples)), size)]
    return ", ".join(f"{statistics.median(part):.0f}" for part in parts if part) + " MB"


def _asked() -> tuple[Size, Path]:
    parser = argparse.ArgumentParser(prog="make load")
    parser.add_argument("--jobs", type=int, default=80_000)
    parser.add_argument("--clinics", type=int, default=500)
    parser.add_argument("--minutes", type=float, default=15)
    parser.add_argument("--dispatchers", type=int, default=2)
    parser.add_argument("--concurrency", type=int, default=40)
    parser.add_argument("--plot", type=Path, default=Path("load-day.svg"))
    asked = parser.parse_args()
    size = Size(asked.jobs, asked.clinics, 60 * asked.minutes, asked.dispatchers, asked.concurrency)
    return size, asked.plot


def _print(told: dict[str, str]) -> None:
    table = Table(title="A day of many clinics", show_header=False)
    for what, figure in told.items():
        table.add_row(what, figure)
    Console().print(table)


if __name__ == "__main__":
    sys.exit(main())
