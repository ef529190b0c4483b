"""Dispatchers wake when there is something to do: at a signal on PostgreSQL, on SQLite at any change.

SQLite sends no signals, but tells each connection whether others have committed since it last asked.
"""

import threading
import time
from contextlib import ExitStack
from sqlite3 import Error as SqliteError
from typing import Any, Self

from psycopg import Error as PsycopgError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from database.errors import DatabaseUnavailable
from database.storage.dialect import notify, sends_signals
from database.storage.engine import Database, sentence

CHANNEL = "bpjs_jobs"
POLL_SECONDS = 0.25  # SQLite: a job that falls due by time alone is noticed at least this soon
LOOK_SECONDS = 0.02  # SQLite: so often it is asked for changes
# PostgreSQL: a job that falls due by time alone is noticed at least this soon.
NOTIFIED_POLL_SECONDS = 1.0


def announce(session: Session) -> None:
    """Wake the dispatchers with the commit of this transaction, where the database can."""
    notify(session, CHANNEL)


class Waiter:
    """Waits for new work, on a connection of its own that listens (PostgreSQL) or asks (SQLite)."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._own: Any = None
        self._changes: int | None = None  # of an SQLite file, as the connection last saw them
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Raises DatabaseUnavailable."""
        try:
            self._connect()
        except (SQLAlchemyError, PsycopgError, SqliteError) as cause:
            self._stack.close()
            raise DatabaseUnavailable(sentence(cause)) from None
        return self

    def _connect(self) -> None:
        connection = self._stack.enter_context(self._database.engine.connect())
        self._own = connection.connection.driver_connection
        # It never goes back into the pool: in autocommit no later transaction on it would be whole.
        connection.detach()
        if sends_signals(self._database.engine):
            self._own.autocommit = True
            self._own.execute(f"LISTEN {CHANNEL}")

    def __exit__(self, *_exception: object) -> None:
        self._stack.close()

    def wait(self, stop: threading.Event) -> None:
        """Return after a signal, a short while, or soon after `stop` is set. Raises DatabaseUnavailable."""
        try:
            if sends_signals(self._database.engine):
                for _signal in self._own.notifies(timeout=NOTIFIED_POLL_SECONDS, stop_after=1):
                    pass
            else:
                self._await_change(stop)
        except (PsycopgError, SqliteError):
            raise DatabaseUnavailable("Sambungan basis data terputus.") from None

    def _await_change(self, stop: threading.Event) -> None:
        until = time.monotonic() + POLL_SECONDS
        while not stop.wait(LOOK_SECONDS):
            (changes,) = self._own.execute("PRAGMA data_version").fetchone()
            is_changed, self._changes = changes != self._changes, changes
            if is_changed or time.monotonic() >= until:
                return
