"""What all tests share. Prefect reads its settings at import, so they are made before anything imports it."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path

from tasks.prefect_server.environment import configure, configure_server

for name in [name for name in os.environ if name.startswith(("PREFECT_", "BPJS_"))]:
    del os.environ[name]
os.environ["PREFECT_HOME"] = tempfile.mkdtemp(prefix="prefect-home-")
configure(os.environ)
configure_server(os.environ)  # one password for every server of the tests

import pytest  # noqa: E402
from pydantic import SecretStr  # noqa: E402

from database import Database, open_database  # noqa: E402
from database.settings import DatabaseSettings  # noqa: E402
from database.storage.server_clock import Clock  # noqa: E402
from tests.flows.prefect_server import PrefectServer, prefect_server  # noqa: E402
from tests.leaks import leaks  # noqa: E402
from tests.postgres import PostgresServer, start_postgres  # noqa: E402

KINDS = ("sqlite", "postgresql")
# For what the kind of database cannot change.
SQLITE = pytest.mark.parametrize("database_url", KINDS[:1], indirect=True)
POSTGRESQL = pytest.mark.parametrize("database_url", KINDS[1:], indirect=True)
# Of flows only these run on both kinds: what they add to tests/database and tests/tasks is Prefect, not SQL.
FLOWS_ON_BOTH = frozenset(
    {
        "test_kill.py",  # a promise each
        "test_kirim.py",
        "test_outage.py",
        "test_sample_day.py",
        "test_taking_up.py",  # PostgreSQL tells a dispatcher of new rows
    }
)
# Files are shared out among processes: those that take minutes must not come last.
SLOW_FIRST = ("ui", "chaos", "flows", "deployments", "cli")


def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Leave out what a second kind of database adds nothing to; put the slow folders' tests first."""
    twice = {item for item in items if _is_told_already(item)}
    config.hook.pytest_deselected(items=list(twice))
    items[:] = [item for item in items if item not in twice]
    places = {folder: place for place, folder in enumerate(SLOW_FIRST)}
    items.sort(key=lambda item: places.get(item.path.parent.name, len(places)))


def _is_told_already(item: pytest.Item) -> bool:
    """Whether this is a test of a flow on PostgreSQL that runs on SQLite too, and shows the same there."""
    where, call = item.path, getattr(item, "callspec", None)
    return (
        where.parent.name == "flows"
        and where.name not in FLOWS_ON_BOTH
        and call is not None
        and call.params.get("database_url") == "postgresql"
    )


@pytest.fixture(scope="session")
def postgres() -> Iterator[PostgresServer]:
    server = start_postgres()
    yield server
    server.stop()


@pytest.fixture(scope="session")
def prefect(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PrefectServer]:
    """One Prefect server for all tests: starting it takes seconds."""
    from prefect.settings import PREFECT_API_URL, PREFECT_HOME, temporary_settings  # noqa: PLC0415 - seconds too

    home = tmp_path_factory.mktemp("prefect")
    with (
        prefect_server(home) as server,
        temporary_settings({PREFECT_API_URL: server.api_url, PREFECT_HOME: home}),
    ):
        yield server
        # Runs, states, logs, events, artifacts, parameters of every test that used it.
        assert leaks(server.everything_stored()) == set()


@pytest.fixture(scope="session")
def migrated_sqlite(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A migrated SQLite file to copy: as with PostgreSQL, migrating once is enough."""
    file = tmp_path_factory.mktemp("sqlite") / "migrated.db"
    open_database(DatabaseSettings(database_url=SecretStr(f"sqlite:///{file}"))).close()
    return file


@pytest.fixture(params=KINDS)
def database_url(request: pytest.FixtureRequest, tmp_path: Path, migrated_sqlite: Path) -> str:
    """The address of a new database; every test that asks for it runs on SQLite and on PostgreSQL."""
    if request.param == "sqlite":
        file = shutil.copy(migrated_sqlite, tmp_path / "bpjs.db")
        return f"sqlite:///{file}"
    server: PostgresServer = request.getfixturevalue("postgres")
    return server.emptied()


@pytest.fixture
def clock() -> Clock | None:
    """The time that `database` lives by, its own unless a room overrides this to test what time does."""
    return None


@pytest.fixture
def open_at() -> Iterator[Callable[..., Database]]:
    """Opens databases by address; they are closed at the end of the test."""
    with ExitStack() as opened:

        def opener(url: str, *, clock: Clock | None = None) -> Database:
            database = open_database(DatabaseSettings(database_url=SecretStr(url)), clock=clock)
            opened.callback(database.close)
            return database

        yield opener


@pytest.fixture
def database(database_url: str, clock: Clock | None, open_at: Callable[..., Database]) -> Database:
    """An open database at `database_url`."""
    return open_at(database_url, clock=clock)
