"""What Prefect knows of the task runs that our history of attempts names."""

import time
from collections import Counter
from dataclasses import dataclass
from uuid import UUID

import psycopg
from sqlalchemy import select

from database import Database
from database.storage.models import Attempt

_ENDED = ("COMPLETED", "FAILED", "CANCELLED", "CRASHED")
_LOOK_SECONDS = 1.0


@dataclass(frozen=True)
class Recorded:
    """The task runs of our attempts, how many of them Prefect does not know, and how those that it knows stand."""

    ours: int
    unknown: int
    states: Counter[str]  # of every task run in Prefect, ours or only shown

    @property
    def open(self) -> int:
        """Those that Prefect knows and takes for unended."""
        return sum(count for state, count in self.states.items() if state not in _ENDED)

    @property
    def missing(self) -> int:
        """Those of whose end Prefect does not know."""
        return self.unknown + self.open


def recorded(database: Database, prefect_url: str) -> Recorded:
    """As it stands now."""
    with database.read() as session:
        ours = set(session.scalars(select(Attempt.task_run_id).where(Attempt.task_run_id.is_not(None))))
    with psycopg.connect(prefect_url) as connection:
        theirs: dict[UUID, str] = dict(connection.execute("SELECT id, state_type::text FROM task_run").fetchall())
    return Recorded(len(ours), len(ours - theirs.keys()), Counter(theirs.values()))


def wait_until_recorded(database: Database, prefect_url: str, *, patience: float) -> Recorded:
    """As it stands when all is recorded, or when nothing changed for so many seconds."""
    last, since = recorded(database, prefect_url), time.monotonic()
    while last.missing and time.monotonic() - since < patience:
        time.sleep(_LOOK_SECONDS)
        now = recorded(database, prefect_url)
        if now != last:
            last, since = now, time.monotonic()
    return last
