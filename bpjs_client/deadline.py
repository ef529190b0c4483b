"""A limit on one whole exchange, which httpx lacks: its timeouts start anew with every part received.

The limit is kept at the socket, so that an answer which drips, header or body, cannot outlive it.
"""

import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from ssl import SSLContext
from typing import Any

import httpcore
import httpx

# An idle connection that the other side closes while we send makes the write uncertain: keep them short.
_KEEPALIVE_SECONDS = 2.0
_CONNECTIONS = httpx.Limits(max_connections=100, max_keepalive_connections=40)


class DeadlinePassed(Exception):
    """The whole answer took longer than it may."""


class Deadline:
    """A moment on the monotonic clock, ``seconds`` from its creation."""

    def __init__(self, seconds: float) -> None:
        self._end = time.monotonic() + seconds

    def check(self) -> None:
        """Raise `DeadlinePassed` when the moment is over."""
        if time.monotonic() >= self._end:
            raise DeadlinePassed

    def shorten(self, timeout: float | None) -> float:
        """What is left of a timeout, in seconds, never less than a millisecond."""
        left = max(self._end - time.monotonic(), 0.001)
        return left if timeout is None else min(timeout, left)

    @contextmanager
    def applied(self) -> Iterator[None]:
        """Bind every socket operation of this thread to the deadline."""
        token = _current.set(self)
        try:
            yield
        finally:
            _current.reset(token)


_current: ContextVar[Deadline | None] = ContextVar("deadline", default=None)


def _left(timeout: float | None) -> float | None:
    deadline = _current.get()
    return deadline.shorten(timeout) if deadline else timeout


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        return self._inner.read(max_bytes, _left(timeout))

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self._inner.write(buffer, _left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, _left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Sockets(httpcore.SyncBackend):
    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        return _Stream(super().connect_tcp(host, port, _left(timeout), local_address, socket_options))


class DeadlineTransport(httpx.HTTPTransport):
    """httpx's own transport on sockets that keep the deadline; certificates are verified, proxies ignored.

    httpx cannot be handed a socket backend, so its connection pool is replaced by one that has it.
    `ca_file` is trusted besides the public authorities. Raises OSError when it cannot be read as one.
    """

    def __init__(self, ca_file: Path | None = None) -> None:
        context = httpx.create_ssl_context(trust_env=False)
        if ca_file is not None:
            context.load_verify_locations(cafile=ca_file)
        super().__init__(verify=context)
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=_CONNECTIONS.max_connections,
            max_keepalive_connections=_CONNECTIONS.max_keepalive_connections,
            keepalive_expiry=_KEEPALIVE_SECONDS,
            network_backend=_Sockets(),
        )
