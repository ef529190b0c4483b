"""Turns Ctrl-C and requests to terminate into one event that every wait of a run looks at."""

import signal
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from tasks.signals import heed

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stop(threading.Event):
    """Set when a run is to end; `terminal_gone` when nobody watches any more how it does."""

    terminal_gone = False


@contextmanager
def stop_on_signals() -> Iterator[Stop]:
    """The event, set by the first signal; further ones do not disturb the clean-up. Main thread only."""
    stop = Stop()

    def ask(number: int) -> None:
        stop.terminal_gone |= number == signal.SIGHUP
        stop.set()

    end = heed(_ENDING, ask)
    try:
        yield stop
    finally:
        end()
