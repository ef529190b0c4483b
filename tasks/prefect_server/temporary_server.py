"""A temporary Prefect server that several processes of one command share."""

import os
from collections.abc import Iterator
from contextlib import contextmanager

from prefect.settings import get_current_settings

from tasks.prefect_server.environment import API_URL, has_api_url


def is_temporary() -> bool:
    """Whether Prefect's server ends with this process, so that nobody hears of the events sent to it."""
    return not get_current_settings().api.url


@contextmanager
def shared_server() -> Iterator[None]:
    """For this block PREFECT_API_URL names a server that children find too: a temporary one if need be.

    Raises RuntimeError when a temporary one does not start in time.
    """
    if has_api_url(os.environ):
        yield
        return
    from prefect.server.api.server import SubprocessASGIServer  # noqa: PLC0415 - a third of the time a start takes

    server = SubprocessASGIServer()
    server.start(timeout=get_current_settings().server.ephemeral.startup_timeout_seconds)
    os.environ[API_URL] = server.api_url
    try:
        yield
    finally:
        del os.environ[API_URL]
        server.stop()
