"""An instant is told by the clinic's clock."""

from datetime import date, datetime

from database.storage.engine import Database


def local_date(database: Database, instant: datetime) -> date:
    """The clinic's calendar date at an instant."""
    return instant.astimezone(database.timezone).date()


def local_time(database: Database, instant: datetime) -> str:
    """`08:05:00` today, `15-09-2026 08:05` on any other day."""
    local = instant.astimezone(database.timezone)
    same_day = local.date() == local_date(database, database.clock())
    return f"{local:%H:%M:%S}" if same_day else f"{local:%d-%m-%Y %H:%M}"
