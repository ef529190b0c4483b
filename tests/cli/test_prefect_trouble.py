"""A wrong Prefect password, another server at its address and a dead proxy are called by their names."""

import os
import subprocess
import sys
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from bpjs_simulator.server import Simulator
from database.settings import PROJECT
from tasks.prefect_server.running import announcing, server_note
from tests.cli.conftest import Line
from tests.cli.terminal import Terminal
from tests.flows.prefect_server import PrefectServer, prefect_server

REFUSED = (
    "Server Prefect menolak kata sandi (HTTP 401);"
    " periksa PREFECT_API_AUTH_STRING, atau PREFECT_HOME dengan folder Prefect milik server itu."
)
SOMEBODY_ELSE = "Server Prefect bukan yang menjawab, melainkan proxy atau server lain"
KEPT = " Pekerjaan tetap tersimpan dan menunggu."
WRONG, RIGHT = "admin:sandi-salah", "admin:sandi-benar"
ASKING = [
    ("send",),
    ("resend", "1", "--patch", '{"nohp": "081234567890"}'),
    ("resend", "--filter", "--ya"),
    ("sync", "antrean/poli"),
]


@pytest.fixture(scope="module")
def guarded(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    """A Prefect server that asks for a password."""
    home = tmp_path_factory.mktemp("guarded")
    with prefect_server(home, PREFECT_SERVER_API_AUTH_STRING=RIGHT) as server:
        yield server


@pytest.fixture
def outside(at_work: Terminal, guarded: PrefectServer) -> Terminal:
    """A terminal that knows a wrong password."""
    at_work.environ |= {"PREFECT_API_URL": guarded.api_url, "PREFECT_API_AUTH_STRING": WRONG}
    return at_work


@pytest.fixture
def waiting(outside: Terminal, line: Line) -> Terminal:
    """A job waits in it, and one is wrong."""
    lines = [line(), line("tambah-pendaftaran", norm="RM-2", body={"kdPoli": None})]
    outside("enqueue", "-", stdin="\n".join(lines).encode())
    return outside


@pytest.mark.long
@pytest.mark.parametrize("words", ASKING, ids=" ".join)
def test_a_wrong_password_is_called_that(waiting: Terminal, words: tuple[str, ...]) -> None:
    ran = waiting(*words)
    assert (ran.code, ran.err.splitlines()[-1]) == (2, f"{REFUSED}{KEPT}")
    assert "sandi-" not in ran.out + ran.err


@pytest.mark.long
def test_doctor_says_which_variable_is_wrong(outside: Terminal) -> None:
    ran = outside("doctor")
    assert "✗ Prefect: menolak kata sandi (HTTP 401)" in ran.out
    assert "→ periksa PREFECT_API_AUTH_STRING" in ran.out
    assert "✓ Prefect" in outside("doctor", PREFECT_API_AUTH_STRING=RIGHT).out


@pytest.mark.long
def test_a_dispatcher_says_it_and_goes_on_asking(waiting: Terminal) -> None:
    with waiting.running("dispatch") as dispatcher:
        dispatcher.wait_until(lambda: dispatcher.said.count(f"delivery pauses: {REFUSED}") > 1)
        assert dispatcher.stop() == 0


def deployed(terminal: Terminal, **environ: str) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, "-m", "deployments.deploy", "--wait", "90"]
    whole = {"PATH": os.environ["PATH"]} | terminal.environ | environ
    how = {"cwd": PROJECT, "capture_output": True, "text": True, "timeout": 80}
    return subprocess.run(command, env=whole, check=False, **how)  # type: ignore[call-overload,no-any-return]


@pytest.mark.long
def test_a_deploy_says_it_at_once(outside: Terminal) -> None:
    done = deployed(outside)
    assert (done.returncode, done.stdout, done.stderr) == (2, "", f"{REFUSED}\n")


@pytest.fixture
def page() -> Iterator[str]:
    """The address of a server that gives everybody the same page, as a proxy of the clinic's network does."""

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            self.send_response(200)
            self.send_header("Content-Type", "text/html")
            self.end_headers()
            self.wfile.write(b"<html>Silakan masuk</html>")

        do_POST = do_PUT = do_PATCH = do_DELETE = do_GET  # noqa: N815

        def log_message(self, *_: object) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    Thread(target=server.serve_forever, daemon=True).start()
    yield f"http://127.0.0.1:{server.server_port}/api"
    server.shutdown()


@pytest.mark.long
def test_another_server_at_the_address_is_called_that(waiting: Terminal, page: str) -> None:
    waiting.environ["PREFECT_API_URL"] = page
    assert f"✗ Prefect: {SOMEBODY_ELSE.removeprefix('Server Prefect ')}" in waiting("doctor").out
    assert waiting("send").complaint.startswith(SOMEBODY_ELSE)


@pytest.mark.long
@pytest.mark.parametrize("words", [("send",), ("sync", "antrean/poli")], ids=" ".join)
def test_our_own_server_that_is_only_starting_is_called_that(
    at_work: Terminal, line: Line, words: tuple[str, ...]
) -> None:
    at_work("enqueue", "-", stdin=line().encode())
    nobody = {"PREFECT_API_URL": "http://127.0.0.1:9/api"}
    with announcing(server_note(at_work.environ), nobody):
        ran = at_work(*words)
    assert ran.code == 2
    assert ran.err.splitlines()[-1] == (
        "Server Prefect di http://127.0.0.1:9 belum menjawab; bila baru dinyalakan, coba lagi sebentar lagi."
        + KEPT
    )


DEAD = {
    name: "http://127.0.0.1:9"
    for proxy in ("http_proxy", "https_proxy", "all_proxy")
    for name in (proxy, proxy.upper())
} | {"NO_PROXY": "", "no_proxy": ""}


@pytest.mark.long
def test_a_dead_proxy_is_not_asked_for_what_is_on_this_machine(
    at_work: Terminal, line: Line, guarded: PrefectServer, simulator: Simulator
) -> None:
    at_work.environ |= DEAD | {"PREFECT_API_URL": guarded.api_url, "PREFECT_API_AUTH_STRING": RIGHT}
    at_work("enqueue", "-", stdin=line(body={"kodedokter": 200101, "jampraktek": "07:00-12:00"}).encode())
    sent = at_work("send", "--json")
    assert (sent.code, sent.json["terkirim"]) == (0, 1), sent.err
    assert len(simulator.ledger()["writes"]) == 1
    examined = at_work("doctor").out
    assert "✓ Prefect: menjawab" in examined
    assert "✓ BPJS pcare: menjawab" in examined


@pytest.mark.long
def test_a_temporary_server_is_found_beside_a_dead_proxy(at_work: Terminal, line: Line) -> None:
    at_work.environ |= DEAD
    at_work("enqueue", "-", stdin=line(body={"kodedokter": 200101, "jampraktek": "07:00-12:00"}).encode())
    sent = at_work("send", "--json")
    assert (sent.code, sent.json["terkirim"]) == (0, 1), sent.err
