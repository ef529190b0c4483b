"""A job is put back in line at a person's word, as it is or with an edited body."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from bpjs_client.bodies import check_body
from bpjs_client.jenis import NUMBERED, Jenis
from database.errors import MoveRefused
from database.jobs.body_changes import changes_between
from database.jobs.chain_place import place_when_corrected
from database.jobs.corrections import (
    correct_delivered,
    keep_the_visit,
    replace_old_content,
    replaces_old_content,
)
from database.jobs.handover import queue_up, say_fields
from database.jobs.history import Word, append_word
from database.jobs.plain_json import plain_json, storable
from database.status import Status
from database.storage.engine import Database
from database.storage.models import Job, JsonObject
from database.storage.past_jobs import locked_job
from database.storage.row_seal import FOREIGN, is_foreign
from database.storage.wakeup import announce
from database.vocabulary import Outcome, Reason

OPEN_TO_RESEND = frozenset({Status.GAGAL, Status.TIDAK_PASTI, Status.MENUNGGU})
_REFUSALS = {
    Status.TERKIRIM: "sudah terkirim",
    Status.DITUTUP: "sudah ditutup",
    Status.PROSES: "sedang dikirim; tunggu sebentar",
}


@dataclass(frozen=True)
class Resend:
    """A person's request: a merge patch, a whole body or neither; why, who, and the version they saw.

    `flow_run_id`: the Prefect run through which they ask. `may_replace`: they look at this one job, and are
    told when its content will replace what BPJS holds. `clinics`: those whose jobs they may see; None: all.
    """

    patch: Mapping[str, Any] | None = field(default=None, repr=False)
    body: Mapping[str, Any] | None = field(default=None, repr=False)
    reason: str = ""
    by: str = ""
    version: int | None = None
    flow_run_id: UUID | None = None
    may_replace: bool = True
    clinics: frozenset[str] | None = None


@dataclass(frozen=True)
class Asked:
    """The outcome of a resend: the jobs to send, in order, and the status of the last, which has the content.

    `says`, in Indonesian, what sending will do to what BPJS holds already; empty when it holds nothing.
    """

    jobs: tuple[int, ...]
    status: Status
    says: str = ""

    @property
    def job_id(self) -> int:
        """The job that has the content."""
        return self.jobs[-1]


def ask_again(database: Database, job_id: int, asked: Resend) -> Asked:
    """Make the job due now; who, why and every changed field are appended to its history first.

    A body with wrong fields is stored all the same, as `gagal` with the fields named. One that names another
    visit takes the job there, to the chain and place of that visit. What BPJS holds already is corrected
    there (corrections.py). Raises JobNotFound, MoveRefused (sent and not corrected, closed, in
    hand, changed since it was looked at), LineRefused (no JSON body), DatabaseUnavailable.
    """
    with database.write() as session:
        job = locked_job(session, job_id, asked.clinics)
        edited = plain_json(_edited(job, asked))
        _refuse_if_late(job, asked.version, is_corrected=storable(edited) != job.body)
        if job.status == Status.TERKIRIM:
            return _correct_delivered(session, database, job, edited, asked)
        return _ask_again(session, database, job, edited, asked)


def _correct_delivered(
    session: Session, database: Database, job: Job, edited: JsonObject, asked: Resend
) -> Asked:
    queue_up(session)
    correction = correct_delivered(
        session, database, job, storable(edited), _word(job, storable(edited), asked)
    )
    announce(session)
    jobs = tuple(each.id for each in correction.jobs)
    return Asked(jobs, Status(correction.jobs[-1].status), correction.says)


def _ask_again(session: Session, database: Database, job: Job, edited: JsonObject, asked: Resend) -> Asked:
    if job.corrects is not None:
        edited = keep_the_visit(job, edited)
    replaces = asked.may_replace and replaces_old_content(session, job, edited)
    is_edit = job.corrects is not None and Jenis(job.jenis) is Jenis.TAMBAH_KUNJUNGAN
    errors = check_body(Jenis(job.jenis), edited, is_edit=is_edit)
    edited = storable(edited)
    word = _word(job, edited, asked)
    # What no look-up could settle is settled by this word; otherwise BPJS is still asked first.
    outcome = Outcome.DECIDED_AGAIN if job.reason == Reason.NEEDS_PERSON else Outcome.ASKED_AGAIN
    append_word(session, job.id, outcome, word, database.clock())
    _place(session, database, job, edited)
    job.body, job.waits = edited, 0
    correction = None
    if errors:
        _put(job, Status.GAGAL, Reason.BAD_BODY, say_fields(errors))
    elif job.status == Status.GAGAL or job.reason in {Reason.NEEDS_PERSON, Reason.NEEDS_SCREENING}:
        correction = replace_old_content(session, database, job, word) if replaces else None
        _put(job, Status.MENUNGGU, None, None)
    job.due_at = job.updated_at = database.clock()
    job.version += 1
    announce(session)
    jobs = correction.jobs if correction else (job,)
    return Asked(tuple(each.id for each in jobs), Status(job.status), correction.says if correction else "")


def reopen(database: Database, job_id: int, asked: Resend) -> Status:
    """Send a job again as it is, at a person's word in Prefect; who and why are appended to its history.

    A `gagal` one is due now; one that waits stays as it is, and so does what is done, in hand, or waits for a
    person's decision (which this word is not). Returns its state then. Raises JobNotFound,
    DatabaseUnavailable.
    """
    with database.write() as session:
        job = locked_job(session, job_id)
        if Status(job.status) in OPEN_TO_RESEND and job.reason != Reason.NEEDS_PERSON:
            now = database.clock()
            append_word(
                session, job_id, Outcome.ASKED_AGAIN, Word(asked.by, asked.reason, asked.flow_run_id), now
            )
            if job.status == Status.GAGAL:
                _put(job, Status.MENUNGGU, None, None)
                job.due_at = job.updated_at = now
                job.version += 1
            announce(session)
        return Status(job.status)


def merged(body: Mapping[str, Any], patch: Mapping[str, Any]) -> dict[str, Any]:
    """A JSON merge patch applied (RFC 7396): null takes a field out, an object goes into an object."""
    result = dict(body)
    for name, value in patch.items():
        if value is None:
            result.pop(name, None)
        elif isinstance(value, Mapping):
            inner = result.get(name)
            result[name] = merged(inner if isinstance(inner, Mapping) else {}, value)
        else:
            result[name] = value
    return result


def _edited(job: Job, asked: Resend) -> Mapping[Any, Any]:
    """The body as it will be sent. Raises MoveRefused when the stored body is another job's."""
    if asked.body is not None:
        return asked.body
    if is_foreign(job.body, job.id):
        raise MoveRefused(f"Pekerjaan {job.id}: {FOREIGN}; kirim isi lengkapnya.")
    return merged(job.body, asked.patch or {})


def _refuse_if_late(job: Job, version: int | None, *, is_corrected: bool) -> None:
    status = Status(job.status)
    corrects = status is Status.TERKIRIM and is_corrected and Jenis(job.jenis) in NUMBERED
    if status not in OPEN_TO_RESEND and not corrects:
        raise MoveRefused(f"Pekerjaan {job.id} {_REFUSALS[status]}: tidak dikirim ulang.")
    if version is not None and version != job.version:
        raise MoveRefused(f"Pekerjaan {job.id} berubah sejak dilihat (versi {job.version}): lihat dulu lagi.")


def _word(job: Job, edited: JsonObject, asked: Resend) -> Word:
    """The line for the history: who asks, why, and every changed field."""
    changes = changes_between(job.body, edited)
    return Word(asked.by, asked.reason, asked.flow_run_id, body=edited, changes=changes)


def _place(session: Session, database: Database, job: Job, edited: JsonObject) -> None:
    """Move the job to the place that its body names; from that follows what waits for it.

    One whose earlier request may be at BPJS moves too. It is looked up as it was sent, and its number and
    its traces are still found by a deletion of what was sent (see database/jobs/deletion.py).
    """
    if edited != job.body:
        queue_up(session)
    place = place_when_corrected(session, job, edited)
    if place is not None:
        job.rantai, job.position = place.rantai, place.position


def _put(job: Job, status: Status, reason: str | None, message: str | None) -> None:
    job.status, job.reason, job.message = status.value, reason, message
