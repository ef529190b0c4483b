"""A clinic's own jobs as its own system reads them back: by id, by kunci, or all that changed since."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Row, and_, or_, select
from sqlalchemy.orm import Session

from bpjs_client.bodies import FieldError, check_body
from bpjs_client.jenis import Jenis
from database.status import Status
from database.storage.batches import batched
from database.storage.dialect import oldest_writer
from database.storage.engine import Database
from database.storage.models import Job, PastJob, readable
from database.storage.row_seal import is_foreign
from database.vocabulary import Reason

# How long ago a change must be before the feed tells it. Its time is read before its transaction waits: for a
# connection of the pool (30 s) and its first lock (10 s), or for SQLite's file (30 s); and a server ends
# a transaction that rests (15 s). So whoever changed something longer ago has committed it, or is seen to
# write. Nothing that is committed late falls behind a cursor.
SETTLED = timedelta(seconds=60)
_AT_ONCE = 500
_COLUMNS = (
    Job.id,
    Job.kunci,
    Job.jenis,
    Job.tanggal,
    Job.status,
    Job.reason,
    Job.message,
    Job.http_code,
    Job.meta_code,
    Job.attempts,
    Job.result,
    Job.created_at,
    Job.updated_at,
    Job.sent_at,
)


@dataclass(frozen=True)
class HandedOver:
    """A job without its body; of one deleted after its time little is known. Its repr names no patient."""

    id: int
    kunci: str = field(repr=False)
    jenis: str
    status: str
    tanggal: date | None = None
    reason: str | None = None
    message: str | None = field(default=None, repr=False)
    http_code: int | None = None
    code: str | None = None
    attempts: int | None = None
    no_urut: str | None = field(default=None, repr=False)
    no_kunjungan: str | None = field(default=None, repr=False)
    wrong_fields: tuple[FieldError, ...] = field(default=(), repr=False)
    created_at: datetime | None = None
    updated_at: datetime | None = None
    sent_at: datetime | None = None


class Cursor(NamedTuple):
    """The last change that was read."""

    at: datetime
    job_id: int


BEGINNING = Cursor(datetime(1970, 1, 1, tzinfo=UTC), 0)


@dataclass(frozen=True)
class Changes:
    """The jobs in the order in which they changed last, where to go on, and whether there is more already."""

    jobs: tuple[HandedOver, ...]
    cursor: Cursor
    more: bool


def by_ids(database: Database, faskes: str, ids: Sequence[int]) -> dict[int, HandedOver]:
    """Those of these jobs that are the clinic's, deleted ones too. Raises DatabaseUnavailable."""
    found: dict[int, HandedOver] = {}
    with database.read() as session:
        for part in batched(sorted(set(ids)), _AT_ONCE):
            found |= _found(session, faskes, Job.id.in_(part), PastJob.id.in_(part))
    return found


def by_kunci(database: Database, faskes: str, kunci: str) -> HandedOver | None:
    """The clinic's job of this kunci, a deleted one too. Raises DatabaseUnavailable."""
    wanted = readable(kunci)
    with database.read() as session:
        found = _found(session, faskes, Job.kunci == wanted, PastJob.kunci == wanted)
    return next(iter(found.values()), None)


def changes_since(database: Database, faskes: str, since: Cursor, *, limit: int) -> Changes:
    """What changed of a clinic's jobs after the cursor, and long enough ago (SETTLED).

    Each job as it is now: of several changes the last is told. Raises DatabaseUnavailable.
    """
    # As a writer, who on SQLite waits for the one before, so that nobody is in the middle of a change.
    with database.write() as session:
        until = min(database.clock(), oldest_writer(session) or datetime.max.replace(tzinfo=UTC)) - SETTLED
        after = or_(Job.updated_at > since.at, and_(Job.updated_at == since.at, Job.id > since.job_id))
        in_order = (
            select(*_COLUMNS)
            .where(Job.faskes == faskes, Job.updated_at >= since.at, Job.updated_at <= until, after)
            .order_by(Job.updated_at, Job.id)
            .limit(limit + 1)
        )
        rows = session.execute(in_order).all()
        jobs = tuple(_told(session, rows[:limit]))
    cursor = Cursor(rows[len(jobs) - 1].updated_at, jobs[-1].id) if jobs else since
    return Changes(jobs, cursor, more=len(rows) > limit)


def _found(
    session: Session, faskes: str, present: ColumnElement[bool], past: ColumnElement[bool]
) -> dict[int, HandedOver]:
    rows = session.execute(select(*_COLUMNS).where(Job.faskes == faskes, present)).all()
    gone = session.scalars(select(PastJob).where(PastJob.faskes == faskes, past))
    deleted = {
        each.id: HandedOver(
            id=each.id,
            kunci=each.kunci,
            jenis=each.jenis,
            status=each.status,
            message=f"sudah dihapus setelah masa simpannya; berakhir {each.ended:%d-%m-%Y}",
        )
        for each in gone
    }
    return deleted | {job.id: job for job in _told(session, rows)}


def _told(session: Session, rows: Sequence[Row[Any]]) -> list[HandedOver]:
    wrong = _wrong_fields(session, [row.id for row in rows if _is_wrong(row)])
    return [_job(row, wrong.get(row.id, ())) for row in rows]


def _is_wrong(row: Row[Any]) -> bool:
    return bool(row.status == Status.GAGAL and row.reason == Reason.BAD_BODY)


def _wrong_fields(session: Session, ids: Sequence[int]) -> dict[int, tuple[FieldError, ...]]:
    bodies = select(Job.id, Job.jenis, Job.body, Job.corrects).where(Job.id.in_(ids))
    return {
        job_id: ()
        if is_foreign(body, job_id)
        else tuple(check_body(Jenis(jenis), body, is_edit=_is_edit(jenis, corrects)))
        for job_id, jenis, body, corrects in (session.execute(bodies).tuples() if ids else ())
    }


def _is_edit(jenis: str, corrects: int | None) -> bool:
    return corrects is not None and jenis == Jenis.TAMBAH_KUNJUNGAN


def _job(row: Row[Any], wrong: tuple[FieldError, ...]) -> HandedOver:
    result = row.result or {}
    return HandedOver(
        id=row.id,
        kunci=row.kunci,
        jenis=row.jenis,
        status=row.status,
        tanggal=row.tanggal,
        reason=row.reason,
        message=row.message,
        http_code=row.http_code,
        code=row.meta_code,
        attempts=row.attempts,
        no_urut=_text(result.get("noUrut")),
        no_kunjungan=_text(result.get("noKunjungan")),
        wrong_fields=wrong,
        created_at=row.created_at,
        updated_at=row.updated_at,
        sent_at=row.sent_at,
    )


def _text(number: object) -> str | None:
    return None if number is None else str(number)
