"""A clinic moves from SQLite to PostgreSQL: all its rows or none, each compared before they count."""

import json
from collections.abc import Callable, Iterator, Sequence
from itertools import zip_longest
from typing import Any

from sqlalchemy import RowMapping, Table, func, insert, select, text
from sqlalchemy.orm import Session

from database.errors import MoveRefused
from database.status import Status
from database.storage.batches import batched
from database.storage.dialect import is_file
from database.storage.engine import Database
from database.storage.models import Base, DataKey, Job
from database.storage.past_jobs import greatest_id
from database.storage.resealing import with_its_mark, with_its_seal

BATCH = 1_000  # rows in memory at a time
Progress = Callable[[str, int], None]  # told a table and how many more of its rows are done

# The keys were agreed upon when the new database was opened.
_TABLES = tuple(table for table in Base.metadata.sorted_tables if table.name != DataKey.__tablename__)


def count_rows(database: Database) -> dict[str, int]:
    """How many rows each table holds. Raises DatabaseUnavailable."""
    with database.read() as session:
        return _counts(session)


def move_everything(
    old: Database, new: Database, tell: Progress = lambda table, rows: None
) -> dict[str, int]:
    """Copy all tables, then compare them row by row, in one transaction of the new database; rows by table.

    The old database is only read. Raises MoveRefused when the old one is no SQLite or has jobs in hand, when
    the new one is no PostgreSQL or not empty, or when a row came out different; DatabaseUnavailable. Then the
    new database is as it was.
    """
    if not is_file(old.engine) or is_file(new.engine):
        raise MoveRefused("Hanya dari SQLite (BPJS_DATABASE_URL) ke PostgreSQL.")
    with old.read() as source, new.write(patient=True) as target:
        _check_idle(source, old)
        _check_empty(target)
        for table in _TABLES:
            for rows in batched(_rows(source, table), BATCH):
                target.execute(insert(table), [_as_stored(table, dict(row)) for row in rows])
                tell(table.name, len(rows))
        for table in _TABLES:
            _continue_numbers(target, table)
            _compare(source, target, table, tell)
        return _counts(target)


def _as_stored(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    return with_its_seal(table, with_its_mark(table, row))


def _counts(session: Session) -> dict[str, int]:
    return {table.name: session.scalar(select(func.count()).select_from(table)) or 0 for table in _TABLES}


def _check_idle(source: Session, old: Database) -> None:
    in_hand = select(Job.id).where(Job.status == Status.PROSES.value, Job.lease_until > old.clock()).limit(1)
    if source.scalar(in_hand) is not None:
        raise MoveRefused("Masih ada pekerjaan yang sedang dikirim; hentikan dispatcher dan worker dahulu.")


def _check_empty(target: Session) -> None:
    filled = [name for name, count in _counts(target).items() if count]
    if filled:
        raise MoveRefused(f"Basis data baru tidak kosong (tabel {', '.join(filled)}).")


def _rows(session: Session, table: Table) -> Iterator[RowMapping]:
    """The rows of a table in the order of its primary key, with their bodies opened."""
    query = select(table).order_by(*table.primary_key.columns).execution_options(yield_per=BATCH)
    yield from session.execute(query).mappings()


def _compare(source: Session, target: Session, table: Table, tell: Progress) -> None:
    pairs = zip_longest(_rows(source, table), _rows(target, table))
    for batch in batched(pairs, BATCH):
        for before, after in batch:
            if before is None or after is None or _plain(before) != _plain(after):
                key = tuple((before or after or {})[column.name] for column in table.primary_key.columns)
                raise MoveRefused(
                    f"Baris {table.name} {_said(key)} tidak sama setelah disalin; tidak ada yang dipindahkan."
                )
        tell(table.name, len(batch))


def _plain(row: RowMapping) -> dict[str, Any]:
    """A row with its JSON as text, so that the order of the fields is compared too.

    The mark of a participant is left out: it is made with the key, and the new database may have another.
    """
    return {
        name: json.dumps(value) if isinstance(value, dict | list) else value
        for name, value in row.items()
        if name != Job.peserta.key
    }


def _said(key: Sequence[object]) -> str:
    return "/".join(map(str, key))


def _continue_numbers(target: Session, table: Table) -> None:
    """New rows are numbered after those that were copied."""
    if "id" in table.columns and table.columns["id"].autoincrement is not False and _is_number(table):
        # Of jobs, those count too that were deleted: their ids stay taken.
        is_jobs = table.name == Job.__tablename__
        greatest = greatest_id(target) if is_jobs else target.scalar(select(func.max(table.columns["id"])))
        if greatest:
            target.execute(
                text("SELECT setval(pg_get_serial_sequence(:name, 'id'), :greatest)"),
                {"name": table.name, "greatest": greatest},
            )


def _is_number(table: Table) -> bool:
    return table.columns["id"].type.python_type is int
