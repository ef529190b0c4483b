"""Dispatchers wake when there is something to do: at a signal on PostgreSQL, by a short poll on SQLite."""

import threading
from contextlib import ExitStack
from typing import Any, Self

from psycopg import Error as PsycopgError
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from database.errors import DatabaseUnavailable
from database.storage.dialect import notify, sends_signals
from database.storage.engine import Database, sentence

CHANNEL = "bpjs_jobs"
POLL_SECONDS = 0.25  # SQLite: a job waits at most this long at an idle dispatcher
# PostgreSQL: a job that falls due by time alone is noticed at least this soon.
NOTIFIED_POLL_SECONDS = 1.0


def announce(session: Session) -> None:
    """Wake the dispatchers with the commit of this transaction, where the database can."""
    notify(session, CHANNEL)


class Waiter:
    """Waits for new work. On PostgreSQL it holds a connection of its own that listens."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._listening: Any = None
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        """Raises DatabaseUnavailable."""
        if sends_signals(self._database.engine):
            try:
                self._listen()
            except (SQLAlchemyError, PsycopgError) as cause:
                self._stack.close()
                raise DatabaseUnavailable(sentence(cause)) from None
        return self

    def _listen(self) -> None:
        connection = self._stack.enter_context(self._database.engine.connect())
        self._listening = connection.connection.driver_connection
        # It never goes back into the pool: in autocommit no later transaction on it would be whole.
        connection.detach()
        self._listening.autocommit = True
        self._listening.execute(f"LISTEN {CHANNEL}")

    def __exit__(self, *_exception: object) -> None:
        self._stack.close()

    def wait(self, stop: threading.Event) -> None:
        """Return after a signal, a short while, or soon after `stop` is set. Raises DatabaseUnavailable."""
        if self._listening is None:
            stop.wait(POLL_SECONDS)
            return
        try:
            for _signal in self._listening.notifies(timeout=NOTIFIED_POLL_SECONDS, stop_after=1):
                pass
        except PsycopgError:
            raise DatabaseUnavailable("Sambungan basis data terputus.") from None
