"""Signals are heard in a thread of their own."""

import os
import signal
import threading
from collections.abc import Callable, Collection


def heed(numbers: Collection[signal.Signals], act: Callable[[int], None]) -> Callable[[], None]:
    """Call `act` with the number of each of these signals that comes, until what is returned is called.

    Only the main thread may call it. Python runs a handler in the midst of whatever that thread does, even of
    the handler of the signal before: one that sets an event may wait for ever for a lock that is held there.
    """
    here, there = os.pipe()
    os.set_blocking(there, False)
    before = {number: signal.signal(number, _nothing) for number in numbers}
    woken_before = signal.set_wakeup_fd(there, warn_on_full_buffer=False)

    def listen() -> None:
        while heard := os.read(here, 64):
            for number in heard:
                if number in before:
                    act(number)
        os.close(here)

    threading.Thread(target=listen, name="signals", daemon=True).start()

    def end() -> None:
        signal.set_wakeup_fd(woken_before)
        for number, handler in before.items():
            signal.signal(number, handler)
        os.close(there)

    return end


def _nothing(_number: int, _frame: object) -> None:
    """Without a handler the signal would end the process."""
