"""A real Prefect server for the tests: its own process, its own database, the settings that we ship."""

import os
import socket
import sqlite3
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import httpx
from tenacity import retry, retry_if_exception_type, stop_after_delay, wait_random_exponential

from tasks.prefect_server.environment import configure
from tasks.prefect_server.password import SERVER_AUTH, basic_auth


class Busy(Exception):
    """Prefect holds its own SQLite file and asks us to try again later."""


@retry(
    retry=retry_if_exception_type(Busy),
    wait=wait_random_exponential(max=5),
    stop=stop_after_delay(100),
    reraise=True,
)
def ask(method: str, url: str, body: object = None, *, environ: Mapping[str, str] = os.environ) -> Any:
    """What Prefect's API answers, the JSON read.

    With the password of `environ`, by default the one that servers of the tests have. What it was too busy for is asked again, as Prefect's own client does. Raises `httpx.HTTPStatusError` for
    every other refusal.
    """
    try:
        answer = httpx.request(method, url, json=body, auth=basic_auth(environ), timeout=60)
    except httpx.ReadTimeout as silent:
        if not url.endswith("/filter"):  # only a question may be asked twice
            raise
        raise Busy(url) from silent
    if answer.status_code == httpx.codes.SERVICE_UNAVAILABLE:
        raise Busy(url)
    answer.raise_for_status()
    return answer.json() if answer.content else None


class PrefectServer:
    """The server's process: where it answers, and the file it keeps everything in."""

    def __init__(self, home: Path, port: int, **settings: str) -> None:
        self.api_url = f"http://127.0.0.1:{port}/api"
        self.home = home
        self._port = port
        self._settings = settings
        self._process: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        """Start it if it does not run; it answers some seconds later."""
        if self._process is not None:
            return
        environ = {name: value for name, value in os.environ.items() if not name.startswith("PREFECT_")}
        environ["PREFECT_HOME"] = str(self.home)
        configure(environ)
        environ[SERVER_AUTH] = os.environ[SERVER_AUTH]
        environ |= self._settings
        address = ("--host", "127.0.0.1", "--port", str(self._port))
        command = [sys.executable, "-m", "prefect", "server", "start", *address]
        with self._log.open("ab") as log:
            self._process = subprocess.Popen(command, env=environ, stdout=log, stderr=log)

    def await_answer(self) -> None:
        """Return when it answers."""
        assert self._process is not None
        deadline = time.monotonic() + 120
        while time.monotonic() < deadline:
            assert self._process.poll() is None, self._log.read_text()
            try:
                if httpx.get(f"{self.api_url}/health", timeout=5).status_code == httpx.codes.OK:
                    return
            except httpx.TransportError:
                pass
            time.sleep(0.2)
        raise AssertionError(f"Prefect's server does not answer: {self._log.read_text()}")

    def stop(self) -> None:
        """Let it finish what it does."""
        if self._process is not None:
            self._process.terminate()
            self._process.wait(30)
            self._process = None

    def kill(self) -> None:
        """`kill -9`."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    @property
    def _log(self) -> Path:
        return self.home / "server.log"

    def everything_stored(self) -> str:
        """All of Prefect's database as text, to search for what must not be in it."""
        with closing(sqlite3.connect(self.home / "prefect.db", timeout=60)) as database:
            return "\n".join(database.iterdump())

    def query(self, path: str, **body: object) -> list[dict[str, Any]]:
        """POST to one of the API's filter routes."""
        found: list[dict[str, Any]] = ask("POST", f"{self.api_url}{path}", body)
        return found


def unused_port() -> int:
    """One that nobody listens on."""
    with closing(socket.socket()) as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
    return port


@contextmanager
def prefect_server(home: Path, port: int | None = None, **settings: str) -> Iterator[PrefectServer]:
    """Start it, with settings of its own if need be, wait until it answers, stop it."""
    server = PrefectServer(home, port or unused_port(), **settings)
    server.start()
    try:
        server.await_answer()
        yield server
    finally:
        server.stop()
