"""A dispatcher looks away longer and longer while an outage lasts, and not long for the next one."""

import threading
from itertools import chain, repeat

import pytest

from database import DatabaseUnavailable
from flows.in_process import dispatcher
from flows.in_process.sending import Sender
from tasks.composition import Composition, using

AT_ONCE, LATER = 0.0, 3_600.0  # seconds that deliveries go on before they fail


class Pauses(threading.Event):
    """Notes how long a dispatcher would wait; it is told to stop once nothing is left to happen."""

    def __init__(self) -> None:
        super().__init__()
        self.noted: list[float | None] = []

    def wait(self, timeout: float | None = None) -> bool:
        self.noted.append(timeout)
        return self.is_set()


def test_after_deliveries_that_went_well_the_next_outage_begins_with_a_short_pause(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    stop, now = Pauses(), 0.0
    going_on = chain(repeat(AT_ONCE, 6), [LATER, AT_ONCE])

    def deliver(_sender: Sender) -> None:
        nonlocal now
        seconds = next(going_on, None)
        if seconds is None:
            stop.set()
            return
        now += seconds
        raise DatabaseUnavailable("Basis data tidak dapat dihubungi.")

    monkeypatch.setattr(dispatcher, "deliver_as_it_comes", deliver)
    monkeypatch.setattr("flows.in_process.dispatcher.elapsed", lambda: now)
    with using(Composition()):
        dispatcher.run_dispatcher(stop=stop)

    assert stop.noted == [1, 2, 5, 10, 30, 30, 1, 2]
