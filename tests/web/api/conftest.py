"""A server of the API, and a caller of the clinic `utama`."""

from collections.abc import Iterator

import httpx
import pytest

from database import Database
from tests.database.clinic import FakeClock
from tests.web.api.served import Served, serving


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def served(database: Database) -> Iterator[Served]:
    with serving(database) as running:
        yield running


@pytest.fixture
def caller(served: Served) -> Iterator[httpx.Client]:
    with served.caller() as client:
        yield client
