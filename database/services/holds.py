"""Holds: at a person's word nothing of a service, of a job type or of one job is sent.

A hold stands beside the state of its service and is no state itself: a new credential, a probe or an answer
changes what BPJS does, and not what a person decided. It ends when somebody lifts it, or at its end, which
nobody needs to notice: whoever claims jobs compares it with the clock.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select
from sqlalchemy.orm import Session

from bpjs_client.identifiers import without_identifiers
from database.errors import LineRefused, MoveRefused
from database.services.clinic_service import WHOLE, ClinicService
from database.status import UNFINISHED, Status
from database.storage.dialect import lock_name
from database.storage.engine import Database
from database.storage.models import HoldRow
from database.storage.past_jobs import locked_job
from database.storage.wakeup import announce

NO_JOB = 0
_OVER = "sampai harus waktu yang akan datang"
_NO_REASON = "alasan wajib diisi"


@dataclass(frozen=True)
class Word:
    """What a person says when they hold something; `ends_at` None: until somebody lifts it."""

    by: str
    reason: str
    ends_at: datetime | None = None


def hold(database: Database, who: ClinicService, word: Word) -> None:
    """Hold a service, or one jenis of it; a hold of the same that stands already is replaced.

    What is in hand already is still sent. Raises LineRefused (no reason, an end that is over),
    DatabaseUnavailable.
    """
    with database.write() as session:
        _put(session, who, NO_JOB, word, database.clock())


def hold_job(database: Database, job_id: int, word: Word, *, clinics: Collection[str] | None = None) -> None:
    """Hold one job that is not finished. `clinics`: those that whoever asks may see.

    Raises JobNotFound, MoveRefused (it is finished), LineRefused, DatabaseUnavailable.
    """
    with database.write() as session:
        job = locked_job(session, job_id, clinics)
        if Status(job.status) not in UNFINISHED and job.status != Status.GAGAL:
            raise MoveRefused(f"Pekerjaan {job_id} sudah {job.status}; tidak ada yang dapat dijeda.")
        _put(session, ClinicService(job.faskes, job.service, job.jenis), job_id, word, database.clock())


def lift(database: Database, who: ClinicService, *, by: str, jenis_too: bool = False) -> bool:
    """Lift the hold of a service or a jenis. False: nothing was held.

    `jenis_too`: also those of the single jenis of a service; a job that is held alone stays so.
    Raises DatabaseUnavailable.
    """
    whole = (HoldRow.faskes == who.faskes, HoldRow.service == who.service, HoldRow.job_id == NO_JOB)
    with database.write() as session:
        return _lift(session, [*whole, *([] if jenis_too else [HoldRow.jenis == who.jenis])], by, database)


def lift_job(database: Database, job_id: int, *, by: str, clinics: Collection[str] | None = None) -> bool:
    """Lift the hold of one job. False: it was not held. Raises JobNotFound, DatabaseUnavailable."""
    with database.write() as session:
        locked_job(session, job_id, clinics)
        return _lift(session, [HoldRow.job_id == job_id], by, database)


def holds(database: Database, clinics: Collection[str] | None = None) -> list[HoldRow]:
    """What persons hold now, the newest first; `clinics`: only of these. Raises DatabaseUnavailable."""
    with database.read() as session:
        return holds_at(session, database.clock(), clinics)


def holds_at(session: Session, now: datetime, clinics: Collection[str] | None = None) -> list[HoldRow]:
    """The same, within a transaction."""
    wanted = select(HoldRow).where(*standing_at(now)).order_by(HoldRow.id.desc())
    if clinics is not None:
        wanted = wanted.where(HoldRow.faskes.in_(sorted(clinics)))
    return list(session.scalars(wanted))


def first_that_holds(rows: Iterable[HoldRow], who: ClinicService, job_id: int) -> HoldRow | None:
    """The widest hold among these under which a job of this service and jenis stands."""
    mine = [row for row in rows if (row.faskes, row.service) == (who.faskes, who.service)]
    about = [(WHOLE, NO_JOB), (who.jenis, NO_JOB), (who.jenis, job_id)]
    return next((row for each in about for row in mine if (row.jenis, row.job_id) == each), None)


def standing_at(now: datetime | ColumnElement[datetime]) -> tuple[ColumnElement[bool], ...]:
    """The SQL conditions of a hold that stands at a time."""
    return HoldRow.lifted_at.is_(None), or_(HoldRow.ends_at.is_(None), HoldRow.ends_at > now)


def _put(session: Session, who: ClinicService, job_id: int, word: Word, now: datetime) -> None:
    if not word.reason.strip():
        raise LineRefused(_NO_REASON)
    if word.ends_at is not None and word.ends_at <= now:
        raise LineRefused(_OVER)
    # Two at once would both find none to replace.
    lock_name(session, f"hold/{who.faskes}/{who.service}/{who.jenis}/{job_id}")
    same = (HoldRow.faskes == who.faskes, HoldRow.service == who.service, HoldRow.jenis == who.jenis)
    for row in session.scalars(
        select(HoldRow).where(*same, HoldRow.job_id == job_id, HoldRow.lifted_at.is_(None))
    ):
        row.lifted_at, row.lifted_by = now, word.by
    session.flush()
    session.add(
        HoldRow(
            **who._asdict(),
            job_id=job_id,
            by=without_identifiers(word.by),
            reason=without_identifiers(word.reason.strip()),
            since=now,
            ends_at=word.ends_at,
        )
    )


def _lift(session: Session, which: list[ColumnElement[bool]], by: str, database: Database) -> bool:
    now = database.clock()
    rows = session.scalars(select(HoldRow).where(*which, *standing_at(now)).with_for_update()).all()
    for row in rows:
        row.lifted_at, row.lifted_by = now, by
    announce(session)
    return bool(rows)
