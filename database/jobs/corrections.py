"""The content that BPJS holds is corrected: a visit in place, a registration by deleting and making it anew.

What is delivered stays delivered: its correction is a job of its own that points to it (`Job.corrects`), with
a history, an order and a state of its own, and once BPJS holds the new content the older job says so. What
failed as `isi-lama` was never delivered: that job itself replaces what BPJS holds.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, or_, select, text, update
from sqlalchemy.orm import Session

from bpjs_client.bodies import check_body
from bpjs_client.jenis import NUMBERED, Jenis
from database.errors import MoveRefused
from database.jobs.chain import GENERATION, RANKS, UNDONE_BY
from database.jobs.deletion import NUMBER_OF, named_in
from database.jobs.handover import say_fields
from database.jobs.history import Word, append_word
from database.local_time import local_date
from database.status import UNFINISHED, Status
from database.storage.engine import Database
from database.storage.models import OF_PCARE, Attempt, Job, JsonObject
from database.storage.past_jobs import new_ids
from database.storage.patient_mark import patient_mark
from database.vocabulary import Outcome, Reason

_OTHER_VISIT = "kartu, tanggal atau poli yang lain adalah kunjungan lain: hapus ini, lalu kirim yang baru"
_SAYS_VISIT = (
    "Kunjungan ini sudah ada di BPJS: isinya di sana akan diganti (PUT kunjungan/v1), nomornya tetap."
)
_SAYS_REGISTRATION = (
    "Pendaftaran ini sudah ada di BPJS: akan dihapus di sana, lalu didaftarkan lagi dengan nomor urut baru."
)
# What a correction of a delivered job does at BPJS, in Indonesian.
DOES: Mapping[Jenis, str] = {
    Jenis.TAMBAH_KUNJUNGAN: _SAYS_VISIT,
    Jenis.TAMBAH_PENDAFTARAN: _SAYS_REGISTRATION,
}


@dataclass(frozen=True)
class Correction:
    """The jobs to send, in order, the last with the content; and in Indonesian what they will do."""

    jobs: tuple[Job, ...]
    says: str


def correct_delivered(
    session: Session, database: Database, job: Job, edited: JsonObject, word: Word
) -> Correction:
    """Store the jobs that correct what BPJS holds of a delivered one; they are due at once.

    Raises MoveRefused when that cannot be: another visit is meant, it is corrected or deleted already, or a
    registration has its visit at BPJS.
    """
    jenis = Jenis(job.jenis)
    _refuse_if_corrected(session, job)
    _refuse_if_other_visit(job, job.body, edited)
    _refuse_if_undone(session, job)
    job.version += 1
    if jenis is Jenis.TAMBAH_KUNJUNGAN:
        body = {**edited, "noKunjungan": _number(job)}
        new = _new(session, database, job, word, jenis=jenis, body=body, position=job.position)
        return Correction((new,), f"{_SAYS_VISIT} Dicatat sebagai pekerjaan #{new.id}.")
    removal = _make_room(session, database, job, word)
    new = _new(session, database, job, word, jenis=jenis, body=edited, position=job.position + GENERATION)
    return Correction(
        (removal, new), f"{_SAYS_REGISTRATION} Dicatat sebagai pekerjaan #{removal.id} dan #{new.id}."
    )


def replaces_old_content(session: Session, job: Job, edited: JsonObject) -> bool:
    """Whether this job can replace what BPJS holds: `isi-lama`, its number known, the visit the same."""
    if (
        job.reason != Reason.OLD_CONTENT
        or Jenis(job.jenis) not in NUMBERED
        or not (job.result or {}).get(_name(job))
    ):
        return False
    held = session.scalar(
        select(Attempt.request)
        .where(Attempt.job_id == job.id, Attempt.outcome.in_([Outcome.FOUND, Outcome.FOUND_OTHER]))
        .order_by(Attempt.number.desc())
        .limit(1)
    )
    return named_in(held or job.body) == named_in(edited)


def replace_old_content(session: Session, database: Database, job: Job, word: Word) -> Correction:
    """Let an `isi-lama` job, its body corrected already, replace what BPJS holds. Raises MoveRefused."""
    job.corrects = job.id
    if Jenis(job.jenis) is Jenis.TAMBAH_KUNJUNGAN:
        job.body = {**job.body, "noKunjungan": _number(job)}
        return Correction((job,), _SAYS_VISIT)
    removal = _make_room(session, database, job, word)
    job.position += GENERATION
    return Correction(
        (removal, job), f"{_SAYS_REGISTRATION} Penghapusannya dicatat sebagai pekerjaan #{removal.id}."
    )


def mark_replaced(session: Session, correction_id: int, now: datetime) -> None:
    """The correction is at BPJS: what was delivered under the replaced number says whose content is there.

    The same visit may have been delivered under another norm or chain, too.
    """
    correction = session.get_one(Job, correction_id)
    number = _replaced_number(session, correction)
    message = f"isinya di BPJS sudah diganti oleh pekerjaan #{correction_id}"
    changes = {"reason": Reason.REPLACED, "message": message, "updated_at": now, "version": Job.version + 1}
    visit = named_in(correction.body)
    delivered = (
        text(OF_PCARE),
        Job.faskes == correction.faskes,
        Job.tgl_daftar == visit.day,
        Job.jenis == correction.jenis,
        Job.status == Status.TERKIRIM.value,
        Job.id != correction_id,
        Job.result[_name(correction)].as_string() == number,
    )
    same = session.scalars(select(Job).where(*delivered))
    replaced = [job.id for job in same if named_in(job.body) == visit]
    session.execute(update(Job).where(Job.id.in_(replaced)).values(changes))


def _replaced_number(session: Session, correction: Job) -> str | None:
    """A visit keeps its number; of a registration it is the one that was deleted before."""
    if Jenis(correction.jenis) is Jenis.TAMBAH_KUNJUNGAN:
        return _number(correction)
    removal = session.scalar(
        select(Job)
        .where(Job.corrects == correction.corrects, Job.jenis == Jenis.HAPUS_PENDAFTARAN.value)
        .order_by(Job.id.desc())
        .limit(1)
    )
    return None if removal is None else str(removal.body.get("noUrut"))


def corrections_of(session: Session, job_id: int) -> list[int]:
    """The jobs that correct this one, oldest first."""
    return list(
        session.scalars(select(Job.id).where(Job.corrects == job_id, Job.id != job_id).order_by(Job.id))
    )


def _make_room(session: Session, database: Database, job: Job, word: Word) -> Job:
    """A deletion of this registration; what was to follow it follows the next one. Raises MoveRefused."""
    later = _later_steps(session, job)
    visits = [step for step in later if step.jenis == Jenis.TAMBAH_KUNJUNGAN]
    for visit in visits:
        _refuse_if_there(visit, later)
    for visit in filter(_waits_unsent, visits):
        visit.position += GENERATION
    named = {name: job.body[name] for name in ("noKartu", "tglDaftar", "kdPoli")}
    position = job.position // GENERATION * GENERATION + RANKS[Jenis.HAPUS_PENDAFTARAN]
    body = {**named, "noUrut": _number(job)}
    return _new(session, database, job, word, jenis=Jenis.HAPUS_PENDAFTARAN, body=body, position=position)


def _later_steps(session: Session, job: Job) -> list[Job]:
    """Visits and their deletions behind a registration, of its patient and generation."""
    generation = job.position // GENERATION
    return list(
        session.scalars(
            select(Job)
            .where(*_same_chain(job), Job.position > job.position)
            .where(Job.position < (generation + 1) * GENERATION, Job.status != Status.DITUTUP.value)
            .order_by(Job.position, Job.id)
        )
    )


def _refuse_if_there(visit: Job, later: Iterable[Job]) -> None:
    """A registration whose visit is or may be at BPJS cannot be deleted (contract 5f)."""
    if _waits_unsent(visit):
        return
    deletions = (step for step in later if step.jenis == Jenis.HAPUS_KUNJUNGAN and step.id > visit.id)
    if not any(deletion.status == Status.TERKIRIM for deletion in deletions):
        raise MoveRefused(
            f"Kunjungannya (#{visit.id}) ada atau mungkin ada di BPJS: hapus dulu kunjungan itu."
        )


def _waits_unsent(visit: Job) -> bool:
    return visit.status == Status.MENUNGGU or (visit.status == Status.GAGAL and visit.result is None)


def keep_the_visit(job: Job, edited: JsonObject) -> JsonObject:
    """The body of a correction that is corrected itself; its number may be left out, for it stays.

    Raises MoveRefused when another visit is meant: what BPJS holds of that would be overwritten.
    """
    number = job.body.get("noKunjungan")
    if not edited.get("noKunjungan") and number:
        edited = {**edited, "noKunjungan": number}
    if named_in(job.body) != named_in(edited) or edited.get("noKunjungan") != number:
        raise MoveRefused(f"Pekerjaan {job.id} memperbaiki yang sudah ada di BPJS; {_OTHER_VISIT}.")
    return edited


def _refuse_if_corrected(session: Session, job: Job) -> None:
    if job.reason == Reason.REPLACED:
        raise MoveRefused(f"Pekerjaan {job.id}: {job.message}; perbaiki yang itu.")
    newest = session.scalar(
        select(Job)
        .where(Job.corrects == job.id, Job.jenis == job.jenis, Job.status != Status.DITUTUP.value)
        .order_by(Job.id.desc())
        .limit(1)
    )
    if newest is not None:
        raise MoveRefused(
            f"Pekerjaan {job.id} sudah diperbaiki oleh #{newest.id} ({newest.status}): perbaiki yang itu."
        )


def _refuse_if_other_visit(job: Job, held: JsonObject, edited: JsonObject) -> None:
    if named_in(held) != named_in(edited):
        raise MoveRefused(f"Pekerjaan {job.id} sudah terkirim; {_OTHER_VISIT}.")


def _refuse_if_undone(session: Session, job: Job) -> None:
    undone = [each.value for each in (Status.TERKIRIM, *UNFINISHED)]
    deletion = session.scalar(
        select(Job.id)
        .where(*_same_chain(job), Job.jenis == UNDONE_BY[Jenis(job.jenis)].value)
        .where(Job.position > job.position, Job.status.in_(undone))
        .limit(1)
    )
    if deletion is not None:
        raise MoveRefused(
            f"Pekerjaan {job.id} sudah atau sedang dihapus (#{deletion}): tidak dapat diperbaiki."
        )


def _same_chain(job: Job) -> tuple[ColumnElement[bool], ...]:
    mark = patient_mark(job.body)
    of_patient = or_(Job.pasien.is_(None), Job.pasien == mark)
    return Job.faskes == job.faskes, Job.rantai == job.rantai, Job.service == job.service, of_patient


def _name(job: Job) -> str:
    return NUMBER_OF[UNDONE_BY[Jenis(job.jenis)]]


def _number(job: Job) -> str:
    """The number that BPJS gave the job. Raises MoveRefused without one."""
    number = (job.result or {}).get(_name(job))
    if not number:
        raise MoveRefused(f"Nomor pekerjaan {job.id} di BPJS tidak diketahui: tidak dapat diperbaiki.")
    return str(number)


def _new(
    session: Session,
    database: Database,
    corrected: Job,
    word: Word,
    *,
    jenis: Jenis,
    body: JsonObject,
    position: int,
) -> Job:
    """A job that corrects another, with the person's word as the first line of its history."""
    now = database.clock()
    errors = check_body(jenis, body, is_edit="noKunjungan" in body)
    new = Job(
        faskes=corrected.faskes,
        jenis=jenis.value,
        service=jenis.service.value,
        kunci=f"perbaikan-{corrected.id}-{corrected.version}-{jenis.value}",
        rantai=corrected.rantai,
        position=position,
        tanggal=local_date(database, now),
        norm=corrected.norm,
        nama_pasien=corrected.nama_pasien,
        body=body,
        corrects=corrected.id,
        status=(Status.GAGAL if errors else Status.MENUNGGU).value,
        reason=Reason.BAD_BODY if errors else None,
        message=say_fields(errors) if errors else None,
        due_at=now,
        created_at=now,
        updated_at=now,
    )
    (new.id,) = new_ids(session, 1)
    session.add(new)
    session.flush()
    append_word(session, new.id, Outcome.ASKED_AGAIN, word, now)
    return new
