"""Real sockets that break: what can have reached BPJS decides what happens next."""

import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager

import httpcore
import httpx
import pytest

from bpjs_client.deadline import Allowance, Deadline, DeadlinePassed, DeadlineTransport
from bpjs_client.errors import BpjsError, NotSent, Temporary, Unknown
from bpjs_client.jenis import Jenis, Service
from bpjs_client.jobs import Bpjs
from bpjs_client.resolving import Resolve

from .bombs import Talk
from .samples import BODIES, clinic, settings
from .sockets import server

JOB = Jenis.TAMBAH_PENDAFTARAN
# On however busy a machine. Without the deadline these servers would keep us for longer than any test may take.
SOON = 30
HEAD = b"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: 1000\r\n\r\n"


def cut(connection: socket.socket, over: threading.Event) -> None:
    """Close without a word."""


def cut_in_the_middle(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(HEAD + b'{"response"')


def talk_nonsense(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"bukan HTTP sama sekali\r\n\r\n")


def say_nothing(connection: socket.socket, over: threading.Event) -> None:
    over.wait(20)


def drip_the_body(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(HEAD)
    while not over.wait(0.05):
        connection.sendall(b" ")


def drip_the_header(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Pelan: ")
    while not over.wait(0.05):
        connection.sendall(b"a")


def lie_about_compression(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Encoding: gzip\r\nContent-Length: 5\r\n\r\nbukan")


def talking_to(url: str, timeout: float = 10) -> Bpjs:
    return Bpjs(settings(pcare_base_url=url, timeout_seconds=timeout))


BROKEN = [
    cut,
    cut_in_the_middle,
    talk_nonsense,
    say_nothing,
    drip_the_body,
    drip_the_header,
    lie_about_compression,
]


@pytest.mark.parametrize("talk", BROKEN)
@pytest.mark.parametrize("is_write", [True, False])
def test_a_lost_answer_makes_a_write_unknown_and_a_read_temporary(talk: Talk, is_write: bool) -> None:
    with server(talk) as url, talking_to(url, timeout=0.4) as bpjs, pytest.raises(BpjsError) as caught:
        bpjs.send(JOB, BODIES[JOB]) if is_write else bpjs.read(Service.PCARE, "kesadaran")

    assert caught.value.outcome == ("unknown" if is_write else "temporary")


@pytest.mark.parametrize("talk", [drip_the_body, drip_the_header])
def test_an_answer_that_drips_ends_at_the_deadline(talk: Talk) -> None:
    with server(talk) as url, talking_to(url, timeout=0.5) as bpjs:
        started = time.monotonic()
        with pytest.raises(BpjsError):
            bpjs.send(JOB, BODIES[JOB])

    assert 0.9 < time.monotonic() - started < SOON


def test_a_lost_write_is_never_repeated() -> None:
    arrived = []

    def count_and_cut(connection: socket.socket, over: threading.Event) -> None:
        arrived.append(connection)

    with server(count_and_cut) as url, talking_to(url) as bpjs, pytest.raises(BpjsError):
        bpjs.send(JOB, BODIES[JOB])

    assert len(arrived) == 1


def test_a_refused_connection_was_not_sent() -> None:
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with talking_to(f"http://127.0.0.1:{port}") as bpjs, pytest.raises(BpjsError) as caught:
        bpjs.send(JOB, BODIES[JOB])

    assert caught.value.outcome == "not-sent"
    assert caught.value.exchange.http_code is None


def test_a_failed_tls_handshake_was_not_sent() -> None:
    with (
        server(talk_nonsense) as url,
        talking_to(url.replace("http", "https")) as bpjs,
        pytest.raises(BpjsError) as caught,
    ):
        bpjs.send(JOB, BODIES[JOB])

    assert caught.value.outcome == "not-sent"


def drip_a_handshake(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"\x16\x03\x03\x3f\xff")  # a record of 16 KB
    while not over.wait(0.05):
        connection.sendall(b"\x02")


def test_a_handshake_that_drips_ends_at_the_deadline_and_nothing_was_sent() -> None:
    with server(drip_a_handshake) as url, talking_to(url.replace("http", "https"), timeout=0.5) as bpjs:
        started = time.monotonic()
        with pytest.raises(NotSent):
            bpjs.send(JOB, BODIES[JOB])

    assert time.monotonic() - started < SOON


def take_a_sip_at_a_time(connection: socket.socket, over: threading.Event) -> None:
    while not over.wait(0.05):
        connection.recv(1024)


def test_a_request_that_is_taken_a_sip_at_a_time_ends_at_the_deadline() -> None:
    with server(take_a_sip_at_a_time) as url, talking_to(url, timeout=0.5) as bpjs:
        started = time.monotonic()
        with pytest.raises(Unknown):
            bpjs.send(JOB, BODIES[JOB] | {"keluhan": "a" * 20_000_000})

    assert time.monotonic() - started < SOON


@contextmanager
def black_hole() -> Iterator[str]:
    """A server whose queue is full: whoever knocks hears nothing."""
    with socket.create_server(("127.0.0.1", 0), backlog=0) as listener, ExitStack() as queue:
        for _ in range(4):
            waiting = queue.enter_context(socket.socket())
            waiting.setblocking(False)
            waiting.connect_ex(listener.getsockname())
        yield f"https://bpjs.test:{listener.getsockname()[1]}"


def asking(resolve: Resolve, url: str, timeout: float) -> Bpjs:
    """A client that resolves names so."""
    wanted = settings(pcare_base_url=url, timeout_seconds=timeout)
    return Bpjs(wanted, transport=DeadlineTransport(resolve=resolve))


def test_a_host_with_many_addresses_that_say_nothing_ends_at_the_deadline() -> None:
    with black_hole() as url, asking(lambda *_: ["127.0.0.1"] * 200, url, timeout=0.5) as bpjs:
        started = time.monotonic()
        with pytest.raises(NotSent, match="dalam batas waktu"):
            bpjs.send(JOB, BODIES[JOB])

    assert 0.9 < time.monotonic() - started < SOON  # with half a second for each it would be 100 s


def test_the_next_address_is_tried_when_one_refuses() -> None:
    addresses = ["127.0.0.2", "127.0.0.1"]  # the server listens at the second
    with (
        server(cut) as url,
        asking(lambda *_: addresses, url, timeout=5) as bpjs,
        pytest.raises(Temporary),
    ):
        bpjs.read(Service.PCARE, "kesadaran")


def test_a_resolver_that_thinks_too_long_is_not_waited_for() -> None:
    told, answered = threading.Event(), threading.Event()

    def think(host: str, port: int) -> list[str]:
        told.wait(60)
        answered.set()
        return ["127.0.0.1"]

    with asking(think, "https://bpjs.test", timeout=0.3) as bpjs:
        with pytest.raises(NotSent, match="dalam batas waktu"):
            bpjs.send(JOB, BODIES[JOB])
        assert not answered.is_set()
        told.set()


@pytest.mark.parametrize("failure", [socket.gaierror("tidak dikenal"), UnicodeError("bukan nama")])
def test_a_name_that_nobody_knows_was_not_sent(failure: Exception) -> None:
    def fail(host: str, port: int) -> list[str]:
        raise failure

    with asking(fail, "https://bpjs.test", timeout=5) as bpjs, pytest.raises(NotSent):
        bpjs.send(JOB, BODIES[JOB])


def test_nothing_leaves_when_the_time_is_over_before_the_first_byte() -> None:
    allowance = Allowance(Deadline(0))

    with pytest.raises(httpcore.ConnectTimeout):
        allowance.before_write()


def test_once_something_has_left_the_deadline_makes_it_uncertain() -> None:
    allowance = Allowance(Deadline(0.05))
    allowance.before_write()
    time.sleep(0.1)

    with pytest.raises(DeadlinePassed):
        allowance.before_write()


FOREIGN = [
    (httpx.ConnectError, "not-sent", "not-sent"),
    (httpx.ConnectTimeout, "not-sent", "not-sent"),
    (httpx.PoolTimeout, "not-sent", "not-sent"),
    (httpx.UnsupportedProtocol, "not-sent", "not-sent"),
    (httpx.WriteError, "unknown", "temporary"),
    (httpx.WriteTimeout, "unknown", "temporary"),
    (httpx.ReadError, "unknown", "temporary"),
    (httpx.ReadTimeout, "unknown", "temporary"),
    (httpx.CloseError, "unknown", "temporary"),
    (httpx.RemoteProtocolError, "unknown", "temporary"),
    (httpx.LocalProtocolError, "unknown", "temporary"),
    (httpx.DecodingError, "unknown", "temporary"),
]


@pytest.mark.parametrize(("kind", "on_write", "on_read"), FOREIGN)
def test_every_foreign_error_becomes_ours_and_leaves_no_trace_of_itself(
    kind: type[httpx.RequestError], on_write: str, on_read: str
) -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        raise kind(f"rahasia {request.url}", request=request)

    asks: list[Callable[[Bpjs], object]] = [
        lambda bpjs: bpjs.send(JOB, BODIES[JOB]),
        lambda bpjs: bpjs.read(Service.PCARE, "kesadaran"),
    ]
    outcomes = []
    for ask in asks:
        with pytest.raises(BpjsError) as caught:
            ask(clinic(handle))
        outcomes.append(caught.value.outcome)
        assert caught.value.__cause__ is None
        assert caught.value.__context__ is None

    assert outcomes == [on_write, on_read]


def test_many_threads_may_share_one_client() -> None:
    seen: set[str] = set()

    def handle(request: httpx.Request) -> httpx.Response:
        seen.add(request.url.path)
        return httpx.Response(200, json={"response": [], "metaData": {"code": 200, "message": "OK"}})

    bpjs = clinic(handle)
    threads = [threading.Thread(target=bpjs.read, args=(Service.PCARE, f"ref/{n}")) for n in range(20)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert len(seen) == 20
