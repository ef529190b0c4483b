"""A running simulator and a clinic that calls it."""

from collections.abc import Callable, Iterator
from contextlib import ExitStack
from typing import Any

import pytest

from bpjs_simulator.server import Simulator
from tests.simulator.caller import Caller

Running = Callable[..., Caller]


@pytest.fixture
def running() -> Iterator[Running]:
    """Starts simulators with the arguments given; each is stopped at the end of the test."""
    with ExitStack() as started:

        def start(**arguments: Any) -> Caller:
            return Caller(started.enter_context(Simulator(**arguments)))

        yield start


@pytest.fixture
def clinic(running: Running) -> Caller:
    """A clinic calling a simulator with its defaults."""
    return running()
