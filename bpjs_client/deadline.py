"""The limits of one whole exchange, which httpx lacks: its timeouts start anew with every part received.

They are kept at the socket, so that no byte, of a header, an interim answer (1xx), a body or what follows it,
can outlive the deadline or come in greater number than anybody wants to read.
"""

import time
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path
from ssl import SSLContext
from typing import Any

import httpcore
import httpx

from bpjs_client.limits import MOST_HEAD, MOST_ON_THE_WAY, AnswerTooLarge
from bpjs_client.resolving import Resolve, addresses_of, resolved

# An idle connection that the other side closes while we send makes the write uncertain: keep them short.
_KEEPALIVE_SECONDS = 2.0
_CONNECTIONS = httpx.Limits(max_connections=100, max_keepalive_connections=40)
_WRITTEN_AT_ONCE = 64 * 2**10  # bytes; a receiver that dawdles is noticed between two writes


class DeadlinePassed(Exception):
    """The whole answer took longer than it may."""


class MustNotLeave(Exception):
    """Whoever sends is not entitled to it any more; nothing has left."""


class Deadline:
    """A moment on the monotonic clock, ``seconds`` from its creation.

    ``may_leave`` is asked just before the first byte of an exchange leaves, when all waiting is over.
    """

    def __init__(self, seconds: float, may_leave: Callable[[], bool] = lambda: True) -> None:
        self._end = time.monotonic() + seconds
        self._may_leave = may_leave

    @property
    def is_over(self) -> bool:
        """Whether the moment has passed."""
        return time.monotonic() >= self._end

    def check(self) -> None:
        """Raise `DeadlinePassed` when the moment is over."""
        if self.is_over:
            raise DeadlinePassed

    def check_leave(self) -> None:
        """Raise `MustNotLeave` when the exchange must not begin any more."""
        if not self._may_leave():
            raise MustNotLeave

    def shorten(self, timeout: float | None) -> float:
        """The rest of a timeout, in seconds, never less than a millisecond."""
        left = max(self._end - time.monotonic(), 0.001)
        return left if timeout is None else min(timeout, left)

    @contextmanager
    def applied(self) -> "Iterator[Allowance]":
        """Bind every socket operation of this thread to what one exchange may take and receive."""
        allowance = Allowance(self)
        token = _current.set(allowance)
        try:
            yield allowance
        finally:
            _current.reset(token)


class Allowance:
    """The rest of one exchange's time, and of the bytes that it may receive."""

    def __init__(self, deadline: Deadline) -> None:
        self.deadline = deadline
        self._left = MOST_HEAD
        self._has_begun = False

    def begin_body(self) -> None:
        """The head is whole: from here on as much is let in as a body may have on its way."""
        self._left = MOST_ON_THE_WAY

    def before_write(self) -> None:
        """Raises ConnectTimeout, MustNotLeave before anything has left, afterwards DeadlinePassed."""
        if not self._has_begun and self.deadline.is_over:
            raise httpcore.ConnectTimeout
        self.deadline.check()
        if not self._has_begun:
            self.deadline.check_leave()
        self._has_begun = True

    def before_read(self) -> None:
        """Raises DeadlinePassed, AnswerTooLarge. Who always has more to say makes no timeout run out."""
        self.deadline.check()
        if self._left <= 0:
            raise AnswerTooLarge

    def received(self, count: int) -> None:
        """So many bytes more have come."""
        self._left -= count


_current: ContextVar[Allowance | None] = ContextVar("allowance", default=None)


def _left(timeout: float | None) -> float | None:
    allowance = _current.get()
    return allowance.deadline.shorten(timeout) if allowance else timeout


class _Stream(httpcore.NetworkStream):
    def __init__(self, inner: httpcore.NetworkStream) -> None:
        self._inner = inner

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        allowance = _current.get()
        if allowance is None:
            return self._inner.read(max_bytes, timeout)
        allowance.before_read()
        data = self._inner.read(max_bytes, _left(timeout))
        allowance.received(len(data))
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _WRITTEN_AT_ONCE):
            if allowance := _current.get():
                allowance.before_write()
            self._inner.write(buffer[start : start + _WRITTEN_AT_ONCE], _left(timeout))

    def close(self) -> None:
        self._inner.close()

    def start_tls(
        self, ssl_context: SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        return _Stream(self._inner.start_tls(ssl_context, server_hostname, _left(timeout)))

    def get_extra_info(self, info: str) -> Any:
        return self._inner.get_extra_info(info)


class _Sockets(httpcore.SyncBackend):
    def __init__(self, resolve: Resolve) -> None:
        self._resolve = resolve

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        failure: Exception = httpcore.ConnectError()
        for address in resolved(host, port, self._resolve, _left(timeout)):
            left = _left(timeout)
            try:
                return _Stream(super().connect_tcp(address, port, left, local_address, socket_options))
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as refused:
                failure = refused
        raise failure


class DeadlineTransport(httpx.HTTPTransport):
    """httpx's own transport on sockets that keep the deadline; certificates are verified, proxies ignored.

    httpx cannot be handed a socket backend, so its connection pool is replaced by one that has it.
    `ca_file` is trusted besides the public authorities. Raises OSError when it cannot be read as one.
    """

    def __init__(self, ca_file: Path | None = None, *, resolve: Resolve = addresses_of) -> None:
        context = httpx.create_ssl_context(trust_env=False)
        if ca_file is not None:
            context.load_verify_locations(cafile=ca_file)
        super().__init__(verify=context)
        self._pool = httpcore.ConnectionPool(
            ssl_context=context,
            max_connections=_CONNECTIONS.max_connections,
            max_keepalive_connections=_CONNECTIONS.max_keepalive_connections,
            keepalive_expiry=_KEEPALIVE_SECONDS,
            network_backend=_Sockets(resolve),
        )
