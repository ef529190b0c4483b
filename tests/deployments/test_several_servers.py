"""Several Prefect servers: what each is told, what they need, and the one address before them."""

import json
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import SimpleNamespace

import httpx
import pytest

from database.settings import PROJECT
from deployments.service import USER_ERROR
from tasks.prefect_server.shared import REDIS, SHARED, NotShared, configure_shared
from tests.deployments.proxy import NGINX
from tests.flows.prefect_server import unused_port

POSTGRESQL = {"PREFECT_SERVER_DATABASE_CONNECTION_URL": "postgresql+asyncpg://prefect@127.0.0.1/prefect"}
NEEDED = {REDIS: "redis://127.0.0.1:6379/0", **POSTGRESQL}
TEMPLATE = PROJECT / "deployments" / "production" / "nginx-servers.conf.template"


@pytest.mark.parametrize(("given", "asked_for"), [(POSTGRESQL, REDIS), ({REDIS: "redis://x"}, "PostgreSQL")])
def test_without_redis_or_postgresql_it_says_what_is_missing(given: dict[str, str], asked_for: str) -> None:
    with pytest.raises(NotShared, match=asked_for):
        configure_shared(dict(given), {})


def test_what_they_share_is_set_where_the_user_has_not() -> None:
    name = "PREFECT_REDIS_MESSAGING_PUBLISHER_BATCH_SIZE"
    environ = {**POSTGRESQL, name: "3"}
    configure_shared(environ, {REDIS: NEEDED[REDIS], "PREFECT_MESSAGING_BROKER": "own"})
    assert environ[name] == "3"
    assert "PREFECT_MESSAGING_BROKER" not in environ  # it stands in a file, which Prefect reads
    assert environ["PREFECT_MESSAGING_CACHE"] == SHARED["PREFECT_MESSAGING_CACHE"]
    assert environ["PREFECT_REDIS_WORKER_CLEANUP_QUEUE_URL"] == NEEDED[REDIS]


def test_prefect_understands_what_they_share(tmp_path: Path) -> None:
    """In a process of its own: Prefect reads its settings once, and the modules are imported by these names."""
    asking = """
import importlib, json
from prefect.settings import get_current_settings
from prefect_redis.client import RedisMessagingSettings
from prefect_redis.cleanup_queue import RedisWorkerCleanupQueueSettings
from prefect_redis.messaging import RedisMessagingPublisherSettings
server = get_current_settings().server
named = [server.events.messaging_broker, server.events.messaging_cache, server.events.causal_ordering]
named += [server.concurrency.lease_storage, server.worker_channel.cleanup_queue_storage]
print(json.dumps({
    "modules": [importlib.import_module(name).__name__ for name in named],
    "at_start": [server.database.migrate_on_start, server.register_blocks_on_start],
    "redis": [RedisMessagingSettings().url, RedisWorkerCleanupQueueSettings().url],
    "batch": RedisMessagingPublisherSettings().batch_size,
}))
"""
    environ = {**NEEDED, "PREFECT_HOME": str(tmp_path), "HOME": str(tmp_path)}
    configure_shared(environ, {})
    ran = subprocess.run(
        [sys.executable, "-c", asking],
        env=environ,
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=90,
        check=False,
    )
    assert ran.returncode == 0, ran.stderr
    told = json.loads(ran.stdout.splitlines()[-1])
    assert {name.partition(".")[0] for name in told["modules"]} == {"prefect_redis"}
    assert told["at_start"] == [False, False]
    assert told["redis"] == [NEEDED[REDIS]] * 2
    assert told["batch"] == 1


@pytest.mark.parametrize("words", [["api"], ["background"], ["api", "x"], ["server", "4201"]])
def test_a_service_that_cannot_be_started_says_why(words: list[str], tmp_path: Path) -> None:
    environ = {"PREFECT_HOME": str(tmp_path), "HOME": str(tmp_path)}
    command = [sys.executable, "-m", "deployments.service", *words]
    ran = subprocess.run(
        command, cwd=PROJECT, env=environ, capture_output=True, text=True, timeout=60, check=False
    )
    assert ran.returncode == USER_ERROR
    assert ("Redis" if len(words) == 1 else "Sebutkan satu layanan") in ran.stderr


@contextmanager
def answering(name: str) -> Iterator[SimpleNamespace]:
    """Stands for one server: says its name, and what it was sent."""

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            self.rfile.read(int(self.headers.get("Content-Length") or 0))
            told = {"by": name, **{key: self.headers.get(key) for key in ("Authorization", "Upgrade")}}
            body = json.dumps(told).encode()
            self.send_response(200)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        do_GET = do_POST  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    gone: list[bool] = []

    def end() -> None:
        if not gone:
            gone.append(True)
            server.shutdown()
            server.server_close()

    yield SimpleNamespace(address=f"127.0.0.1:{server.server_port}", end=end)
    end()


@contextmanager
def balanced(folder: Path, first: str, second: str) -> Iterator[str]:
    """nginx with the template before two servers; its address."""
    address = f"127.0.0.1:{unused_port()}"
    config = TEMPLATE.read_text()
    for name, value in {"FIRST_SERVER": first, "SECOND_SERVER": second, "SERVERS_LISTEN": address}.items():
        config = config.replace(f"${{{name}}}", value)
    whole = f"daemon off; user root; pid {folder}/pid; error_log {folder}/nginx.log; events {{}}"
    (folder / "nginx.conf").write_text(f"{whole} http {{ access_log off; {config} }}")
    command = ["nginx", "-c", str(folder / "nginx.conf"), "-p", str(folder)]
    with subprocess.Popen(command, stderr=subprocess.DEVNULL) as process:
        try:
            _await(f"http://{address}")
            yield f"http://{address}"
        finally:
            process.terminate()


def _await(url: str) -> None:
    give_up = time.monotonic() + 30
    while True:
        try:
            httpx.get(url, timeout=5)
        except httpx.TransportError:
            assert time.monotonic() < give_up
            time.sleep(0.1)
        else:
            return


@NGINX
def test_the_one_address_leads_to_whichever_server_lives(tmp_path: Path) -> None:
    with (
        answering("first") as first,
        answering("second") as second,
        balanced(tmp_path, first.address, second.address) as url,
    ):
        asked = [httpx.post(f"{url}/api/x", json={}, auth=("admin", "x")).json() for _ in range(6)]
        assert {answer["by"] for answer in asked} == {"first", "second"}
        assert all(answer["Authorization"].startswith("Basic ") for answer in asked)
        sockets = {"Upgrade": "websocket", "Connection": "Upgrade"}
        assert httpx.get(f"{url}/api/events/in", headers=sockets).json()["Upgrade"] == "websocket"
        assert httpx.post(url, content=b"x" * 2_000_000).status_code == httpx.codes.OK
        first.end()
        after = [httpx.post(f"{url}/api/x", json={}) for _ in range(6)]
        assert {answer.status_code for answer in after} == {httpx.codes.OK}
        assert {answer.json()["by"] for answer in after} == {"second"}
