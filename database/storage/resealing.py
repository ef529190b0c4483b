"""Values that an older key sealed, or none, are sealed anew, so that the key can leave `BPJS_DATA_KEYS`.

This may run beside dispatchers and be broken off and begun again: it takes short transactions, and reads each
row again under a lock before it writes it.
"""

from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import partial
from typing import Any

from sqlalchemy import ColumnElement, Table, bindparam, delete, insert, select, type_coerce, update
from sqlalchemy.orm import Session

from database.errors import DataKeyMissing
from database.storage.engine import Database
from database.storage.models import (
    Attempt,
    DataKey,
    Job,
    PersonRow,
    Sealed,
    SealedText,
    WebhookRow,
    keyring_on,
)
from database.storage.participant import participant_of
from database.storage.row_seal import with_row
from database.storage.sealing import key_of, knows_its_row

BATCH = 200  # rows per transaction; dispatchers go on between two
UNSEALED = ""  # stands in place of a key where nothing was sealed

_JOBS: Any = Job.__table__
_ATTEMPTS: Any = Attempt.__table__
_PEOPLE: Any = PersonRow.__table__
_WEBHOOKS: Any = WebhookRow.__table__


@dataclass(frozen=True)
class Resealed:
    """How many rows were sealed anew, which keys nothing needs any more, how many rows still need which."""

    rows: int
    forgotten: list[str]
    left: dict[str, int]


def reseal(database: Database) -> Resealed:
    """Seal everything with the present key and forget the keys that nothing is sealed with any more.

    A request that is on its way is left as it is, and counted. Raises DataKeyMissing, also when sealing is
    turned off; DatabaseUnavailable. What was sealed anew until then stays so.
    """
    keyring = keyring_on(database.engine.dialect)
    if not keyring.writes:
        raise DataKeyMissing("Penyegelan dimatikan (BPJS_ENCRYPT=false); tidak ada yang disegel ulang.")
    rows = 0
    for table, rewrite in _REWRITES.items():
        for stale in _stale(database, table, keyring.present):
            with database.write() as session:
                rows += rewrite(session, table.c.id.in_(stale))
    left = _left(database, keyring.present)
    return Resealed(rows, _forget_keys(database, needed={keyring.present, *left}), dict(left))


def sealed_columns(table: Table) -> list[Any]:
    """The columns of a table that are sealed."""
    return [column for column in table.columns if isinstance(column.type, Sealed | SealedText)]


def with_its_seal(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """A row of any table as it is to be stored: what is sealed of it is sealed with its id, or its job's."""
    names = [column.name for column in sealed_columns(table)]
    return with_row(row, names, row["job_id" if table is _ATTEMPTS else "id"]) if names else row


def with_its_mark(table: Table, row: dict[str, Any]) -> dict[str, Any]:
    """A row of any table; if it is a job's, its participant is to be marked with the key in use."""
    if table is not _JOBS or row["peserta"] is None:
        return row
    return {**row, "peserta": participant_of(row["body"] or {}, partial(str, row["faskes"]))}


def _left(database: Database, present: str) -> Counter[str]:
    """How many rows need another key than the present one."""
    batches = (stale for table in _REWRITES for stale in _stale(database, table, present))
    return Counter(key for stale in batches for keys in stale.values() for key in keys)


def _stale(database: Database, table: Table, present: str) -> Iterator[dict[int, set[str]]]:
    """In batches the rows that another key than the present one sealed, or none, or that were sealed without
    their row: their ids and those other keys.
    """
    last = 0
    # The value as it is stored, for only the key that sealed it is wanted.
    raw = [type_coerce(column, column.type.impl_instance) for column in sealed_columns(table)]
    page = select(table.c.id, *raw).order_by(table.c.id).limit(BATCH)
    while True:
        with database.read() as session:
            looked = session.execute(page.where(table.c.id > last)).all()
        if not looked:
            return
        last = looked[-1][0]
        keys = {row_id: _keys(values) - {present} for row_id, *values in looked}
        loose = {row_id for row_id, *values in looked if not all(map(_is_bound, values))}
        stale = {row_id: old for row_id, old in keys.items() if old or row_id in loose}
        if stale:
            yield stale


def _keys(values: list[Any]) -> set[str]:
    return {key_of(value) or UNSEALED for value in values if value is not None}


def _is_bound(value: Any) -> bool:
    """Whether a stored value was sealed with its row, or not at all."""
    return value is None or key_of(value) is None or knows_its_row(value)


def _reseal_rows(table: Table, session: Session, these: ColumnElement[bool]) -> int:
    columns = [table.c.id, *sealed_columns(table)]
    locked = select(*columns).where(these).order_by(table.c.id).with_for_update()
    read = (with_its_seal(table, dict(row)) for row in session.execute(locked).mappings())
    rows = [{"the_id": row.pop("id"), **row} for row in read]
    if rows:
        session.connection().execute(update(table).where(table.c.id == bindparam("the_id")), rows)
    return len(rows)


def _reseal_jobs(session: Session, these: ColumnElement[bool]) -> int:
    """A job's participant is marked anew too, for the mark is made with the key."""
    columns = (_JOBS.c.id, _JOBS.c.faskes, _JOBS.c.body, _JOBS.c.peserta)
    whose = select(*columns).where(these, _JOBS.c.peserta.is_not(None)).order_by(_JOBS.c.id)
    rows = session.execute(whose.with_for_update()).mappings()
    marks = [{"the_id": row["id"], "peserta": with_its_mark(_JOBS, dict(row))["peserta"]} for row in rows]
    if marks:
        session.connection().execute(update(_JOBS).where(_JOBS.c.id == bindparam("the_id")), marks)
    return _reseal_rows(_JOBS, session, these)


def _reseal_attempts(session: Session, these: ColumnElement[bool]) -> int:
    # A closed attempt is history, which the database lets nobody change: it is written again as it was.
    closed = select(_ATTEMPTS).where(these, _ATTEMPTS.c.finished_at.is_not(None)).with_for_update()
    rows = [with_its_seal(_ATTEMPTS, dict(row)) for row in session.execute(closed).mappings()]
    if rows:
        session.execute(delete(_ATTEMPTS).where(_ATTEMPTS.c.id.in_([row["id"] for row in rows])))
        session.execute(insert(_ATTEMPTS), rows)
    return len(rows)


_REWRITES: dict[Table, Callable[[Session, ColumnElement[bool]], int]] = {
    _JOBS: _reseal_jobs,
    _ATTEMPTS: _reseal_attempts,
    _PEOPLE: partial(_reseal_rows, _PEOPLE),
    _WEBHOOKS: partial(_reseal_rows, _WEBHOOKS),
}


def _forget_keys(database: Database, needed: set[str]) -> list[str]:
    """Take the other keys off the database's own list, so that it opens without them; their ids."""
    with database.write() as session:
        known = session.scalars(select(DataKey.id).order_by(DataKey.id))
        gone = [key for key in known if key not in needed]
        session.execute(delete(DataKey).where(DataKey.id.in_(gone)))
    return gone
