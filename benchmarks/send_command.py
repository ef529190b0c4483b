"""Measures `bpjs send` as users run it: a task run per job, against a running Prefect server."""

import json
import time
from collections.abc import Mapping, Sequence

from benchmarks.measured import Measured
from benchmarks.workload import Line, as_file
from deployments import commands
from deployments.children.processes import Children


def measure(
    lines: Sequence[Line], children: Children, environ: Mapping[str, str], *, concurrency: int
) -> tuple[Measured, Measured]:
    """Enqueue the lines and send them: the sending alone, and the command with its start and recording."""
    children.run("Enqueue", commands.bpjs("enqueue", "-"), environ, typed=as_file(list(lines)))
    command = commands.bpjs("send", "--until-empty", "--concurrency", str(concurrency), "--json")
    started = time.perf_counter()
    totals = json.loads(children.run("Send", command, environ))
    whole = time.perf_counter() - started
    assert totals["terkirim"] == len(lines), f"not everything was delivered: {totals}"
    return (
        Measured("bpjs send", len(lines), totals["seconds"]),
        Measured("bpjs send, from its start until recorded", len(lines), whole),
    )
