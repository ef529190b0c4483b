"""An outage refuses connections, and its end opens the same port again."""

import inspect
import socket
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor

import httpx
import pytest

from bpjs_simulator.server import Simulator, serve
from tests.simulator.caller import Caller, pendaftaran, until
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
    with httpx.Client(base_url=clinic.simulator.pcare_url, trust_env=False, verify=False) as kept:
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
    until(lambda: clinic.simulator.ledger()["most_in_flight"] > 0)
    clinic.simulator.outage(on=True)
    sender.join(timeout=5)

    assert met in ([httpx.RemoteProtocolError], [httpx.ReadError])


def test_the_port_stays_taken_during_an_outage(clinic: Caller) -> None:
    clinic.simulator.outage(on=True)

    with socket.socket() as other, pytest.raises(OSError, match=r"(?i)address already in use"):
        other.bind(("127.0.0.1", clinic.simulator.port))


def test_an_outage_asked_for_from_everywhere_at_once_ends_when_it_is_over(clinic: Caller) -> None:
    with ThreadPoolExecutor(8) as threads:
        list(threads.map(lambda at: clinic.simulator.outage(on=at % 2 == 0), range(80)))

    clinic.simulator.outage(on=True)
    with pytest.raises(httpx.ConnectError):
        clinic.raw("pcare", "GET", "kesadaran")
    clinic.simulator.outage(on=False)
    assert clinic.pcare("GET", "kesadaran").code == 200


def test_stopping_does_not_wait_for_a_slow_answer(clinic: Caller) -> None:
    clinic.simulator.set_faults({"slow": 1}, slow_seconds=60)
    met: list[type[BaseException]] = []

    def send() -> None:
        try:
            clinic.raw("pcare", "POST", "pendaftaran", pendaftaran())
        except httpx.TransportError as cut:
            met.append(type(cut))

    sender = threading.Thread(target=send)
    sender.start()
    until(lambda: bool(clinic.simulator.ledger()["writes"]))
    clinic.simulator.stop()
    sender.join(timeout=30)  # half of what its answer takes

    assert not sender.is_alive()
    assert met in ([httpx.RemoteProtocolError], [httpx.ReadError])


@pytest.mark.parametrize(("port", "control_port"), [(65536, 0), (0, 65536), (65535, None)])
def test_a_number_that_no_port_has_is_an_error_and_leaves_nothing_running(
    port: int, control_port: int | None
) -> None:
    before = threading.active_count()

    with pytest.raises(OverflowError):
        Simulator(port=port, control_port=control_port).start()

    assert threading.active_count() == before


def test_a_taken_port_is_an_error_that_says_so(running: Running) -> None:
    taken = running().simulator.port

    with pytest.raises(OSError, match=rf"(?i)port {taken}: address already in use"):
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


@pytest.mark.parametrize("which", ["port", "control_port"])
@pytest.mark.parametrize("reopened", [False, True])
def test_it_listens_on_this_machines_own_address_and_on_no_other(
    clinic: Caller, which: str, reopened: bool
) -> None:
    if reopened:
        clinic.simulator.outage(on=True)
        clinic.simulator.outage(on=False)
    port = getattr(clinic.simulator, which)

    socket.create_connection(("127.0.0.1", port), timeout=5).close()
    # What listens on every address answers here too.
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection(("127.0.0.2", port), timeout=5)


@pytest.mark.parametrize("start", [Simulator, serve])
def test_there_is_no_way_to_ask_for_another_address(start: Callable[..., object]) -> None:
    assert not {"host", "address", "bind", "interface"} & set(inspect.signature(start).parameters)


def test_control_is_the_next_port_by_default() -> None:
    assert Simulator(port=4010).control_port == 4011
