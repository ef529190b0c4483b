"""Flows before a BPJS that is a function, and a norm of each test's own."""

import logging
from collections.abc import Callable, Iterator
from io import StringIO
from uuid import uuid4

import pytest

from database import Database
from tasks.composition import using
from tests.flows.prefect_server import PrefectServer
from tests.leaks import leaks
from tests.tasks.desk import Answer, Desk


@pytest.fixture(autouse=True)
def no_leak(capfd: pytest.CaptureFixture[str]) -> Iterator[None]:
    """Nothing that a test logs or prints names a patient or a secret; httpx's and Prefect's words included."""
    logged = StringIO()
    handler, root = logging.StreamHandler(logged), logging.getLogger()
    level = root.level
    root.addHandler(handler)
    root.setLevel(logging.DEBUG)
    yield
    root.removeHandler(handler)
    root.setLevel(level)
    shown = capfd.readouterr()
    assert leaks(logged.getvalue() + shown.out + shown.err) == set()


@pytest.fixture
def desk(database: Database, prefect: PrefectServer) -> Iterator[Callable[[Answer], Desk]]:
    """A desk whose composition is the one that tasks see."""
    opened = []

    def make(answer: Answer) -> Desk:
        here = Desk(database, answer)
        context = using(here.at)
        context.__enter__()
        opened.append(context)
        return here

    yield make
    for context in opened:
        context.__exit__(None, None, None)


@pytest.fixture
def norm() -> str:
    """A norm of this test alone: all tests share one Prefect server."""
    return f"RM-{uuid4().hex[:8]}"
