"""Just before the first byte leaves, on a connection that stands, the caller is asked once more."""

import socket
import threading

import pytest

from bpjs_client.errors import NotSent, Withheld
from bpjs_client.jenis import Jenis, Service
from bpjs_client.jobs import Bpjs

from .samples import BODIES, CARD, settings

JOB = Jenis.TAMBAH_PENDAFTARAN


@pytest.mark.parametrize("answers", [(False,), (True, False)], ids=["before connecting", "once connected"])
def test_nothing_leaves_when_the_caller_says_so_at_the_last_moment(answers: tuple[bool, ...]) -> None:
    came: list[bytes] = []
    connected = threading.Event()
    listener = socket.create_server(("127.0.0.1", 0))

    def listen() -> None:
        with listener.accept()[0] as connection:
            connected.set()
            came.append(connection.recv(100))

    thread = threading.Thread(target=listen, daemon=True)
    thread.start()
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    asked = iter(answers)
    with listener, Bpjs(settings(pcare_base_url=url)) as bpjs:
        with pytest.raises(Withheld) as withheld:
            bpjs.send(JOB, BODIES[JOB], may_leave=lambda: next(asked))
        if len(answers) > 1:
            thread.join(5)
            assert (connected.is_set(), came) == (True, [b""])
    assert isinstance(withheld.value, NotSent)
    assert withheld.value.outcome == "not-sent"
    assert CARD not in f"{withheld.value!r} {withheld.value}"


def test_a_read_asks_nobody() -> None:
    with Bpjs(settings(pcare_base_url="http://127.0.0.1:1")) as bpjs, pytest.raises(NotSent) as refused:
        bpjs.probe(Service.PCARE)
    assert not isinstance(refused.value, Withheld)
