"""Whether there is room is found out by writing, and nothing of that stays."""

import resource
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, text
from sqlalchemy.exc import OperationalError

from database import Database
from database.errors import DatabaseUnavailable
from database.storage.dialect import is_file
from database.storage.disk_space import ROOM, check_room
from database.storage.schema import HEAD, current
from tests.conftest import POSTGRESQL, SQLITE


@contextmanager
def no_file_larger_than(size: int) -> Iterator[None]:
    """As on a full disk, but for this process alone."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def tables(database: Database) -> list[str]:
    catalog = "sqlite_master" if is_file(database.engine) else "pg_class"
    name = "name" if is_file(database.engine) else "relname"
    with database.read() as session:
        return sorted(session.scalars(text(f"SELECT {name} FROM {catalog}")))


def test_a_database_with_room_is_left_as_it_was(database: Database, tmp_path: Path) -> None:
    before = tables(database), {file.name for file in tmp_path.iterdir()}
    check_room(database)
    check_room(database)
    with database.engine.connect() as connection:
        assert current(connection) == HEAD
    assert before == (tables(database), {file.name for file in tmp_path.iterdir()})


def written(database: Database, tmp_path: Path) -> int:
    """How much has reached the log of what is written, in bytes."""
    if is_file(database.engine):
        return (tmp_path / "bpjs.db-wal").stat().st_size
    with database.read() as session:
        return int(session.scalars(text("SELECT pg_current_wal_flush_lsn() - '0/0'")).one())


def test_something_is_really_written(database: Database, tmp_path: Path) -> None:
    if is_file(database.engine):
        with database.engine.connect() as connection:
            connection.exec_driver_sql("ROLLBACK")
            connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
    before = written(database, tmp_path)
    check_room(database)
    assert written(database, tmp_path) > before


@SQLITE
@pytest.mark.parametrize("left", [2**20, ROOM - 1])
def test_a_disk_without_room_for_a_sqlite_file_is_full(database: Database, left: int) -> None:
    with no_file_larger_than(left), pytest.raises(DatabaseUnavailable, match="Disk basis data penuh"):
        check_room(database)
    check_room(database)


@POSTGRESQL
def test_a_server_that_cannot_extend_its_files_is_full(database: Database) -> None:
    def refuse(_connection: object, _cursor: object, said: str, *_more: object) -> None:
        if said.startswith("INSERT INTO bpjs_room"):
            raise OperationalError(said, None, Exception('could not extend file "base/5/1": No space left'))

    event.listen(database.engine, "before_cursor_execute", refuse)
    with pytest.raises(DatabaseUnavailable, match="Disk basis data penuh"):
        check_room(database)


READ_ONLY = {True: "PRAGMA query_only = ON", False: "SET default_transaction_read_only = on"}


def test_a_database_that_takes_a_transaction_but_no_write_is_said(database: Database) -> None:
    def forbid(connection: Any, *_more: object) -> None:
        connection.execute(READ_ONLY[is_file(database.engine)])
        connection.commit()

    event.listen(database.engine, "checkout", forbid)
    with pytest.raises(DatabaseUnavailable, match=r"tidak dapat ditulis|hanya dapat dibaca"):
        check_room(database)


@POSTGRESQL
def test_a_role_that_may_make_no_temporary_tables_can_write_all_the_same(database: Database) -> None:
    role = "SET ROLE tanpa_sementara"
    with database.engine.begin() as connection:
        connection.exec_driver_sql("REVOKE TEMP ON DATABASE bpjs FROM PUBLIC")
        connection.exec_driver_sql("CREATE ROLE tanpa_sementara")
        connection.exec_driver_sql("GRANT SELECT, UPDATE ON alembic_version TO tanpa_sementara")
    event.listen(database.engine, "begin", lambda connection: connection.exec_driver_sql(role))
    try:
        check_room(database)
    finally:
        with database.engine.begin() as connection:
            connection.exec_driver_sql("RESET ROLE")
            connection.exec_driver_sql("GRANT TEMP ON DATABASE bpjs TO PUBLIC")
            connection.exec_driver_sql("DROP OWNED BY tanpa_sementara")
            connection.exec_driver_sql("DROP ROLE tanpa_sementara")
