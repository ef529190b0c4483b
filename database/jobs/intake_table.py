"""The table `intake`, into which a clinic's system writes jobs in its own transaction, is taken up here."""

import logging
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Row, Select, bindparam, func, select, update
from sqlalchemy.orm import Session

from database.errors import ConstraintViolated, DatabaseError, LineRefused, ValueRefused
from database.jobs.handover import Enqueued, NewJob, admitted, read_line, store_in
from database.storage.dialect import as_stored
from database.storage.engine import Database
from database.storage.models import Intake
from database.typed import read_json

logger = logging.getLogger(__name__)

BATCH = 100  # rows per transaction; whoever sends or hands over goes on between two
BREATH_SECONDS = 0.05  # the pause between two; SQLite does not tell the next in line, who needs the time
_FRAME = ("jenis", "norm", "nama_pasien", "faskes", "kunci", "rantai", "tanggal")
_TABLE: Any = Intake.__table__


@dataclass(frozen=True)
class _Read:
    """A row as it was read: a job, or in Indonesian why it is none."""

    row_id: int
    job: NewJob | None = None
    galat: str | None = None


def take_up(database: Database, tell: Callable[[int], None] = lambda rows: None) -> int:
    """Make jobs of the unread rows; returns how many were read. `tell` is told the size of each batch.

    A row is marked as read in the transaction that stores its job, so it is never lost and never two jobs.
    One that cannot be read or stored says why in `galat` and keeps its body; no other waits for it.
    Raises DatabaseUnavailable.
    """
    read = 0
    while _has_unread(database):
        batch = _take_batch(database)
        tell(batch)
        read += batch
        if batch < BATCH:
            break
        time.sleep(BREATH_SECONDS)
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
    try:
        return _take(database, _unread(database).limit(BATCH))
    except Exception as failed:  # noqa: BLE001 - whatever a row does to us, the others go on
        _raise_unless_of_a_row(failed)
        return _take_each(database)


def _take_each(database: Database) -> int:
    """The same rows one by one, because one of them cannot be stored together with the others."""
    with database.read() as session:
        ids = session.scalars(select(Intake.id).where(Intake.dibaca_pada.is_(None)).limit(BATCH)).all()
    for row_id in ids:
        try:
            _take(database, _unread(database).where(Intake.id == row_id))
        except Exception as failed:  # noqa: BLE001 - as above
            _raise_unless_of_a_row(failed)
            logger.warning("row %d of intake cannot be stored: %s", row_id, type(failed).__name__)
            _refuse(database, row_id, f"baris ini tidak dapat dibaca atau disimpan ({type(failed).__name__})")
    return len(ids)


def _raise_unless_of_a_row(failed: Exception) -> None:
    """Raise again whatever the content of a row cannot have caused, such as a database out of reach."""
    if isinstance(failed, DatabaseError) and not isinstance(failed, ValueRefused | ConstraintViolated):
        raise failed


def _take(database: Database, rows: Select[Any]) -> int:
    with database.write() as session:
        read = [_read(database, row) for row in session.execute(rows.with_for_update(skip_locked=True))]
        jobs = _store(session, database, read)
        now = database.clock()
        _mark(session, [_outcome(each, jobs.get(each.row_id), now) for each in read])
        return len(read)


def _outcome(read: _Read, done: Enqueued | None, now: datetime) -> dict[str, Any]:
    galat, job_id = read.galat, None
    if done is not None:  # a kunci of another job makes the row none of it: it must not be lost in silence
        galat, job_id = (done.note, None) if done.differs else (None, done.id)
    return {"row": read.row_id, "dibaca_pada": now, "galat": galat, "pekerjaan_id": job_id}


def _unread(database: Database) -> Select[Any]:
    """Unread rows as they are stored, whatever was written into them."""
    columns = [as_stored(database.engine, getattr(Intake, name)) for name in (*_FRAME, "body")]
    return select(Intake.id, *columns).where(Intake.dibaca_pada.is_(None)).order_by(Intake.id)


def _read(database: Database, row: Row[Any]) -> _Read:
    try:
        return _Read(row.id, admitted(database, read_line(_line(row))))
    except LineRefused as refused:
        return _Read(row.id, galat=str(refused))


def _line(row: Row[Any]) -> dict[str, Any]:
    texts = {name: _text(row, name) for name in (*_FRAME, "body")}
    body = read_json(texts.pop("body") or "", "body", strict=True)
    return texts | {"body": body}


def _text(row: Row[Any], name: str) -> Any:
    value = getattr(row, name)
    try:
        return value.decode() if isinstance(value, bytes) else value
    except UnicodeDecodeError:
        raise LineRefused(f"{name} bukan teks UTF-8") from None


def _store(session: Session, database: Database, read: Sequence[_Read]) -> dict[int, Enqueued]:
    """The jobs' answers, by the ids of their rows."""
    good = [(each.row_id, each.job) for each in read if each.job is not None]
    stored = store_in(session, database, [job for _, job in good])
    return {row_id: done for (row_id, _), done in zip(good, stored, strict=True)}


def _mark(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Note of each row what became of it; one that has a job loses its body, for the job has it, sealed."""
    marks: dict[str, Any] = {name: bindparam(name) for name in ("dibaca_pada", "galat", "pekerjaan_id")}
    this = _TABLE.c.id == bindparam("row")
    for done, values in ((True, marks | {"body": None}), (False, marks)):
        of_these = [row for row in rows if (row["pekerjaan_id"] is not None) is done]
        if of_these:
            session.connection().execute(update(_TABLE).where(this).values(values), of_these)


def _refuse(database: Database, row_id: int, galat: str) -> None:
    with database.write() as session:
        _mark(session, [_outcome(_Read(row_id, galat=galat), None, database.clock())])
