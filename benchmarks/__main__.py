"""`make bench`: how fast jobs leave and references come, as ratios within one run on this machine."""

import os
import sys
import tempfile
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from rich.console import Console
from rich.table import Table

from benchmarks import (
    decoder,
    limit,
    long_chain,
    million,
    page,
    plain_loop,
    poisoned_day,
    queues,
    reference_sync,
    send_command,
    worker_runs,
    workload,
)
from benchmarks.measured import Measured
from database.settings import PROJECT
from deployments.children.processes import Children, Interrupted, StepFailed
from deployments.children.signals import Stop, stop_on_signals
from deployments.run.plan import Plan, demo_plan
from deployments.run.screen import Screen
from deployments.run.stack import Stack

JOBS = 800
WORKER_JOBS = 8
CONCURRENCY = 20
LATENCY_MS = 50
REFERENCE_LATENCY_MS = 100


def main() -> int:
    """Measure and print; the exit code."""
    screen = Screen()
    with stop_on_signals() as stop, tempfile.TemporaryDirectory(prefix="bpjs-bench-") as folder:
        try:
            tables = _measure(demo_plan(os.environ, Path(folder)), stop, screen)
        except Interrupted:
            return 130
        except StepFailed as failed:
            screen.failed(str(failed))
            return 1
    for table in tables:
        Console().print(table)
    return 0


def _measure(plan: Plan, stop: Stop, screen: Screen) -> list[Table]:
    plan.logs.mkdir()
    Path(plan.environ["PREFECT_HOME"]).mkdir(exist_ok=True)
    children = Children(PROJECT, plan.logs, stop)
    stack = Stack(plan, children, screen.did)
    today = datetime.now(ZoneInfo(plan.database.timezone)).date()
    try:
        stack.start_simulator(latency_ms=LATENCY_MS)
        plain = plain_loop.measure(workload.additions(today, 0, JOBS), plan.environ, concurrency=CONCURRENCY)
        server = stack.start_server()
        lines = workload.additions(today, JOBS, JOBS)
        sending, whole = send_command.measure(lines, children, plan.environ, concurrency=CONCURRENCY)
        day = poisoned_day.measure(
            children, plan.environ, today, latency_ms=LATENCY_MS, concurrency=CONCURRENCY
        )
        queued, near, waits = queues.measure(
            plan, children, today, jobs=JOBS, concurrency=CONCURRENCY, prefect=server
        )
        stack.deploy()
        stack.start_worker()
        lines = workload.additions(today, 2 * JOBS, WORKER_JOBS)
        sent = [sending, whole, plain, worker_runs.measure(lines, children, plan.environ)]
        os.environ |= plan.environ
        synced = reference_sync.measure(plan.environ, plan.control_url, latency_ms=REFERENCE_LATENCY_MS)
    finally:
        children.stop_all()
    return [
        _table(f"Sending: {CONCURRENCY} at a time, BPJS answers in {LATENCY_MS} ms", "jobs", sent),
        _table("A clinic's day, one credential", "jobs", day),
        _table(f"On PostgreSQL: {CONCURRENCY} at a time, BPJS answers in {LATENCY_MS} ms", "jobs", queued),
        _limit(near),
        _arrivals(waits),
        _table(f"Reference data: BPJS answers in {REFERENCE_LATENCY_MS} ms", "rows", synced),
        _table("Unpacking answers", "pages", decoder.measure()),
        _table("Handing over one chain on SQLite", "lines", long_chain.measure(today)),
        _looks(million.measure()),
        _page(*page.measure()),
    ]


def _table(title: str, unit: str, ways: list[Measured]) -> Table:
    table = Table(title=f"{title}; ratios to {ways[0].way}")
    table.add_column("way")
    for heading in (unit, "seconds", "a second", "ratio"):
        table.add_column(heading, justify="right")
    for way in ways:
        ratio = way.rate / ways[0].rate
        table.add_row(way.way, f"{way.jobs}", f"{way.seconds:.3g}", f"{way.rate:.1f}", f"{ratio:.3g}×")
    return table


def _limit(ways: list[limit.Ended]) -> Table:
    table = Table(title=f"At Prefect's limit: one process, {limit.ROUNDS} rounds by turns, on PostgreSQL")
    table.add_column("way")
    for heading in ("jobs", "sent a second", "recorded a second", "ratio", "CPU ms a job", "server's"):
        table.add_column(heading, justify="right")
    for way in ways:
        rates = [way.jobs / way.sent, way.jobs / way.recorded]
        ratio = rates[1] / (ways[0].jobs / ways[0].recorded)
        cpu = [f"{1000 * seconds / way.jobs:.1f}" for seconds in (way.cpu, way.server_cpu)]
        table.add_row(way.way, f"{way.jobs}", *(f"{rate:.0f}" for rate in rates), f"{ratio:.2f}×", *cpu)
    return table


def _arrivals(waits: list[queues.Arrivals]) -> Table:
    table = Table(title="Until a job arrives at BPJS, one every 1.5 s, in milliseconds")
    table.add_column("since")
    for heading in ("median", "95th percentile"):
        table.add_column(heading, justify="right")
    for each in waits:
        table.add_row(each.since, f"{each.median:.0f} (limit 40)", f"{each.p95:.0f} (limit 100)")
    return table


def _looks(looks: list[million.Look]) -> Table:
    table = Table(title="Looking on PostgreSQL, in milliseconds", caption="a million jobs may take the limit")
    table.add_column("question")
    for heading in (f"{million.SMALL:,} jobs", f"{million.LARGE:,} jobs", "ratio", "limit"):
        table.add_column(heading, justify="right")
    for look in looks:
        ratio = f"{look.many / look.few:.3g}×"
        table.add_row(look.what, f"{look.few:.1f}", f"{look.many:.1f}", ratio, f"{look.limit:.0f}")
    return table


def _page(seen: list[page.Seen], claims: page.Beside, first_load: int) -> Table:
    ratio = claims.beside / claims.alone
    loaded = f"first load {first_load / 1024:.0f} KB (limit 100)"
    said = f"delivery beside them {ratio:.2f}× of alone (limit 0.95); {loaded}"
    table = Table(
        title=f"The page, {page.VIEWERS} viewers, {million.LARGE:,} jobs, in milliseconds", caption=said
    )
    table.add_column("asked")
    for heading in ("median", "95th percentile", "limit"):
        table.add_column(heading, justify="right")
    for each in seen:
        table.add_row(each.what, f"{each.median:.0f}", f"{each.p95:.0f}", f"{each.limit:.0f}")
    return table


if __name__ == "__main__":
    sys.exit(main())
