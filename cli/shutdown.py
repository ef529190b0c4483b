"""Ctrl-C and SIGTERM: finish what is in flight, begin nothing new."""

import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor, wait
from typing import TypeVar

T = TypeVar("T")

_STEP_SECONDS = 0.2
INTERRUPTED = 130


def finish_on_signals(work: Callable[[], T], stop: threading.Event) -> T:
    """Run `work` to its end; a signal sets `stop`, a second Ctrl-C ends the process at once.

    Jobs in hand then are taken over when their lease ends. Raises what `work` raises.

    In a thread of its own: Prefect takes over the signals of a flow that runs in the main thread.
    """

    def ask_to_stop(number: int, _frame: object) -> None:
        if stop.is_set() and number == signal.SIGINT:
            os._exit(INTERRUPTED)
        stop.set()

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, ask_to_stop)
    threads = ThreadPoolExecutor(1, thread_name_prefix="work")
    try:
        running = threads.submit(work)
        # In short steps: a wait without end would not let the signals through.
        while not wait([running], timeout=_STEP_SECONDS).done:
            pass
        return running.result()
    finally:
        threads.shutdown(wait=False)
