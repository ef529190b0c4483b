"""At Ctrl-C and SIGTERM a command finishes what is in flight and begins nothing new."""

import os
import signal
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from tasks.signals import heed

T = TypeVar("T")

INTERRUPTED = 130


def finish_on_signals(work: Callable[[], T], stop: threading.Event) -> T:
    """Run `work` to its end; a signal sets `stop`, a second Ctrl-C ends the process at once.

    Jobs in hand then are taken over when their lease ends. Raises what `work` raises.

    In a thread of its own: Prefect takes over the signals of a flow that runs in the main thread.
    """

    def ask_to_stop(number: int) -> None:
        if stop.is_set() and number == signal.SIGINT:
            os._exit(INTERRUPTED)
        stop.set()

    heed((signal.SIGINT, signal.SIGTERM), ask_to_stop)  # to the end of the process
    threads = ThreadPoolExecutor(1, thread_name_prefix="work")
    try:
        return threads.submit(work).result()
    finally:
        threads.shutdown(wait=False)
