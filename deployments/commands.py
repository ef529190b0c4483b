"""The commands that a run starts, as a person would type them."""

import socket
import sys
from pathlib import Path

from deployments.children.ports import HOST

_BIN = Path(sys.executable).parent
POOL = "bpjs"
# Runs at a time on this machine; each is a process of about 100 MB.
_WORKER_LIMIT = "4"


def bpjs(*arguments: str) -> list[str]:
    """Our own command, of this environment."""
    return [str(_BIN / "bpjs"), *arguments]


def prefect(*arguments: str) -> list[str]:
    """Prefect's command, of this environment; it never asks questions."""
    return [str(_BIN / "prefect"), "--no-prompt", *arguments]


def simulator(port: int, *, ledger: Path, latency_ms: int = 0) -> list[str]:
    """The BPJS double, which keeps what it was told in a file; its control port is the next one."""
    options = ("--port", str(port), "--latency-ms", str(latency_ms), "--ledger", str(ledger))
    return bpjs("simulator", *options)


def server(port: int) -> list[str]:
    """Prefect's server and UI, for this machine only."""
    return prefect("server", "start", "--host", HOST, "--port", str(port))


def prefect_tables() -> list[str]:
    """Bring Prefect's database up to date before several servers start on it."""
    return [sys.executable, "-m", "deployments.prefect_tables"]


def deploy(file: Path | None = None) -> list[str]:
    """Create or update every deployment of prefect.yaml, or of another file."""
    return prefect("deploy", "--all", *(() if file is None else ("--prefect-file", str(file))))


def deploy_all() -> list[str]:
    """Deploy everything as `make deploy` does, with a line on stdout for each part."""
    return [sys.executable, "-m", "deployments.deploy"]


def worker() -> list[str]:
    """The worker, always of one name on a machine: each new name would stay in the UI for ever."""
    name = f"{POOL}-{socket.gethostname()}"
    return prefect("worker", "start", "--pool", POOL, "--name", name, "--limit", _WORKER_LIMIT)
