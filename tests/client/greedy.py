"""A process that talks with servers and tells what each exchange cost it: `python -m tests.client.greedy`.

It reads lines of `KIND URL SECONDS`, KIND being read or write, and answers each with a line of JSON. Each exchange
has a fork of its own: what one needed is not there for the next.
"""

import json
import os
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from subprocess import PIPE

from bpjs_client.errors import BpjsError
from bpjs_client.jenis import Jenis, Service
from bpjs_client.jobs import Bpjs

from .samples import BODIES, NOW, settings

_PROJECT = Path(__file__).parents[2]
_JOB = Jenis.TAMBAH_PENDAFTARAN
# A test that fails must not take the machine with it, nor go on for ever.
_MOST_MEMORY, _MOST_SECONDS = 2 * 2**30, 20


@dataclass(frozen=True)
class Cost:
    """What an exchange ended as, its seconds, and by how many MiB the process grew at its largest."""

    outcome: str
    seconds: float
    grown: float


class Greedy:
    """The process, seen from outside."""

    def __init__(self, process: "subprocess.Popen[str]") -> None:
        self._process = process

    def cost(self, kind: str, url: str, read_timeout: float) -> Cost:
        """A read or a write at this address."""
        assert self._process.stdin
        assert self._process.stdout
        self._process.stdin.write(f"{kind} {url} {read_timeout}\n")
        self._process.stdin.flush()
        return Cost(**json.loads(self._process.stdout.readline()))


@contextmanager
def greedy() -> Iterator[Greedy]:
    """A process that ends with the block."""
    command = [sys.executable, "-m", "tests.client.greedy"]
    with subprocess.Popen(command, cwd=_PROJECT, stdin=PIPE, stdout=PIPE, text=True) as process:
        yield Greedy(process)


def _memory(name: str) -> float:
    """`VmRSS` (now) or `VmHWM` (at most since it was reset) of this process in MiB."""
    lines = Path("/proc/self/status").read_text().splitlines()
    return next(int(line.split()[1]) for line in lines if line.startswith(f"{name}:")) / 1024


def _outcome(bpjs: Bpjs, kind: str) -> str:
    try:
        bpjs.send(_JOB, BODIES[_JOB]) if kind == "write" else bpjs.read(Service.PCARE, "kesadaran")
    except BpjsError as error:
        return error.outcome
    return "success"


def _cost(kind: str, url: str, read_timeout: str) -> Cost:
    chosen = settings(pcare_base_url=url, timeout_seconds=float(read_timeout))
    with Bpjs(chosen, clock=lambda: NOW) as bpjs:
        Path("/proc/self/clear_refs").write_text("5")  # resets VmHWM
        rest, started = _memory("VmRSS"), time.monotonic()
        outcome = _outcome(bpjs, kind)
        return Cost(outcome, time.monotonic() - started, _memory("VmHWM") - rest)


def _say(cost: Cost) -> None:
    print(json.dumps(asdict(cost)), flush=True)


def _in_a_fork(line: str) -> None:
    pid = os.fork()
    if pid == 0:
        resource.setrlimit(resource.RLIMIT_AS, (_MOST_MEMORY, _MOST_MEMORY))
        signal.alarm(_MOST_SECONDS)
        _say(_cost(*line.split()))
        os._exit(0)
    if os.waitpid(pid, 0)[1] != 0:
        _say(Cost("died", _MOST_SECONDS, _MOST_MEMORY))


def _main() -> None:
    for line in sys.stdin:
        _in_a_fork(line)


if __name__ == "__main__":
    _main()
