"""What all tests share. Prefect reads its settings at import, so they are made before anything imports it."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack
from pathlib import Path
from typing import Any

import certifi

from tasks.prefect_server.environment import configure, configure_server


def one_certificate() -> str:
    """A file with one of the world's authorities: reading them all, for each client, took a third of the time."""
    first, end, _ = Path(certifi.where()).read_text(encoding="utf-8").partition("-----END CERTIFICATE-----")
    file = Path(tempfile.mkdtemp(prefix="authority-")) / "one.pem"
    file.write_text(f"{first}{end}\n", encoding="utf-8")
    return str(file)


for name in [name for name in os.environ if name.startswith(("PREFECT_", "BPJS_"))]:
    del os.environ[name]
os.environ["PREFECT_HOME"] = tempfile.mkdtemp(prefix="prefect-home-")
configure(os.environ)
configure_server(os.environ)  # one password for every server of the tests
os.environ["SSL_CERT_FILE"] = one_certificate()

import pytest  # noqa: E402
from pydantic import SecretStr  # noqa: E402
from sqlalchemy import Dialect, Engine  # noqa: E402

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
# The folder whose tests always run on both kinds; elsewhere PostgreSQL's turn belongs to the long run,
# and so it does for these files: what they are about is decided in Python, above the database.
BOTH_KINDS = "database"
SQLITE_IS_ENOUGH = frozenset(
    {
        "test_any_sequence.py",
        "test_chain_order.py",
        "test_corrected_place.py",
        "test_detail.py",
        "test_faskes_name.py",
        "test_history.py",
        "test_late.py",
        "test_line_frames.py",
        "test_long_chains.py",
        "test_monitor_limits.py",
        "test_past_jobs.py",
        "test_resend.py",
        "test_revival.py",
        "test_row_seal.py",
        "test_sealing.py",
        "test_settle.py",
        "test_shared_chain.py",
    }
)
# A browser, or a storm of kills.
LONG = ("ui", "chaos", "browser")
# Files are shared out among processes: those that take minutes must not come last.
SLOW_FIRST = ("ui", "chaos", "cluster", "flows", "deployments", "cli")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Say which tests are long; put the slow folders' tests first."""
    for item in items:
        if item.path.parent.name in LONG or _is_a_second_kind(item):
            item.add_marker(pytest.mark.long)
    places = {folder: place for place, folder in enumerate(SLOW_FIRST)}
    items.sort(key=lambda item: places.get(item.path.parent.name, len(places)))


def _is_a_second_kind(item: pytest.Item) -> bool:
    """Whether this is the turn on PostgreSQL of a test that SQLite's turn is enough for, but in the long run."""
    call = getattr(item, "callspec", None)
    return (
        call is not None
        and call.params.get("database_url") == "postgresql"
        and (item.path.parent.name != BOTH_KINDS or item.path.name in SQLITE_IS_ENOUGH)
        and not any(mark.args == ("database_url", KINDS[1:]) for mark in item.iter_markers("parametrize"))
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


# Kind of database -> what SQLAlchemy learned of our statements: compiling them anew would be half of a test.
_LEARNED: dict[str, tuple[Dialect, Any]] = {}


def _keep_what_was_learned(engine: Engine) -> None:
    dialect, compiled = _LEARNED.setdefault(engine.dialect.name, (engine.dialect, engine._compiled_cache))
    dialect.bpjs_keyring = engine.dialect.bpjs_keyring  # type: ignore[attr-defined]
    engine.dialect, engine._compiled_cache = dialect, compiled


@pytest.fixture
def database(database_url: str, clock: Clock | None, open_at: Callable[..., Database]) -> Database:
    """An open database at `database_url`."""
    opened = open_at(database_url, clock=clock)
    _keep_what_was_learned(opened.engine)
    return opened
