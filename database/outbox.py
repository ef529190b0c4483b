"""The SQL outbox: takes up what a clinic's system wrote into `intake` in its own transaction."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from database.engine import Database
from database.errors import LineRefused
from database.intake import NewJob, parse_json, read_line, store_in
from database.models import Intake

BATCH = 500  # rows per transaction
_FRAME = ("jenis", "norm", "nama_pasien", "faskes", "kunci", "rantai", "tanggal")


def take_up(database: Database) -> int:
    """Make jobs of what was written since; how many rows were read.

    A row is marked as read in the transaction that stores its job, so it is never lost and never two jobs.
    One that cannot be stored says why in `galat` and keeps its body. Raises DatabaseUnavailable.
    """
    read = 0
    while _has_unread(database):
        batch = _take_batch(database)
        read += batch
        if batch < BATCH:
            break
    return read


def refused_rows(database: Database) -> int:
    """How many rows could not become jobs and wait for their writer. Raises DatabaseUnavailable."""
    with database.read() as session:
        refused = Intake.galat.is_not(None) & Intake.dibaca_pada.is_not(None)
        return session.scalar(select(func.count()).where(refused)) or 0


def _has_unread(database: Database) -> bool:
    with database.read() as session:
        return session.scalar(select(Intake.id).where(Intake.dibaca_pada.is_(None)).limit(1)) is not None


def _take_batch(database: Database) -> int:
    unread = select(Intake).where(Intake.dibaca_pada.is_(None)).order_by(Intake.id).limit(BATCH)
    # SQLite lets a writer put any text into a column of time; this one only the writer needs.
    unread = unread.options(defer(Intake.ditulis_pada))
    with database.write() as session:
        rows = session.scalars(unread.with_for_update(skip_locked=True)).all()
        good = [(row, job) for row in rows if (job := _read(row, database)) is not None]
        _store(session, database, good)
        return len(rows)


def _read(row: Intake, database: Database) -> NewJob | None:
    """The job that a row means; None for one that is none, which then says why."""
    row.dibaca_pada = database.clock()
    row.galat = row.pekerjaan_id = None
    try:
        return read_line(_line(row))
    except LineRefused as refused:
        row.galat = str(refused)
        return None


def _line(row: Intake) -> dict[str, Any]:
    try:
        body = parse_json(row.body or "")
    except (ValueError, RecursionError):
        raise LineRefused("body bukan JSON yang sah") from None
    return {name: getattr(row, name) for name in _FRAME} | {"body": body}


def _store(session: Session, database: Database, good: Sequence[tuple[Intake, NewJob]]) -> None:
    stored = store_in(session, database, [job for _, job in good])
    for (row, _), done in zip(good, stored, strict=True):
        row.pekerjaan_id = done.id
        row.body = None  # the job has it, sealed
