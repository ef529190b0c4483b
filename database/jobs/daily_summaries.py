"""The summary of each day is made once, whoever looks and however often."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime

from database.storage.dialect import lock_name
from database.storage.engine import Database
from database.storage.models import DailySummary


@dataclass(frozen=True)
class Made:
    """A summary and when it was made; `said` is None where there was nothing to say."""

    day: date
    made_at: datetime
    said: str | None


def summary_of(database: Database, day: date, write: Callable[[], str | None]) -> Made:
    """The summary of a day; `write` makes it where there is none yet. Raises DatabaseUnavailable."""
    with database.read() as session:
        found = session.get(DailySummary, day)
    if found is None:
        said = write()
        with database.write() as session:
            lock_name(session, "daily_summaries")
            found = session.get(DailySummary, day)  # somebody else may have made it meanwhile
            if found is None:
                found = DailySummary(day=day, made_at=database.clock(), said=said)
                session.add(found)
    return Made(found.day, found.made_at, found.said)
