"""Waits for PostgreSQL have limits: a lock that another holds, or a silent line, stops nobody for ever."""

import time
from dataclasses import dataclass
from typing import Any, TypeVar

from psycopg import Connection, OperationalError
from sqlalchemy import text
from sqlalchemy.orm import Session

T = TypeVar("T")


@dataclass(frozen=True)
class Patience:
    """The limits, in seconds. Together they are less than a lease (60 s), so that work goes on within one."""

    # An address where nobody answers must not hold up a start.
    connect: int = 10
    # A lock that another holds longer is held by mistake: the wait fails, and the work is tried again later.
    lock: float = 10
    # No statement of a delivery takes long, unless it has met a wrong plan or a sick disk.
    statement: float = 20
    # A process that was stopped in the middle of a transaction must let go of what it holds.
    idle: float = 15
    # A network may swallow packets without a word: an answer is awaited for no longer than this, which is
    # more than any statement may take.
    answer: float = 25
    # A connection that lay in the pool is asked whether it lives.
    ping: float = 5
    # The operating system watches for the same silence: it asks after so many seconds, again at such
    # intervals, so many times,
    keepalive: int = 10
    keepalive_interval: int = 5
    keepalive_count: int = 3
    # and gives up when what was sent is not acknowledged for so many.
    unacknowledged: int = 20

    def of_driver(self) -> dict[str, int]:
        """The limits as the driver's own parameters."""
        return {
            "connect_timeout": self.connect,
            "keepalives": 1,
            "keepalives_idle": self.keepalive,
            "keepalives_interval": self.keepalive_interval,
            "keepalives_count": self.keepalive_count,
            "tcp_user_timeout": self.unacknowledged * 1_000,
        }

    def apply(self, connection: Any) -> None:
        """Give a new connection these limits; asked for and not sent with its start, which poolers refuse."""
        connection.answers_within = self.answer
        given = [
            ("lock_timeout", self.lock),
            ("statement_timeout", self.statement),
            ("idle_in_transaction_session_timeout", self.idle),
        ]
        asked = ", ".join(f"set_config('{name}', '{int(seconds * 1_000)}', false)" for name, seconds in given)
        connection.execute(f"SELECT {asked}")
        connection.commit()


PATIENCE = Patience()


class ListeningConnection(Connection[Any]):
    """A connection that is closed when an answer does not come within so many seconds; None: for ever."""

    answers_within: float | None = None

    def wait(self, gen: Any, interval: float = 0.1, timeout: float | None = None) -> Any:
        """Wait for an answer. Raises OperationalError."""
        if timeout is not None or self.answers_within is None:
            return super().wait(gen, interval=interval, timeout=timeout)
        began = time.monotonic()
        try:
            return super().wait(gen, interval=interval, timeout=self.answers_within)
        except OperationalError:
            if time.monotonic() - began >= self.answers_within:
                self.close()  # what may still come belongs to a question that nobody asks any more
            raise


def connect_listening(_dialect: object, _record: object, args: Any, parameters: Any) -> ListeningConnection:
    """SQLAlchemy's way to a connection of ours instead of the driver's own."""
    return ListeningConnection.connect(*args, **parameters)


def is_alive(connection: Any, within: float) -> bool:
    """Whether the server still answers on a connection that lay idle."""
    usual, connection.answers_within = connection.answers_within, within
    try:
        connection.execute("")
        connection.rollback()
    except OperationalError:
        return False
    finally:
        connection.answers_within = usual
    return True


def be_patient(session: Session) -> None:
    """Let this transaction take its time, in its statements and between them.

    Maintenance needs it, and questions about all rows. Locks are waited for no longer than usual.
    """
    connection = session.connection().connection.driver_connection
    if isinstance(connection, ListeningConnection):
        connection.answers_within = None
        names = ("statement_timeout", "idle_in_transaction_session_timeout")
        session.execute(text("SELECT " + ", ".join(f"set_config('{name}', '0', true)" for name in names)))
