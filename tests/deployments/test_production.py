"""The files for production: what they start is there, and what they start by hand delivers."""

import base64
import configparser
import json
import os
import re
import secrets
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from ctypes.util import find_library
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from typing import Any
from uuid import uuid4

import httpx
import pytest
import yaml

from bpjs_simulator.server import Simulator
from database.settings import PROJECT
from deployments.children.ports import free_port
from deployments.service import _SERVICES
from tasks.prefect_server.password import SERVER_AUTH
from tests.conftest import POSTGRESQL
from tests.deployments.confined import values
from tests.deployments.prefect_routes import ADMIN, VIEWER
from tests.deployments.proxy import NGINX, proxied
from tests.flows.prefect_server import PrefectServer, ask, unused_port
from tests.modes import opened
from tests.tasks.bodies import ANTREAN

FOLDER = PROJECT / "deployments" / "production"

UNITS = sorted(FOLDER.glob("*.service"))
VERIFIERS = [tool for tool in ("systemd-analyze",) if shutil.which(tool)]
# As root alone a process can take all capabilities from itself.
CONFINED = bool(VERIFIERS and find_library("seccomp") and os.getuid() == 0)
PROXIES = [tool for tool in ("nginx",) if shutil.which(tool) and shutil.which("openssl")]


def section(unit: Path, name: str) -> dict[str, str]:
    parser = configparser.ConfigParser(interpolation=None, strict=False)
    parser.optionxform = str  # type: ignore[assignment,method-assign]
    parser.read(unit)
    return dict(parser[name])


def compose() -> dict[str, Any]:
    loaded: dict[str, Any] = yaml.safe_load((FOLDER / "compose.yaml").read_text())
    return loaded


def test_units_and_compose_start_the_same_services() -> None:
    by_units = {name for unit in UNITS for name in services_of(unit)}
    commands = [service["command"] for service in compose()["services"].values() if "command" in service]
    by_compose = {command[1] for command in commands if command[0] == "deployments.service"}
    assert "${BPJS_SERVER:-server}" in by_compose
    assert by_units == by_compose - {"${BPJS_SERVER:-server}"} | {"server"} == set(_SERVICES)
    wanted = section(FOLDER / "bpjs.target", "Unit")["Wants"].split()
    several = {unit.name for unit in UNITS} - {re.sub("@.*[.]", "@.", name) for name in wanted}
    assert several == {"bpjs-api@.service", "bpjs-background.service"}


def services_of(unit: Path) -> set[str]:
    """What it starts, and what it has done before."""
    lines = [line for line in unit.read_text().splitlines() if line.startswith("ExecStart")]
    return {line.partition(" deployments.service ")[2].split()[0] for line in lines}


def test_compose_names_files_and_services_that_are_there() -> None:
    services = compose()["services"]
    for service in services.values():
        assert set(service.get("depends_on", {})) <= set(services)
        mounts = [volume.split(":")[0] for volume in service.get("volumes", [])]
        assert all((FOLDER / mount).exists() for mount in mounts if mount.startswith("./"))
        assert all(mount in compose()["volumes"] for mount in mounts if re.fullmatch(r"\w+", mount))
    published = {name: service["ports"] for name, service in services.items() if "ports" in service}
    assert published == {"proxy": ["443:443"]}
    assert (
        FOLDER / compose()["x-ours"]["build"]["context"] / compose()["x-ours"]["build"]["dockerfile"]
    ).is_file()


def test_a_command_with_the_installations_settings_gets_them_whole(tmp_path: Path) -> None:
    settings = tmp_path / "bpjs.env"
    settings.write_text('# of one clinic\nBPJS_PCARE_PASSWORD="it\'s a #1 pass"\nBPJS_CONS_ID=9\n')
    told = "import os; print(os.environ['BPJS_PCARE_PASSWORD'], os.environ['BPJS_CONS_ID'])"
    ran = subprocess.run(
        [FOLDER / "with-settings", "python", "-c", told],
        env={"PATH": os.environ["PATH"], "BPJS_ENV_FILE": str(settings), "BPJS_CONS_ID": "1"},
        cwd=tmp_path,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert ran.stdout == "it's a #1 pass 9\n"


@pytest.mark.parametrize("tool", VERIFIERS)
def test_systemd_takes_the_units(tool: str, tmp_path: Path) -> None:
    for unit in (*UNITS, FOLDER / "bpjs.target"):
        text = (
            unit.read_text()
            .replace("/opt/bpjs/.venv/bin/python", sys.executable)
            .replace("User=bpjs", "User=root")
        )
        (tmp_path / unit.name).write_text(text)
    names = [str(tmp_path / unit.name.replace("@.", "@1.")) for unit in (*UNITS, FOLDER / "bpjs.target")]
    for name in names:
        if "@1." in name:
            Path(name).write_text(Path(name.replace("@1.", "@.")).read_text())
    done = subprocess.run(
        [tool, "verify", "--man=no", *names], capture_output=True, text=True, timeout=60, check=False
    )
    ours = [line for line in done.stderr.splitlines() if "bpjs" in line]
    assert ours == []


# What of a unit stands between a service and the machine, where no tool counts it.
HARDENING = {
    "UMask": "0077",
    "StateDirectoryMode": "0700",
    "NoNewPrivileges": "yes",
    "CapabilityBoundingSet": "",
    "ProtectSystem": "strict",
    "ProtectHome": "yes",
    "ProtectProc": "invisible",
    "PrivateDevices": "yes",
    "PrivateTmp": "yes",
    "PrivateUsers": "yes",
    "MemoryDenyWriteExecute": "yes",
    "RestrictAddressFamilies": "AF_UNIX AF_INET AF_INET6",
    "RestrictNamespaces": "yes",
    "SystemCallArchitectures": "native",
}
MOST_EXPOSED = 2.5


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_a_unit_may_write_to_its_own_folder_and_little_else(unit: Path) -> None:
    said = section(unit, "Service")
    assert said.items() >= HARDENING.items()
    assert said["ReadWritePaths"] == f"/var/lib/{said['StateDirectory']}"
    assert values(unit, "SystemCallFilter") == ["@system-service", "~@privileged @resources"]


@pytest.mark.parametrize("tool", VERIFIERS)
@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.name)
def test_systemd_finds_a_unit_little_exposed(tool: str, unit: Path) -> None:
    counted = subprocess.run(
        [tool, "security", "--offline=true", "--no-pager", unit],
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )
    exposure = re.search(r"Overall exposure level for \S+: ([0-9.]+)", counted.stdout)
    assert exposure is not None, counted.stderr
    assert float(exposure[1]) <= MOST_EXPOSED


def settings(**values: str) -> dict[str, str]:
    """The example's variables, each of ours given a value; the test fails when one is not in the example."""
    lines = (FOLDER / "bpjs.env.example").read_text().splitlines()
    known = dict(line.removeprefix("# ").split("=", 1) for line in lines if re.match(r"(# )?[A-Z_]+=", line))
    assert set(values) <= set(known)
    return {name: value for name, value in (known | values).items() if name in values or value}


@contextmanager
def started(name: str, environ: dict[str, str], log: Path) -> Iterator[None]:
    """A service as its unit starts it, and under the unit's limits where they can be put into force."""
    unit = next(unit for unit in UNITS if services_of(unit) == {name})
    _, *arguments = section(unit, "Service")["ExecStart"].split()
    confined = [sys.executable, "-m", "tests.deployments.confined", str(unit)] if CONFINED else []
    command = [*confined, sys.executable, *arguments]
    with log.open("wb") as output:
        process = subprocess.Popen(command, cwd=PROJECT, env=environ, stdout=output, stderr=output)
    try:
        yield
    finally:
        process.terminate()
        process.wait(60)


@pytest.mark.long
@POSTGRESQL
def test_the_services_started_by_hand_deliver_behind_a_password(database_url: str, tmp_path: Path) -> None:
    port, password = free_port(24_000), secrets.token_hex(8)
    with Simulator() as simulator, ExitStack() as running:
        environ = {"PATH": os.environ["PATH"], "HOME": str(tmp_path)} | settings(
            BPJS_DATABASE_URL=database_url,
            BPJS_DATA_KEYS=f"2026:{base64.b64encode(bytes(32)).decode()}",
            BPJS_PCARE_BASE_URL=simulator.pcare_url,
            BPJS_ANTREAN_BASE_URL=simulator.antrean_url,
            BPJS_CONS_ID="12345",
            BPJS_SECRET_KEY="rahasia-simulator",
            BPJS_PCARE_USER_KEY="kunci-pcare-simulator",
            BPJS_ANTREAN_USER_KEY="kunci-antrean-simulator",
            BPJS_PCARE_USERNAME="klinik",
            BPJS_PCARE_PASSWORD="Sandi#Simulator1",
            BPJS_KD_PROVIDER="01234567",
            # Prefect's own PostgreSQL needs an extension that the tests' server lacks.
            PREFECT_SERVER_DATABASE_CONNECTION_URL=f"sqlite+aiosqlite:///{tmp_path / 'prefect.db'}",
            PREFECT_SERVER_API_PORT=str(port),
            PREFECT_SERVER_API_AUTH_STRING=f"admin:{password}",
            PREFECT_API_AUTH_STRING=f"admin:{password}",
            PREFECT_API_URL=f"http://127.0.0.1:{port}/api",
            PREFECT_HOME=str(tmp_path / "prefect"),
            PREFECT_UI_STATIC_DIRECTORY=str(tmp_path / "ui"),
            BPJS_CA_FILE="",
            BPJS_FASKES_FILE="",
            BPJS_ALERT_URL="",
        )
        environ = {name: value for name, value in environ.items() if value}
        running.enter_context(started("server", environ, tmp_path / "server.log"))
        wait_until(lambda: answers(f"http://127.0.0.1:{port}/api/health", auth=("admin", password)), tmp_path)
        assert httpx.get(f"http://127.0.0.1:{port}/api/flow_runs/count").status_code == 401
        # The project's own folder cannot be written to: Prefect puts its UI together in the state directory.
        assert answers(f"http://127.0.0.1:{port}/")
        assert (tmp_path / "ui" / "v1" / "index.html").is_file()
        command([sys.executable, "-m", "deployments.deploy"], environ)
        for name in ("worker", "dispatcher"):
            running.enter_context(started(name, environ, tmp_path / f"{name}.log"))
        bpjs = str(Path(sys.executable).with_name("bpjs"))
        command([bpjs, "enqueue", "-"], environ, typed=line())
        seen = [bpjs, "monitor", "--json"]
        wait_until(lambda: json.loads(command(seen, environ))["cards"]["berhasil"] == 1, tmp_path)
        assert len(simulator.ledger()["writes"]) == 1
        logs = "".join(log.read_text() for log in tmp_path.glob("*.log"))
        assert password not in logs
        assert opened(tmp_path / "prefect") == {}


def line() -> str:
    body = {
        **ANTREAN,
        "kodedokter": 200101,
        "jampraktek": "07:00-12:00",
    }  # as the simulator's schedule has it
    return json.dumps({"jenis": "tambah-antrean", "norm": "RM-1", "nama_pasien": "Pasien", "body": body})


def command(words: list[str], environ: dict[str, str], typed: str = "") -> str:
    done = subprocess.run(
        words, cwd=PROJECT, env=environ, input=typed, capture_output=True, text=True, timeout=90, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def answers(url: str, **how: Any) -> bool:
    try:
        return httpx.get(url, timeout=5, **how).status_code == 200
    except httpx.TransportError:
        return False


def wait_until(condition: Any, folder: Path) -> None:
    give_up = time.monotonic() + 90
    while not condition():
        assert time.monotonic() < give_up, [log.read_text()[-2000:] for log in folder.glob("*.log")]
        time.sleep(0.3)


@pytest.fixture
def proxy(tmp_path: Path) -> Iterator[str]:
    """The address of nginx with our template, before something that tells what reached it."""
    upstream = unused_port()
    with echo(upstream), proxied(f"127.0.0.1:{upstream}", "prefect", tmp_path) as url:
        yield url


def asked(url: str, who: str, method: str, path: str, **how: Any) -> httpx.Response:
    """One request through the proxy; `who` is "" for nobody."""
    auth = (who, "sandi") if who else None
    return httpx.request(method, url + path, auth=auth, verify=False, timeout=30, **how)


def filled(route: str) -> tuple[str, str]:
    """Method and path of a route, with something in place of each of its parameters."""
    method, path = route.split(" ")
    return method, f"/api{re.sub('{[^}]*}', str(uuid4()), path)}"


@pytest.mark.long
def test_every_route_of_prefect_is_for_viewers_or_for_admin() -> None:
    from prefect.server.api.server import create_app  # noqa: PLC0415 - seconds to import

    routes = {
        f"{method.upper()} {path}"
        for path, methods in create_app().openapi()["paths"].items()
        for method in methods
    }
    assert not VIEWER & ADMIN
    assert routes == VIEWER | ADMIN


@pytest.mark.long
@NGINX
def test_a_viewer_may_ask_what_is_listed_and_admin_everything(proxy: str) -> None:
    answered = {
        who: {
            route
            for route in VIEWER | ADMIN
            if asked(proxy, who, *filled(route)).status_code == httpx.codes.OK
        }
        for who in ("", "ops", "admin")
    }
    assert answered == {"": set(), "ops": VIEWER, "admin": VIEWER | ADMIN}


@NGINX
def test_people_have_passwords_of_their_own_and_prefects_stays_behind_the_proxy(proxy: str) -> None:
    pages = {who: asked(proxy, who, "GET", "/runs") for who in ("", "ops", "admin")}
    assert {who: page.status_code for who, page in pages.items()} == {"": 401, "ops": 200, "admin": 200}
    assert pages["ops"].json()["authorization"] == f"Basic {base64.b64encode(b'prefect').decode()}"
    assert pages["ops"].headers["content-security-policy"] == "frame-ancestors 'none'; connect-src 'self'"
    forged = httpx.get(f"{proxy}/runs", auth=("admin", "salah"), verify=False)
    assert forged.status_code == 401


@pytest.mark.long
@NGINX
@pytest.mark.parametrize("who", ["ops", "admin"])
@pytest.mark.parametrize(
    "origin",
    [
        "https://evil.example",
        "null",
        "http://localhost",
        "https://localhost",
        "https://localhost.evil.example",
    ],
)
def test_a_page_of_another_origin_gets_nothing(proxy: str, who: str, origin: str) -> None:
    for method, path in (("GET", "/runs"), ("POST", "/api/flow_runs/filter"), ("POST", "/api/flows/")):
        assert asked(proxy, who, method, path, headers={"Origin": origin}).status_code == 403
    assert asked(proxy, who, "POST", "/api/flow_runs/filter", headers={"Origin": proxy}).status_code == 200


@NGINX
def test_another_name_and_odd_spellings_and_websockets_are_refused(proxy: str) -> None:
    rebound = {"Host": "evil.example"}
    assert asked(proxy, "admin", "GET", "/api/health", headers=rebound).status_code == 403
    upgrade = {"Upgrade": "websocket", "Connection": "Upgrade", "Sec-WebSocket-Key": "x"}
    assert asked(proxy, "admin", "GET", "/api/events/out", headers=upgrade).status_code == 403
    for path in ("/api%2fhealth", "//api/health", "/api/variables/name/%2e%2e/health"):
        assert asked(proxy, "admin", "GET", path).status_code == 403


@NGINX
def test_only_admin_sees_prefects_settings(proxy: str) -> None:
    """Viewers' pages ask for them, and get a few others: addresses and headers may hold passwords."""
    targets = {
        who: asked(proxy, who, "GET", "/api/admin/settings").json()["target"] for who in ("ops", "admin")
    }
    assert targets == {"ops": "/ui-settings", "admin": "/api/admin/settings"}


SECRETS = (
    "/api/block_documents/x?include_secrets=true",
    "/api/block_documents/x?include%5Fsecrets=true",
    "/api/block_types/slug/x/block_documents?include_secrets=1",
    "/api/block_types/slug/x/block_documents/name/y?a=b&include_secrets=true",
)


@NGINX
def test_nobody_reads_the_secrets_of_a_block_through_the_proxy(proxy: str) -> None:
    for path in SECRETS:
        assert asked(proxy, "ops", "GET", path).status_code == 403
        assert asked(proxy, "admin", "GET", path).json()["target"] == path.partition("?")[0]
    question = {"include_secrets": True, "block_documents": {"id": {"any_": ["x"]}}}
    for path in ("/api/block_documents/filter", "/api/block_documents/filter?include_secrets=true"):
        assert asked(proxy, "ops", "POST", path, json=question).status_code == 403
        reached = asked(proxy, "admin", "POST", path, json=question).json()
        assert reached["target"] == "/api/block_documents/filter"
        assert json.loads(reached["body"])["include_secrets"] is False


@NGINX
def test_the_secret_of_a_real_block_stays_in_prefect(prefect: PrefectServer, tmp_path: Path) -> None:
    from prefect.blocks.system import Secret  # noqa: PLC0415 - seconds to import

    secret, name = secrets.token_hex(8), f"rahasia-{uuid4()}"
    block = Secret(value=secret).save(name)
    held = ask("GET", f"{prefect.api_url}/block_documents/{block}?include_secrets=true")
    assert held["data"]["value"] == secret
    host = prefect.api_url.removeprefix("http://").removesuffix("/api")
    one, named = f"/api/block_documents/{block}", f"/api/block_types/slug/secret/block_documents/name/{name}"
    with proxied(host, os.environ[SERVER_AUTH], tmp_path) as url:
        seen = [asked(url, "admin", "GET", f"{path}?include_secrets=true") for path in (one, named)]
        seen.append(
            asked(url, "admin", "POST", "/api/block_documents/filter", json={"include_secrets": True})
        )
    assert [answer.status_code for answer in seen] == [200, 200, 200]
    assert all(name in answer.text and secret not in answer.text for answer in seen)


@contextmanager
def echo(port: int) -> Iterator[None]:
    """Stands for Prefect: says what reached it."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0))
            told = {
                "authorization": self.headers.get("Authorization"),
                "target": self.path,
                "body": body.decode(),
            }
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(told).encode())

        do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", port), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield
    server.shutdown()
