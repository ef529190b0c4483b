"""Serves the page until somebody stops it."""

import signal
import socket
import sys
from typing import Any

import uvicorn
from fastapi import FastAPI
from uvicorn.middleware.proxy_headers import ProxyHeadersMiddleware

from web.proxy_login import Application, NotesPeer
from web.settings import WebSettings

_MOST_HEADERS = 64 * 1024
_SECONDS_TO_FINISH = 5


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises OSError: the port is taken, or the address is not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


def as_served(app: FastAPI, settings: WebSettings) -> Application:
    """The application, which believes what the listed proxy says of its browsers, and nobody else."""
    believing: Any = ProxyHeadersMiddleware(app, trusted_hosts=settings.proxy) if settings.proxy else app  # type: ignore[arg-type]
    return NotesPeer(believing)


def server_of(app: FastAPI, settings: WebSettings) -> uvicorn.Server:
    """The server, without a line for each request, for an address is nobody's to keep."""
    config = uvicorn.Config(
        as_served(app, settings),
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=False,  # as_served has them
        h11_max_incomplete_event_size=_MOST_HEADERS,
        timeout_graceful_shutdown=_SECONDS_TO_FINISH,
    )
    return uvicorn.Server(config)


def end_whole() -> None:
    """Let what stands around a server come to its end too, when it is told to end.

    The server raises the signal again when it has finished, which would end the process on the spot.
    """
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(0))
