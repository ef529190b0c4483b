"""Measures sending on PostgreSQL beside procrastinate and bare Prefect tasks, as many requests in flight."""

import json
import os
import statistics
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path

import httpx

from benchmarks import limit, workload
from benchmarks.measured import Measured
from benchmarks.workload import Line, as_file
from database import enqueue, open_database
from database.settings import PROJECT
from deployments import commands
from deployments.children.processes import Children
from deployments.run.plan import Plan
from tests.postgres import start_postgres

# The script, and where the packages lie that only it needs.
OTHER_WAYS = {
    "procrastinate": ("other_queue.py", PROJECT / ".venv" / "others"),
}
HANDED_OVER = 40
FIRST_PATIENT = 100_000
START_SECONDS = 15  # until a dispatcher is idle
IDLE_SECONDS = 1.5  # between two jobs that are handed over to an idle dispatcher


@dataclass(frozen=True)
class Arrivals:
    """The times that jobs took until they arrived at BPJS, in milliseconds.

    `since`: the moment from which it is counted.
    """

    since: str
    median: float
    p95: float


PROCESSES = (1, 2, 4)


def measure(
    plan: Plan, children: Children, today: date, *, jobs: int, concurrency: int, prefect: int | None
) -> tuple[list[Measured], list[limit.Ended], list[Arrivals]]:
    """Each way gets patients of its own. `prefect`: the process of Prefect's server, which runs already."""
    server = start_postgres()
    try:
        environ = plan.environ | {"BPJS_DATABASE_URL": server.emptied()}
        first = iter(range(FIRST_PATIENT, 10 * FIRST_PATIENT, jobs))

        def lines() -> Sequence[Line]:
            return workload.additions(today, next(first), jobs)

        with server.never_migrated() as url:
            own = environ | {"OTHER_QUEUE_URL": url}
            ways = [other(way, lines(), children, own, concurrency=concurrency) for way in OTHER_WAYS]
        near = limit.measure(limit.Stand(children, environ, concurrency, prefect), iter(lines, None))
        for processes in PROCESSES:
            ways += send(lines(), children, environ, concurrency=concurrency, processes=processes)
        with subprocess.Popen(
            commands.bpjs("dispatch"), env=environ, stderr=subprocess.DEVNULL
        ) as dispatcher:
            time.sleep(START_SECONDS)
            waits = arrivals(lines(), environ, plan.control_url)
            dispatcher.terminate()
    finally:
        server.stop()
    return ways, near, waits


def other(
    way: str, lines: Sequence[Line], children: Children, environ: Mapping[str, str], *, concurrency: int
) -> Measured:
    """Another way's seconds, without its start, in a process of its own."""
    script, packages = OTHER_WAYS[way]
    command = [sys.executable, str(Path(__file__).with_name(script)), str(concurrency)]
    own = {**environ, "PYTHONPATH": os.pathsep.join([str(packages), str(PROJECT)])}
    return Measured(way, len(lines), float(children.run(way, command, own, typed=as_file(list(lines)))))


def send(
    lines: Sequence[Line],
    children: Children,
    environ: Mapping[str, str],
    *,
    concurrency: int,
    processes: int,
) -> list[Measured]:
    """`bpjs send`: the sending alone, and until Prefect has recorded every task run."""
    children.run("Enqueue", commands.bpjs("enqueue", "-"), environ, typed=as_file(list(lines)))
    options = ("--concurrency", str(concurrency), "--processes", str(processes), "--json")
    started = time.perf_counter()
    totals = json.loads(children.run("Send", commands.bpjs("send", "--until-empty", *options), environ))
    whole = time.perf_counter() - started
    assert totals["terkirim"] == len(lines), f"not everything was delivered: {totals}"
    way = f"bpjs send --processes {processes}"
    return [
        Measured(way, len(lines), totals["seconds"]),
        Measured(f"{way}, from its start until recorded", len(lines), whole),
    ]


def arrivals(lines: Sequence[Line], environ: Mapping[str, str], control_url: str) -> list[Arrivals]:
    """Hand jobs over one at a time to a dispatcher that is idle, and ask BPJS when each arrived."""
    os.environ |= environ
    database = open_database()
    asked, handed = {}, {}
    for line in lines[:HANDED_OVER]:
        number = line["body"]["nomorantrean"]
        asked[number] = time.time()
        enqueue(line["jenis"], line["norm"], line["nama_pasien"], line["body"], database=database)
        handed[number] = time.time()
        time.sleep(IDLE_SECONDS)
    arrived = {
        write["body"]["nomorantrean"]: write["at"]
        for write in httpx.get(f"{control_url}/ledger", timeout=30).json()["writes"]
    }
    return [
        _arrivals("the hand-over was asked for", asked, arrived),
        _arrivals("it was kept, and said so", handed, arrived),
    ]


def _arrivals(since: str, begun: Mapping[str, float], arrived: Mapping[str, float]) -> Arrivals:
    took = sorted(1000 * (arrived[number] - at) for number, at in begun.items())
    return Arrivals(since, statistics.median(took), statistics.quantiles(took, n=20)[-1])
