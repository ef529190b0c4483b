"""A clock that stands still, a clinic to hand jobs over, a database to open under different keys."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from database import Database, open_database
from database.settings import DatabaseSettings
from tests.database.clinic import Clinic, FakeClock


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def clinic(database: Database, clock: FakeClock) -> Clinic:
    return Clinic(database, clock)


@pytest.fixture
def opened(database_url: str, tmp_path: Path) -> Callable[..., Database]:
    """A database that no key was ever used on, under these keys."""
    fresh = database_url if database_url.startswith("postgres") else f"sqlite:///{tmp_path / 'fresh.db'}"

    def opening(keys: str | None, **more: Any) -> Database:
        given = SecretStr(keys) if keys else None
        settings = {"database_url": SecretStr(fresh), "data_keys": given, **more}
        return open_database(DatabaseSettings(_env_file=None, **settings))

    return opening
