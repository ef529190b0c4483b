"""The tables come by themselves, once, and are those that the models describe."""

from collections.abc import Callable, Iterator, Mapping
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from alembic import command
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import CheckConstraint, Engine, create_engine, inspect, select, text
from sqlalchemy.pool import StaticPool

from bpjs_client.references import BY_NAME
from database import Database, enqueue
from database.jobs.claim import claim
from database.references.search import search
from database.storage.engine import parse_url
from database.storage.models import Base, ReferenceItem
from database.storage.schema import HEAD, current, upgrade
from tests.conftest import KINDS, POSTGRESQL
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


@pytest.mark.long
def test_processes_that_start_at_once_all_succeed(empty_url: str, open_at: Callable[..., Database]) -> None:
    if empty_url.startswith("sqlite"):
        Path(empty_url.removeprefix("sqlite:///")).parent.mkdir(parents=True)
    go(*(start("open", empty_url) for _ in range(4)))
    with open_at(empty_url).engine.connect() as connection:
        assert current(connection) == HEAD


def test_an_empty_database_is_at_no_migration(empty_url: str) -> None:
    engine = create_engine("sqlite://" if empty_url.startswith("sqlite") else parse_url(empty_url))
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


def test_a_job_that_waited_under_the_old_word_waits_under_the_new_one(empty_url: str) -> None:
    address = "sqlite://" if empty_url.startswith("sqlite") else parse_url(empty_url)
    engine = create_engine(address, poolclass=StaticPool)
    migrate_to(engine, "0013")
    with engine.begin() as connection:
        connection.execute(
            text(OLD_JOB), {"now": datetime(2026, 9, 14, tzinfo=UTC), "day": date(2026, 9, 14)}
        )
    migrate_to(engine, "0014")
    with engine.connect() as connection:
        assert connection.execute(text("SELECT reason FROM jobs")).scalar_one() == "tak-terhubung"
    engine.dispose()


def test_an_older_version_works_on_the_tables_of_a_newer_one(
    database: Database, database_url: str, open_at: Callable[..., Database]
) -> None:
    with database.engine.begin() as connection:
        connection.execute(text("ALTER TABLE jobs ADD COLUMN of_a_later_version VARCHAR(9)"))
        connection.execute(text("UPDATE alembic_version SET version_num = '9999'"))
    older = open_at(database_url)
    job_id = enqueue("tambah-antrean", "RM-1", "P", body_of("tambah-antrean"), database=older).id
    claimed = claim(older, owner="older", limit=5, lease=timedelta(seconds=30))
    assert [job.id for job in claimed] == [job_id]
    with older.engine.begin() as connection:
        assert current(connection) == "9999"
        # The next tests use the same PostgreSQL database.
        connection.execute(text("ALTER TABLE jobs DROP COLUMN of_a_later_version"))
        connection.execute(text("UPDATE alembic_version SET version_num = :ours"), {"ours": HEAD})


COMPULSORY = ", whoever inserts a row must fill it"
# Where a migration took something away, which an older version must not have needed.
TAKEN_AWAY = {"0005": {"index jobs_by_due"}, "0009": {"index outages_one_at_a_time"}}


def test_migrations_only_add_so_that_older_versions_go_on(empty_url: str) -> None:
    address = "sqlite://" if empty_url.startswith("sqlite") else parse_url(empty_url)
    engine = create_engine(address, poolclass=StaticPool)
    scripts = ScriptDirectory(str(Path(__file__).parents[2] / "database" / "migrations"))
    revisions = [script.revision for script in reversed(list(scripts.walk_revisions()))]
    migrate_to(engine, revisions[0])
    for revision in revisions[1:]:
        before = described(engine)
        migrate_to(engine, revision)
        after = described(engine)
        assert before.keys() - after.keys() == TAKEN_AWAY.get(revision, set()), revision
        assert {thing for thing in before.keys() & after.keys() if before[thing] != after[thing]} == set(), (
            revision
        )
        in_old_tables = {thing for thing in after.keys() - before.keys() if thing.partition(".")[0] in before}
        assert {column for column in in_old_tables if after[column].endswith(COMPULSORY)} == set(), revision
    engine.dispose()


def described(engine: Engine) -> dict[str, str]:
    """Tables, columns with their types, and indexes."""
    found: dict[str, str] = {}
    with engine.connect() as connection:
        looked = inspect(connection)
        for table in looked.get_table_names():
            found[table] = "table"
            found |= {f"{table}.{column['name']}": _column(column) for column in looked.get_columns(table)}
            found |= {f"index {index['name']}": "" for index in looked.get_indexes(table)}
    return found


def _column(column: Mapping[str, Any]) -> str:
    filled = column["nullable"] or column["default"] is not None or column.get("autoincrement") is True
    return f"{column['type']}{'' if filled else COMPULSORY}"


OLD_REFERENCE = """
INSERT INTO reference_items
    (faskes, layanan, jenis, kode, nama, data, active, first_seen, last_seen, changed_at)
VALUES ('utama', 'pcare', 'poli', '001', 'POLI UMUM', '{}', true, :now, :now, :now)
"""

OLD_JOB = """
INSERT INTO jobs
    (faskes, jenis, service, kunci, rantai, position, tanggal, norm, nama_pasien, body, status, reason,
     attempts, waits, due_at, claim, version, shown, created_at, updated_at)
VALUES ('utama', 'tambah-antrean', 'antrean', 'k', 'r', 0, :day, 'RM-1', 'P', '{}', 'menunggu', 'tidak-terkirim',
     0, 1, :now, 0, 1, false, :now, :now)
"""


def migrate_to(engine: Engine, revision: str) -> None:
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parents[2] / "database" / "migrations"))
    with engine.begin() as connection:
        config.attributes["connection"] = connection
        command.upgrade(config, revision)


@POSTGRESQL
def test_postgresql_comes_early_to_the_tables_that_grow(database: Database) -> None:
    asked = text("SELECT relname, reloptions FROM pg_class WHERE relname IN ('jobs', 'attempts')")
    with database.engine.connect() as connection:
        options = {name: set(settings) for name, settings in connection.execute(asked)}
    early = {"autovacuum_vacuum_scale_factor=0.01", "autovacuum_analyze_scale_factor=0.01"}
    assert [name for name in ("attempts", "jobs") if early <= options[name]] == ["attempts", "jobs"]
