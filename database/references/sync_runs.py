"""The runs over a clinic's references as they were recorded: the last ones, and those since a given one."""

from collections.abc import Collection
from dataclasses import dataclass

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import Session

from database.references.store import LastSync, as_synced
from database.storage.engine import Database
from database.storage.models import Sync


@dataclass(frozen=True)
class LastRuns:
    """Of one reference the newest run, the newest that read it whole, and the newest that changed a row."""

    newest: LastSync
    whole: LastSync | None
    changing: LastSync | None


def last_runs(database: Database, faskes: str) -> dict[str, LastRuns]:
    """By `layanan/jenis`, for each reference of a clinic that was ever read. Raises DatabaseUnavailable."""
    read = Sync.error.is_(None)
    with database.read() as session:
        newest = _newest(session, faskes)
        whole = _newest(session, faskes, read)
        changing = _newest(session, faskes, read, Sync.added + Sync.changed + Sync.removed > 0)
    return {name: LastRuns(run, whole.get(name), changing.get(name)) for name, run in newest.items()}


def last_run_number(database: Database) -> int:
    """The number of the newest run of any clinic; 0: there was none. Raises DatabaseUnavailable."""
    with database.read() as session:
        return session.scalar(select(func.max(Sync.id))) or 0


def runs_since(database: Database, faskes: str, names: Collection[str], number: int) -> dict[str, LastSync]:
    """The newest run over each of these references of a clinic that came after the run of this number.

    Raises DatabaseUnavailable.
    """
    with database.read() as session:
        found = _newest(session, faskes, Sync.id > number)
    return {name: run for name, run in found.items() if name in names}


def _newest(session: Session, faskes: str, *wanted: ColumnElement[bool]) -> dict[str, LastSync]:
    newest = (
        select(func.max(Sync.id)).where(Sync.faskes == faskes, *wanted).group_by(Sync.layanan, Sync.jenis)
    )
    rows = session.scalars(select(Sync).where(Sync.id.in_(newest)))
    return {
        f"{row.layanan}/{row.jenis}": LastSync(as_synced(row), row.started_at, row.flow_run_id)
        for row in rows
    }
