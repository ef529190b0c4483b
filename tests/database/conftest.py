"""A clock that stands still, and a clinic to hand jobs over."""

import pytest

from database import Database
from tests.database.clinic import Clinic, FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def clinic(database: Database, clock: FakeClock) -> Clinic:
    return Clinic(database, clock)
