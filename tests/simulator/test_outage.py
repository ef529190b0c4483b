"""An outage refuses connections, and its end opens the same port again."""

import socket
import threading

import httpx
import pytest

from bpjs_simulator.server import Simulator
from tests.simulator.caller import Caller, pendaftaran
from tests.simulator.conftest import Running


def test_an_outage_refuses_and_the_same_port_answers_again_every_time(clinic: Caller) -> None:
    url = clinic.simulator.pcare_url
    for _ in range(20):
        clinic.simulator.outage(on=True)
        with pytest.raises(httpx.ConnectError):
            clinic.raw("pcare", "GET", "kesadaran")
        clinic.simulator.outage(on=False)
        assert clinic.pcare("GET", "kesadaran").code == 200

    assert clinic.simulator.pcare_url == url


def test_saying_it_twice_changes_nothing(clinic: Caller) -> None:
    for on in (True, True, False, False):
        clinic.simulator.outage(on=on)

    assert clinic.pcare("GET", "kesadaran").code == 200


def test_what_was_held_survives_an_outage(clinic: Caller) -> None:
    clinic.register()
    clinic.simulator.outage(on=True)
    clinic.simulator.outage(on=False)

    assert len(clinic.simulator.ledger()["pendaftaran"]) == 1


def test_an_outage_cuts_a_connection_that_was_kept_open(clinic: Caller) -> None:
    with httpx.Client(base_url=clinic.simulator.pcare_url, trust_env=False) as kept:
        kept.get("/kesadaran", headers=clinic.headers("pcare"))
        clinic.simulator.outage(on=True)

        with pytest.raises(httpx.TransportError):
            kept.get("/kesadaran", headers=clinic.headers("pcare"))


def test_an_outage_cuts_a_request_that_is_being_answered(running: Running) -> None:
    clinic = running(latency_ms=1000)
    met: list[type[BaseException]] = []

    def send() -> None:
        try:
            clinic.raw("pcare", "POST", "pendaftaran", pendaftaran())
        except httpx.TransportError as cut:
            met.append(type(cut))

    sender = threading.Thread(target=send)
    sender.start()
    while clinic.simulator.ledger()["most_in_flight"] == 0:
        pass
    clinic.simulator.outage(on=True)
    sender.join(timeout=5)

    assert met in ([httpx.RemoteProtocolError], [httpx.ReadError])


def test_a_taken_port_is_an_error_that_says_so(running: Running) -> None:
    taken = running().simulator.port

    with pytest.raises(OSError, match=r"(?i)address already in use"):
        Simulator(port=taken).start()


def test_a_taken_control_port_leaves_no_port_open() -> None:
    with socket.socket() as taken, socket.socket() as free:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
        free.close()
        with pytest.raises(OSError, match=r"(?i)address already in use"):
            Simulator(port=port, control_port=taken.getsockname()[1]).start()

        with Simulator(port=port, control_port=0) as again:
            assert again.port == port


def test_it_listens_on_this_machine_only(clinic: Caller) -> None:
    for url in (clinic.simulator.url, clinic.simulator.control_url):
        assert url.startswith("http://127.0.0.1:")


def test_control_is_the_next_port_by_default() -> None:
    assert Simulator(port=4010).control_port == 4011
