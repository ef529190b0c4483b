"""Serves the page until somebody stops it."""

import socket

import uvicorn
from fastapi import FastAPI

from web.settings import WebSettings

_MOST_HEADERS = 64 * 1024
_SECONDS_TO_FINISH = 5


def listen(host: str, port: int) -> socket.socket:
    """A socket that listens there. Raises OSError: the port is taken, or the address is not ours."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    return socket.create_server((host, port), family=family)


def server_of(app: FastAPI, settings: WebSettings) -> uvicorn.Server:
    """The server, without a line for each request, for an address is nobody's to keep."""
    config = uvicorn.Config(
        app,
        access_log=False,
        log_level="warning",
        server_header=False,
        proxy_headers=bool(settings.proxy),
        forwarded_allow_ips=settings.proxy or None,
        h11_max_incomplete_event_size=_MOST_HEADERS,
        timeout_graceful_shutdown=_SECONDS_TO_FINISH,
    )
    return uvicorn.Server(config)
