"""Ctrl-C and requests to terminate set one event, which every wait of a run looks at."""

import os
import signal
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from tasks.signals import heed

_ENDING = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)


class Stop(threading.Event):
    """An event that is set when a run is to end; `terminal_gone`: nobody watches its end any more."""

    terminal_gone = False


@contextmanager
def stop_on_signals() -> Iterator[Stop]:
    """The event, set by the first signal; further ones do not disturb the clean-up. Main thread only."""
    stop = Stop()

    def ask(number: int) -> None:
        stop.terminal_gone |= number == signal.SIGHUP
        stop.set()

    end = heed(_ENDING, ask)
    over = _watch_terminal(lambda: ask(signal.SIGHUP))
    try:
        yield stop
    finally:
        over.set()
        end()


_LOOK_SECONDS = 0.5


def _watch_terminal(gone: Callable[[], None]) -> threading.Event:
    """Tell when our terminal is closed, until the event is set: below `make` nobody else tells us.

    The system sends the hang-up to the terminal's first process alone; `make`, when it is that one, keeps it
    to itself and waits for us.
    """
    over = threading.Event()
    ours = next((stream for stream in range(3) if os.isatty(stream)), None)

    def watch(stream: int) -> None:
        while not over.wait(_LOOK_SECONDS):
            if not os.isatty(stream):
                gone()
                return

    if ours is not None:
        threading.Thread(target=watch, args=(ours,), name="terminal", daemon=True).start()
    return over
