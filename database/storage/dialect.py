"""The differences between SQLite and PostgreSQL: code elsewhere asks here and knows neither by name.

SQLite is one file with one writer at a time and no server. PostgreSQL is a server with a clock, many writers
and signals.
"""

from datetime import datetime
from typing import Any

from sqlalchemy import URL, ColumnElement, Connection, Engine, Float, Insert, LargeBinary, cast, func, text
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, InstrumentedAttribute, Session

Where = Session | Connection | Engine

_UNIX_EPOCH = 2_440_587.5  # the day of 1 January 1970, as SQLite counts days


def _is_sqlite(where: Where) -> bool:
    bound = where.get_bind() if isinstance(where, Session) else where
    return bound.dialect.name == "sqlite"


def is_file(where: Where) -> bool:
    """Whether the database is a file on this machine's disk, and not a server."""
    return _is_sqlite(where)


def is_file_address(url: URL) -> bool:
    """Whether an address that `parse_url` returned points to a file, and not to a server."""
    return url.drivername == "sqlite"


def has_own_clock(where: Where) -> bool:
    """Whether the database tells a time of its own, as a server does, which several machines share."""
    return not _is_sqlite(where)


def sends_signals(where: Where) -> bool:
    """Whether a connection may listen for what `notify` sends; where it may not, one looks now and then."""
    return not _is_sqlite(where)


def notify(session: Session, channel: str) -> None:
    """Send a signal with the commit of this transaction; SQLite has none."""
    if sends_signals(session):
        session.execute(text(f"NOTIFY {channel}"))


def lock_number(session: Session, number: int) -> None:
    """Let one transaction at a time hold this number; on SQLite one writes at a time anyway."""
    if not _is_sqlite(session):
        session.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})


def lock_name(session: Session, name: str) -> None:
    """Let one transaction at a time hold this name; on SQLite one writes at a time anyway."""
    if not _is_sqlite(session):
        session.execute(text("SELECT pg_advisory_xact_lock(hashtext(:name))"), {"name": name})


def lock_number_without_end(connection: Connection, number: int) -> None:
    """As `lock_number`, and wait for the number as long as it takes; for tables one waits as usual.

    Who waits for a table that is in use keeps all others from it.
    """
    if _is_sqlite(connection):
        return
    usual = connection.execute(text("SHOW lock_timeout")).scalar_one()
    connection.execute(text("SET LOCAL lock_timeout = 0"))
    connection.execute(text("SELECT pg_advisory_xact_lock(:number)"), {"number": number})
    connection.execute(text("SELECT set_config('lock_timeout', :usual, true)"), {"usual": usual})


def lock_table(connection: Connection, table: str) -> None:
    """Let nobody else write a table until this transaction ends; on SQLite one writes at a time anyway."""
    if not _is_sqlite(connection):
        connection.exec_driver_sql(f"LOCK TABLE {table} IN EXCLUSIVE MODE")


def asks_many_at_once(session: Session) -> bool:
    """Whether one query may ask for some rows of each of many owners (arrays and LATERAL joins)."""
    return not _is_sqlite(session)


def changes_many_at_once(session: Session) -> bool:
    """Whether one statement may give each of many rows values of its own (UPDATE with FROM and VALUES).

    SQLite cannot name the columns of VALUES; there a statement for each row costs no way to a server.
    """
    return not _is_sqlite(session)


def gives_ids_again(session: Session) -> bool:
    """Whether the id of a deleted row, when it was the greatest, would be given to the next one."""
    return _is_sqlite(session)


def insert_unless_there(session: Session, table: type[DeclarativeBase]) -> Insert:
    """An INSERT that passes over each row whose key is taken."""
    if _is_sqlite(session):
        return sqlite.insert(table).on_conflict_do_nothing()
    return postgresql.insert(table).on_conflict_do_nothing()


def has_search_table(session: Session, table: str) -> bool:
    """Whether words are searched in a table of trigrams, which SQLite has where its build knows FTS5.

    PostgreSQL has an index of trigrams instead, which it uses by itself.
    """
    if not _is_sqlite(session):
        return False
    found = session.execute(text("SELECT 1 FROM sqlite_master WHERE name = :table"), {"table": table})
    return found.first() is not None


def as_stored(
    where: Where, column: InstrumentedAttribute[Any]
) -> ColumnElement[Any] | InstrumentedAttribute[Any]:
    """A column of texts to be read: as bytes on SQLite, where a writer may put anything into it.

    SQLite's driver fails on a whole result when one text in it is not UTF-8.
    """
    return cast(column, LargeBinary).label(column.key) if _is_sqlite(where) else column


def seconds_since_1970(where: Where, instant: InstrumentedAttribute[Any]) -> ColumnElement[float]:
    """An instant as seconds since 1970, in the database's own words."""
    if _is_sqlite(where):
        # Days as a binary fraction miss a full hour by microseconds.
        return func.round((func.julianday(instant) - _UNIX_EPOCH) * 86_400, 3)
    return cast(func.extract("epoch", instant), Float)


def oldest_writer(session: Session) -> datetime | None:
    """When the oldest transaction under way that has written began, as far as this role may see.

    None: there is none, or one writes at a time anyway.
    """
    if _is_sqlite(session):
        return None
    began: datetime | None = session.scalar(
        text(
            "SELECT min(xact_start) FROM pg_stat_activity WHERE datname = current_database()"
            " AND backend_type = 'client backend' AND backend_xid IS NOT NULL AND pid <> pg_backend_pid()"
        )
    )
    return began
