"""A TCP proxy before the tests' PostgreSQL that goes silent: it takes every byte and passes none on."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PIECE = 65_536


class SilentProxy:
    """Connections are forwarded until `silence`; those made after it are forwarded again."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._sockets: list[socket.socket] = []
        self._talking = threading.Event()
        self._talking.set()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def silence(self) -> None:
        """From now on nothing comes through on what is connected; nothing is closed either."""
        self._talking.clear()
        self._talking = threading.Event()
        self._talking.set()

    def stop(self) -> None:
        """Close everything."""
        for opened in [self._listening, *self._sockets]:
            with suppress(OSError):
                opened.close()

    def _accept(self) -> None:
        with suppress(OSError):
            while True:
                near, _ = self._listening.accept()
                far = socket.socket(socket.AF_UNIX)
                far.connect(str(self._target))
                self._sockets += [near, far]
                for pair in ((near, far), (far, near)):
                    threading.Thread(target=_forward, args=(*pair, self._talking), daemon=True).start()


def _forward(here: socket.socket, there: socket.socket, talking: threading.Event) -> None:
    with suppress(OSError):
        while piece := here.recv(PIECE):
            if talking.is_set():
                there.sendall(piece)
        if talking.is_set():
            there.shutdown(socket.SHUT_WR)


@contextmanager
def silent_proxy(target: Path) -> Iterator[SilentProxy]:
    """A proxy for the length of a `with` block."""
    proxy = SilentProxy(target)
    try:
        yield proxy
    finally:
        proxy.stop()
