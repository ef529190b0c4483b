"""What Prefect knows of the task runs that our history of attempts names."""

import time
from dataclasses import dataclass
from uuid import UUID

import psycopg
from sqlalchemy import select

from database import Database
from database.storage.models import Attempt

_ENDED = {"COMPLETED", "FAILED", "CANCELLED", "CRASHED"}
_LOOK_SECONDS = 1.0


@dataclass(frozen=True)
class Recorded:
    """The task runs that sent something, and how many of them Prefect does not know, or not the end of.

    `hanging`: others that it takes for unended; a dispatcher that was killed had them in hand and sent nothing.
    """

    ours: int
    unknown: int
    unended: int
    hanging: int

    @property
    def missing(self) -> int:
        """Those of ours of whose end Prefect does not know."""
        return self.unknown + self.unended


def recorded(database: Database, prefect_url: str) -> Recorded:
    """As it stands now."""
    with database.read() as session:
        ours = set(session.scalars(select(Attempt.task_run_id).where(Attempt.task_run_id.is_not(None))))
    with psycopg.connect(prefect_url) as connection:
        rows = connection.execute("SELECT id, state_type::text FROM task_run").fetchall()
    known: dict[UUID, bool] = {run: state in _ENDED for run, state in rows}
    unended = {run for run, ended in known.items() if not ended}
    return Recorded(len(ours), len(ours - known.keys()), len(ours & unended), len(unended - ours))


def wait_until_recorded(
    database: Database, prefect_url: str, *, patience: float, also_hanging: bool
) -> Recorded:
    """As it stands when all is recorded, or when nothing changed for so many seconds."""
    last, since = recorded(database, prefect_url), time.monotonic()
    while (last.missing or (also_hanging and last.hanging)) and time.monotonic() - since < patience:
        time.sleep(_LOOK_SECONDS)
        now = recorded(database, prefect_url)
        if now != last:
            last, since = now, time.monotonic()
    return last
