"""The tables come by themselves, once, and are those that the models describe."""

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Engine, create_engine, inspect, select, text

from bpjs_client.references import BY_NAME
from database import Database, enqueue
from database.engine import parse_url
from database.models import Base, ReferenceItem
from database.reference_search import search
from database.schema import HEAD, current, upgrade
from tests.conftest import KINDS
from tests.database.child import go, start
from tests.database.clinic import body_of
from tests.postgres import PostgresServer


@pytest.fixture(params=KINDS)
def empty_url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """The address of a database that nobody has opened yet."""
    if request.param == "sqlite":
        yield f"sqlite:///{tmp_path / 'baru' / 'di' / 'sini' / 'bpjs.db'}"
        return
    server: PostgresServer = request.getfixturevalue("postgres")
    with server.never_migrated() as url:
        yield url


def test_first_use_creates_everything_by_itself(empty_url: str, open_at: Callable[..., Database]) -> None:
    database = open_at(empty_url)
    assert enqueue("tambah-antrean", "RM-1", "P", body_of("tambah-antrean"), database=database).new
    again = open_at(empty_url)
    assert not enqueue("tambah-antrean", "RM-1", "P", body_of("tambah-antrean"), database=again).new


def test_processes_that_start_at_once_all_succeed(empty_url: str, open_at: Callable[..., Database]) -> None:
    if empty_url.startswith("sqlite"):
        Path(empty_url.removeprefix("sqlite:///")).parent.mkdir(parents=True)
    go(*(start("open", empty_url) for _ in range(4)))
    with open_at(empty_url).engine.connect() as connection:
        assert current(connection) == HEAD


def test_an_empty_database_is_at_no_migration(empty_url: str) -> None:
    if empty_url.startswith("sqlite"):
        empty_url = "sqlite://"
    engine = create_engine(parse_url(empty_url))
    with engine.connect() as connection:
        assert current(connection) is None
    engine.dispose()


def test_head_is_the_newest_script() -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[2] / "database" / "migrations"))
    assert ScriptDirectory.from_config(config).get_heads() == [HEAD]


def _is_no_search_index(name: str | None, _kind: str, _parents: object) -> bool:
    """SQLite's index of three-letter parts is a table of its own making."""
    return not (name or "").startswith("reference_search")


def test_the_models_are_the_migrated_tables(database: Database) -> None:
    with database.engine.connect() as connection:
        context = MigrationContext.configure(
            connection, opts={"compare_type": True, "include_name": _is_no_search_index}
        )
        assert compare_metadata(context, Base.metadata) == []


def test_the_models_checks_are_the_migrated_ones(database: Database) -> None:
    with database.engine.connect() as connection:
        for table in Base.metadata.sorted_tables:
            stored = {check["name"] for check in inspect(connection).get_check_constraints(table.name)}
            named = {check.name for check in table.constraints if isinstance(check, CheckConstraint)}
            assert stored == named, table.name


def test_upgrading_what_is_up_to_date_changes_nothing(database: Database) -> None:
    with database.engine.connect() as connection:
        before = inspect(connection).get_table_names()
    upgrade(database.engine)
    with database.engine.connect() as connection:
        assert inspect(connection).get_table_names() == before
        assert current(connection) == HEAD


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_opening_does_not_wait_for_a_writer(
    database: Database, database_url: str, open_at: Callable[..., Database]
) -> None:
    with database.write() as writer:
        writer.connection()
        open_at(database_url)


def test_a_database_of_the_first_version_is_brought_up_to_date_with_its_rows(
    empty_url: str, open_at: Callable[..., Database]
) -> None:
    if empty_url.startswith("sqlite"):
        Path(empty_url.removeprefix("sqlite:///")).parent.mkdir(parents=True)
    engine = create_engine(parse_url(empty_url))
    migrate_to(engine, "0001")
    with engine.begin() as connection:
        connection.execute(text(OLD_REFERENCE), {"now": datetime(2026, 9, 14, tzinfo=UTC)})
    engine.dispose()

    database = open_at(empty_url)

    with database.read() as session:
        row = session.execute(select(ReferenceItem)).scalar_one()
    assert (row.kode, row.varian, row.nama) == ("001", "", "POLI UMUM")
    assert [found.kode for found in search(database, BY_NAME["pcare/poli"], "umum")] == ["001"]


OLD_REFERENCE = """
INSERT INTO reference_items
    (faskes, layanan, jenis, kode, nama, data, active, first_seen, last_seen, changed_at)
VALUES ('utama', 'pcare', 'poli', '001', 'POLI UMUM', '{}', true, :now, :now, :now)
"""


def migrate_to(engine: Engine, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[2] / "database" / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)
