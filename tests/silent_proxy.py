"""A TCP proxy before the tests' PostgreSQL that goes silent: it takes every byte and passes none on."""

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

PIECE = 65_536


class SilentProxy:
    """Forwards until it falls silent; what was connected then stays so, as behind a router that forgot it."""

    def __init__(self, target: Path) -> None:
        self._target = target
        self._sockets: list[socket.socket] = []
        self._talking = threading.Event()
        self._talking.set()
        self._listening = socket.create_server(("127.0.0.1", 0))
        self.port = int(self._listening.getsockname()[1])
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, name: str) -> str:
        """The address of one database behind it, as BPJS_DATABASE_URL takes it."""
        return f"postgresql://postgres@127.0.0.1:{self.port}/{name}"

    def silence(self) -> None:
        """From now on nothing comes through on what is connected; nothing is closed either."""
        self.swallow()
        self.speak()

    def swallow(self) -> None:
        """The same, and on what is connected from now on nothing comes through either."""
        self._talking.clear()

    def speak(self) -> None:
        """What is connected from now on is forwarded again."""
        if not self._talking.is_set():
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
                self._connect(near)

    def _connect(self, near: socket.socket) -> None:
        far = socket.socket(socket.AF_UNIX)
        try:
            far.connect(str(self._target))
        except OSError:  # the server is down
            near.close()
            far.close()
            return
        self._sockets += [near, far]
        for pair in ((near, far), (far, near)):
            threading.Thread(target=_forward, args=(*pair, self._talking), daemon=True).start()


def _forward(here: socket.socket, there: socket.socket, talking: threading.Event) -> None:
    with suppress(OSError):
        while piece := here.recv(PIECE):
            if talking.is_set():
                there.sendall(piece)
    if talking.is_set():
        with suppress(OSError):
            there.shutdown(socket.SHUT_WR)


@contextmanager
def silent_proxy(target: Path) -> Iterator[SilentProxy]:
    """A proxy for the length of a `with` block."""
    proxy = SilentProxy(target)
    try:
        yield proxy
    finally:
        proxy.stop()
