"""A Prefect server of ours answers nobody without its password, and no page of another origin."""

import json
import os
import stat
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from uuid import UUID

import httpx
import pytest
from websockets.exceptions import ConnectionClosed, InvalidStatus
from websockets.sync.client import connect
from websockets.typing import Subprotocol

from database.settings import PROJECT
from tasks.prefect_server.environment import configure
from tasks.prefect_server.password import CLIENT_AUTH, SERVER_AUTH, NoPassword, close_server, way_in
from tests.flows.prefect_server import PrefectServer, ask, unused_port

FOREIGN = {"Origin": "https://evil.example"}
SECONDS = 90
# What a foreign page may try without asking first: a form's types, and none at all, which Prefect takes for JSON.
SIMPLE: tuple[dict[str, str], ...] = (
    {"Content-Type": "text/plain"},
    {"Content-Type": "application/x-www-form-urlencoded"},
    {},
)
SOCKETS = (
    "/events/in",
    "/events/out",
    "/logs/out",
    "/task_runs/subscriptions/scheduled",
    "/work_pools/{work_pool_name}/workers/connect",
)


def passwordless(prefect: PrefectServer, method: str, path: str, **how: object) -> httpx.Response:
    return httpx.request(method, f"{prefect.api_url}{path}", timeout=30, **how)  # type: ignore[arg-type]


@pytest.mark.parametrize("headers", [{}, FOREIGN])
@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/admin/settings"),
        ("POST", "/task_runs/filter"),
        ("POST", "/flow_runs/filter"),
        ("GET", f"/block_documents/{UUID(int=1)}?include_secrets=true"),
        ("POST", f"/deployments/{UUID(int=1)}/create_flow_run"),
        ("GET", "/openapi.json"),
    ],
)
def test_without_a_password_nothing_is_answered(
    prefect: PrefectServer, method: str, path: str, headers: dict[str, str]
) -> None:
    answer = passwordless(prefect, method, path, headers=headers, json={} if method == "POST" else None)
    assert answer.status_code == 401
    assert answer.json() == {"exception_message": "Unauthorized"}
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("method", ["GET", "POST", "PATCH", "DELETE"])
def test_a_foreign_page_that_asks_whether_it_may_is_refused(prefect: PrefectServer, method: str) -> None:
    asked = FOREIGN | {
        "Access-Control-Request-Method": method,
        "Access-Control-Request-Headers": "authorization,content-type",
    }
    answer = passwordless(prefect, "OPTIONS", "/task_runs/filter", headers=asked)
    assert answer.status_code == 400
    assert "access-control-allow-origin" not in answer.headers


@pytest.mark.parametrize("headers", SIMPLE)
def test_a_simple_request_of_a_foreign_page_makes_nothing(
    prefect: PrefectServer, headers: dict[str, str]
) -> None:
    name = f"dari-halaman-lain-{UUID(int=1)}"
    answer = passwordless(
        prefect, "POST", "/flows/", content=f'{{"name": "{name}"}}', headers=FOREIGN | headers
    )
    assert answer.status_code == 401
    assert prefect.query("/flows/filter", flows={"name": {"any_": [name]}}) == []


@pytest.mark.parametrize("origin", [{}, FOREIGN])
@pytest.mark.parametrize("path", SOCKETS)
def test_a_websocket_opens_only_with_the_password(
    prefect: PrefectServer, path: str, origin: dict[str, str]
) -> None:
    url = f"{prefect.api_url.replace('http:', 'ws:')}{path.format(work_pool_name='bpjs')}"
    for protocols in ([], [Subprotocol("prefect")]):
        for token in (None, "", "admin:salah"):
            with pytest.raises((ConnectionClosed, InvalidStatus)):  # noqa: SIM117 - either refuses or closes
                with connect(url, subprotocols=protocols, additional_headers=origin) as socket:
                    socket.send(json.dumps({"type": "auth", "token": token}))
                    socket.recv(timeout=10)


@pytest.mark.long
def test_the_websockets_of_prefect_are_those_that_we_try() -> None:
    from prefect.server.api.server import API_ROUTERS  # noqa: PLC0415 - seconds to import
    from starlette.routing import WebSocketRoute  # noqa: PLC0415

    routes = [route for router in API_ROUTERS for route in router.routes]
    assert {route.path for route in routes if isinstance(route, WebSocketRoute)} == set(SOCKETS)


def test_with_the_password_everything_is_answered(prefect: PrefectServer) -> None:
    assert ask("GET", f"{prefect.api_url}/admin/version")
    settings = httpx.get(f"{prefect.api_url.removesuffix('/api')}/ui-settings", timeout=30).json()
    assert (settings["auth"], settings["api_url"]) == ("BASIC", "/api")


def clean(home: Path, **more: str) -> dict[str, str]:
    """An environment in which nobody has set a password."""
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "BPJS_"))}
    return plain | {"PREFECT_HOME": str(home), "BPJS_DATABASE_URL": f"sqlite:///{home / 'bpjs.db'}"} | more


@contextmanager
def service(home: Path, port: int) -> Iterator[subprocess.Popen[bytes]]:
    """`python -m deployments.service server` of somebody who has set nothing."""
    environ = clean(home, PREFECT_SERVER_API_PORT=str(port))
    command = [sys.executable, "-m", "deployments.service", "server"]
    with (
        (home / "server.log").open("wb") as log,
        subprocess.Popen(command, cwd=PROJECT, env=environ, stdout=log, stderr=log) as process,
    ):
        try:
            await_health(f"http://127.0.0.1:{port}/api", home / "server.log")
            yield process
        finally:
            process.terminate()


def await_health(api_url: str, log: Path) -> None:
    give_up = time.monotonic() + SECONDS
    while time.monotonic() < give_up:
        try:
            if httpx.get(f"{api_url}/health", timeout=5).is_success:
                return
        except httpx.TransportError:
            time.sleep(0.2)
    raise AssertionError(log.read_text())


@pytest.mark.long
def test_a_service_has_a_password_and_our_commands_find_it(tmp_path: Path) -> None:
    port = unused_port()
    api_url, file = f"http://127.0.0.1:{port}/api", tmp_path / "bpjs-password"
    with service(tmp_path, port) as process:
        assert httpx.post(f"{api_url}/task_runs/filter", json={}, timeout=30).status_code == 401
        arguments = Path(f"/proc/{process.pid}/cmdline").read_bytes()
        assert "✓ Prefect: menjawab" in doctor(clean(tmp_path, PREFECT_API_URL=api_url), tmp_path)
        stranger = clean(tmp_path, PREFECT_API_URL=api_url, PREFECT_HOME=str(tmp_path / "other"))
        assert "✗ Prefect: menolak kata sandi" in doctor(stranger, tmp_path)
    log, secret = (tmp_path / "server.log").read_text(), file.read_text().strip().partition(":")[2]
    assert f"Masuk ke UI Prefect dengan seluruh isi berkas {file}" in log
    assert secret not in log
    assert secret.encode() not in arguments


def doctor(environ: dict[str, str], folder: Path) -> str:
    """What `bpjs doctor` says."""
    command = [str(Path(sys.executable).with_name("bpjs")), "doctor"]
    how = {"capture_output": True, "text": True, "timeout": SECONDS}
    return str(subprocess.run(command, env=environ, cwd=folder, check=False, **how).stdout)  # type: ignore[call-overload]


def test_two_servers_that_start_at_once_have_one_password_for_their_owner_alone(tmp_path: Path) -> None:
    def started(_: int) -> str:
        environ = {"PREFECT_HOME": str(tmp_path / "home")}
        close_server(environ, {})
        assert environ[SERVER_AUTH] == environ[CLIENT_AUTH]
        return environ[SERVER_AUTH]

    with ThreadPoolExecutor(8) as starting:
        (password,) = set(starting.map(started, range(32)))
    (file,) = (tmp_path / "home").iterdir()
    assert (file.read_text(), stat.S_IMODE(file.stat().st_mode)) == (f"{password}\n", 0o600)
    user, _, secret = password.partition(":")
    assert (user, len(secret) >= 32) == ("admin", True)


@pytest.mark.parametrize("place", ["environment", "file"])
def test_a_password_that_the_user_set_counts(tmp_path: Path, place: str) -> None:
    mine = {SERVER_AUTH: "saya:sendiri"}
    environ = {"PREFECT_HOME": str(tmp_path)} | (mine if place == "environment" else {})
    close_server(environ, mine if place == "file" else {})
    assert (environ[SERVER_AUTH], environ[CLIENT_AUTH]) == ("saya:sendiri", "saya:sendiri")
    assert list(tmp_path.iterdir()) == []
    assert way_in(environ) == f"isi {SERVER_AUTH}"


def test_a_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("no folder")
    with pytest.raises(NoPassword, match="tidak dapat dibuat"):
        close_server({"PREFECT_HOME": str(tmp_path / "home")}, {})


TEMPORARY = """
import os
from cli.prefect_start import prepare_prefect
prepare_prefect()
import httpx
from prefect import get_client
from tasks.prefect_server.temporary_server import shared_server
with shared_server():
    url = os.environ["PREFECT_API_URL"] + "/admin/version"
    print(httpx.get(url, timeout=30).status_code, httpx.get(url, headers={"Origin": "https://evil.example"}).headers)
    with get_client(sync_client=True) as client:
        print(client.request("GET", "/admin/version").status_code)
"""


@pytest.mark.long
def test_a_temporary_server_has_a_password_too(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", TEMPORARY],
        env=clean(tmp_path),
        cwd=PROJECT,
        capture_output=True,
        text=True,
        check=False,
        timeout=SECONDS * 2,
    )
    assert done.returncode == 0, done.stderr
    first, second = done.stdout.splitlines()
    assert first.startswith("401 ")
    assert "access-control-allow-origin" not in first
    assert second == "200"


@pytest.mark.parametrize(
    ("api_url", "told"),
    [
        ("http://127.0.0.1:4200/api", True),
        ("http://localhost:4200/api", True),
        ("http://127.0.0.1.evil.example/api", False),
        ("https://prefect.example/api", False),
    ],
)
def test_the_kept_password_leaves_this_machine_only_when_somebody_sets_it(
    tmp_path: Path, api_url: str, told: bool
) -> None:
    (tmp_path / "bpjs-password").write_text("admin:rahasia\n")
    environ = {"PREFECT_HOME": str(tmp_path), "PREFECT_API_URL": api_url}
    configure(environ, project=tmp_path)
    assert environ.get(CLIENT_AUTH) == ("admin:rahasia" if told else None)
