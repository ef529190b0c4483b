"""How near our sending comes to bare Prefect tasks: both in one process, by turns, on the same server."""

import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from benchmarks.workload import Line, as_file
from database.settings import PROJECT
from deployments import commands
from deployments.children.processes import Children

ROUNDS = 3
BARE, OWN = "bare Prefect tasks", "bpjs send"
_SCRIPTS = {BARE: "bare_tasks.py", OWN: "own_tasks.py"}
_TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Ended:
    """One way's jobs, the seconds until the last was answered and until the last was recorded, and the CPU
    seconds of the sender and of Prefect's server.
    """

    way: str
    jobs: int
    sent: float
    recorded: float
    cpu: float
    server_cpu: float

    def joined(self, other: "Ended") -> "Ended":
        """Both together."""
        mine, theirs = vars(self), vars(other)
        return Ended(**{name: mine[name] + theirs[name] for name in mine if name != "way"}, way=self.way)


@dataclass(frozen=True)
class Stand:
    """Where it is measured; `server`: the process of Prefect's server, where it is ours."""

    children: Children
    environ: Mapping[str, str]
    concurrency: int
    server: int | None


def measure(stand: Stand, lines: Iterator[Sequence[Line]]) -> list[Ended]:
    """Each way with lines of its own, as often as there are rounds."""
    totals: dict[str, Ended] = {}
    for _ in range(ROUNDS):
        for way in _SCRIPTS:
            ended = _once(stand, way, next(lines))
            totals[way] = totals[way].joined(ended) if way in totals else ended
    return list(totals.values())


def _once(stand: Stand, way: str, lines: Sequence[Line]) -> Ended:
    typed = as_file(list(lines))
    if way == OWN:
        stand.children.run("Enqueue", commands.bpjs("enqueue", "-"), stand.environ, typed=typed)
    script = str(Path(__file__).with_name(_SCRIPTS[way]))
    environ = {**stand.environ, "PYTHONPATH": str(PROJECT)}
    before = _cpu_seconds(stand.server)
    said = stand.children.run(way, [sys.executable, script, str(stand.concurrency)], environ, typed=typed)
    return Ended(way, len(lines), **json.loads(said), server_cpu=_cpu_seconds(stand.server) - before)


def _cpu_seconds(process: int | None) -> float:
    """What a process has used, as Linux tells; 0 where it does not."""
    file = Path(f"/proc/{process}/stat")
    if process is None or not file.exists():
        return 0.0
    numbers = file.read_text(encoding="utf-8").rpartition(")")[2].split()
    return (int(numbers[11]) + int(numbers[12])) / _TICKS
