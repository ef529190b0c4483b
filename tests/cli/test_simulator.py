"""`bpjs simulator`: answers where it says, and ends when it is told to."""

import signal
import socket
from contextlib import closing
from datetime import date

import httpx
import pytest

from tests.cli.terminal import Running, Terminal


@pytest.fixture
def port() -> int:
    """A port that is free, and the one after it too."""
    while True:
        with closing(socket.socket()) as first, closing(socket.socket()) as second:
            first.bind(("127.0.0.1", 0))
            found: int = first.getsockname()[1]
            try:
                second.bind(("127.0.0.1", found + 1))
            except OSError:
                continue
            return found


def started(simulator: Running) -> None:
    simulator.wait_until(lambda: "Kendali" in simulator.said)


@pytest.mark.long
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_answers_where_it_says_and_stops_when_told(terminal: Terminal, port: int, number: int) -> None:
    with terminal.running("simulator", "--port", str(port)) as simulator:
        started(simulator)
        assert f"PCare http://127.0.0.1:{port}/pcare-rest" in simulator.said
        assert f"Antrean http://127.0.0.1:{port}/antreanfktp" in simulator.said
        ledger = httpx.get(f"http://127.0.0.1:{port + 1}/ledger", trust_env=False, verify=False).json()
        assert ledger["writes"] == []
        unsigned = httpx.get(f"http://127.0.0.1:{port}/pcare-rest/kesadaran", trust_env=False, verify=False)
        assert unsigned.json()["metaData"]["code"] == 401
        assert simulator.stop(number) == 0
        assert "Traceback" not in simulator.said


@pytest.mark.long
@pytest.mark.parametrize(("fault", "status"), [("html-500", 500), ("net-error", 500), ("firewall-200", 200)])
def test_latency_and_faults_are_passed_on(terminal: Terminal, port: int, fault: str, status: int) -> None:
    asked = ("--port", str(port), "--latency-ms", "300", "--fault", f"{fault}=1")
    with terminal.running("simulator", *asked) as simulator:
        started(simulator)
        url = f"http://127.0.0.1:{port}/antreanfktp/antrean/add"
        answer = httpx.post(url, json={"tanggalperiksa": f"{date.today()}"}, trust_env=False, verify=False)
        assert answer.status_code == status
        assert answer.elapsed.total_seconds() >= 0.3


@pytest.mark.parametrize("after", [0, 1])
def test_a_port_that_is_taken_is_one_sentence(terminal: Terminal, port: int, after: int) -> None:
    with closing(socket.create_server(("127.0.0.1", port + after))):
        complaint = terminal("simulator", "--port", str(port)).complaint
    assert complaint.startswith(f"Port {port} atau {port + 1} tidak dapat dipakai")
