"""`bpjs web` as a process of its own: it answers, sends webhooks, and ends whole when it is told to."""

import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager

import httpx
import pytest
from sqlalchemy import text

from database import Database
from database.people.webhooks import make_webhook
from tests.cli.terminal import BPJS, Terminal


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port: int = taken.getsockname()[1]
    return port


def owner(database: Database) -> str | None:
    with database.engine.connect() as connection:
        found: str | None = connection.execute(text("SELECT lease_owner FROM webhooks")).scalar_one()
    return found


@contextmanager
def running(terminal: Terminal, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """The command, from the moment that it answers."""
    command = [str(BPJS), "web", "--port", str(port)]
    with subprocess.Popen(command, env={**terminal.environ, "PATH": "/usr/bin:/bin"}) as process:
        try:
            until = time.monotonic() + 60
            while time.monotonic() < until:
                try:
                    assert httpx.get(f"http://127.0.0.1:{port}/masuk", trust_env=False).status_code == 200
                    break
                except httpx.ConnectError:
                    assert process.poll() is None
                    time.sleep(0.1)
            yield process
        finally:
            process.kill()


@pytest.mark.long
@pytest.mark.parametrize(("number", "code"), [(signal.SIGTERM, 0), (signal.SIGINT, 130)])
def test_whoever_ends_it_leaves_the_webhooks_to_others_at_once(
    terminal: Terminal, kept: Database, number: signal.Signals, code: int
) -> None:
    make_webhook(kept, "utama", "https://klinik.example/")
    with running(terminal, free_port()) as process:
        until = time.monotonic() + 30
        while owner(kept) is None and time.monotonic() < until:
            time.sleep(0.1)
        assert owner(kept)
        process.send_signal(number)
        assert process.wait(20) == code
    assert owner(kept) is None
