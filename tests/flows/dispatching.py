"""A real dispatcher in a thread of the tests."""

import threading
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import copy_context

from flows.in_process.dispatcher import run_dispatcher
from tasks.composition import Composition, using

STOPS_WITHIN_SECONDS = 90


@contextmanager
def dispatching(at: Composition, concurrency: int = 8) -> Iterator[None]:
    """It runs in a copy of this thread's context, so that it meets the tests' Prefect server and starts none."""
    stop = threading.Event()
    here = copy_context()
    with using(at):
        thread = threading.Thread(
            target=here.run, args=(run_dispatcher,), kwargs={"concurrency": concurrency, "stop": stop}
        )
        thread.start()
        try:
            yield
        finally:
            stop.set()
            thread.join(timeout=STOPS_WITHIN_SECONDS)
    assert not thread.is_alive()
