"""One job with its whole history, as `bpjs show` tells it."""

from collections.abc import Collection
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import select

from database.errors import KunciUnknown
from database.faskes_name import UTAMA
from database.jobs.corrections import corrections_of
from database.status import Status
from database.storage.engine import Database
from database.storage.models import Attempt, Job, JsonObject, Reveal, readable
from database.storage.past_jobs import known_past, readable_job
from database.storage.row_seal import own
from database.views.monitor import message
from database.vocabulary import NO_DELIVERY, Reason


@dataclass(frozen=True)
class AttemptDetail:
    """A row of a job's history; its repr names no patient. Durations are in milliseconds."""

    number: int
    started_at: datetime
    duration_ms: int | None
    outcome: str | None
    http_code: int | None
    code: str | None
    request: Any = field(repr=False)
    response: Any = field(repr=False)
    requested_by: str | None = field(repr=False)
    reason: str | None = field(repr=False)
    changes: Any = field(repr=False)
    flow_run_id: UUID | None = None
    task_run_id: UUID | None = None

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON holds it, without Prefect's runs; times are UTC in ISO 8601."""
        told = {name: value for name, value in vars(self).items() if not name.endswith("_run_id")}
        return told | {"started_at": self.started_at.isoformat()}


@dataclass(frozen=True)
class RevealDetail:
    """Somebody who had the job shown whole, and when."""

    at: datetime
    by: str = field(repr=False)

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON holds it."""
        return {"at": self.at.isoformat(), "by": self.by}


@dataclass(frozen=True)
class JobDetail:
    """A job with its newest request, else its body, the response to it, and its attempts, oldest first.

    Its repr names no patient.
    """

    id: int
    jenis: str
    corrects: int | None
    corrected_by: tuple[int, ...]
    faskes: str
    norm: str = field(repr=False)
    nama_pasien: str = field(repr=False)
    tanggal: date
    kunci: str = field(repr=False)
    rantai: str = field(repr=False)
    status: str
    reason: str | None
    message: str | None = field(repr=False)
    http_code: int | None
    code: str | None
    attempts: int
    version: int
    due_at: datetime
    request: Any = field(repr=False)
    response: Any = field(repr=False)
    result: JsonObject | None = field(repr=False)
    history: tuple[AttemptDetail, ...]
    reveals: tuple[RevealDetail, ...]

    @property
    def waits_for_patient(self) -> bool:
        """Whether its patient must act before BPJS takes it."""
        return self.status == Status.MENUNGGU and self.reason == Reason.NEEDS_SCREENING

    @property
    def is_explained(self) -> bool:
        """Whether its message is BPJS's or ours about a trouble, whose meaning staff are told."""
        return self.status in {Status.GAGAL, Status.TIDAK_PASTI} or self.waits_for_patient

    def as_dict(self) -> dict[str, Any]:
        """The same as JSON holds it; times are UTC in ISO 8601."""
        return vars(self) | {
            "corrected_by": list(self.corrected_by),
            "tanggal": self.tanggal.isoformat(),
            "due_at": self.due_at.isoformat(),
            "history": [attempt.as_dict() for attempt in self.history],
            "reveals": [reveal.as_dict() for reveal in self.reveals],
        }


def show(database: Database, job_id: int, clinics: Collection[str] | None = None) -> JobDetail:
    """The job with its whole history.

    `clinics`: those that whoever asks may see; a job of another is as good as none. Raises JobNotFound,
    DatabaseUnavailable.
    """
    with database.read() as session:
        job = readable_job(session, job_id, clinics)
        attempts = session.scalars(select(Attempt).where(Attempt.job_id == job_id).order_by(Attempt.number))
        history = tuple(_attempt(attempt) for attempt in attempts)
        reveals = session.scalars(select(Reveal).where(Reveal.job_id == job_id).order_by(Reveal.id))
        last = next((each for each in reversed(history) if each.outcome not in NO_DELIVERY), None)
        return JobDetail(
            id=job.id,
            jenis=job.jenis,
            corrects=job.corrects,
            corrected_by=tuple(corrections_of(session, job_id)),
            faskes=job.faskes,
            norm=job.norm,
            nama_pasien=job.nama_pasien,
            tanggal=job.tanggal,
            kunci=job.kunci,
            rantai=job.rantai,
            status=job.status,
            reason=job.reason,
            message=message(database, session, job),
            http_code=job.http_code,
            code=job.meta_code,
            attempts=job.attempts,
            version=job.version,
            due_at=job.due_at,
            request=(last and last.request) or own(job.body, job.id),
            response=last and last.response,
            result=job.result,
            history=history,
            reveals=tuple(RevealDetail(reveal.at, reveal.by) for reveal in reveals),
        )


def find(database: Database, kunci: str, *, faskes: str = UTAMA) -> int:
    """The id of the job with this kunci, even of one that was deleted after its time.

    Raises KunciUnknown, DatabaseUnavailable.
    """
    with database.read() as session:
        wanted = (Job.faskes == readable(faskes), Job.kunci == readable(kunci))
        found = session.scalar(select(Job.id).where(*wanted))
        if found is None:
            past = known_past(session, readable(faskes), [readable(kunci)])
            found = next((known.id for known in past.values()), None)
    if found is None:
        raise KunciUnknown
    return found


def _attempt(attempt: Attempt) -> AttemptDetail:
    response = attempt.response if attempt.response is not None else attempt.raw
    return AttemptDetail(
        number=attempt.number,
        started_at=attempt.started_at,
        duration_ms=attempt.duration_ms,
        outcome=attempt.outcome,
        http_code=attempt.http_code,
        code=attempt.meta_code,
        request=own(attempt.request, attempt.job_id),
        response=own(response, attempt.job_id),
        requested_by=attempt.requested_by,
        reason=attempt.reason,
        changes=own(attempt.changes, attempt.job_id),
        flow_run_id=attempt.flow_run_id,
        task_run_id=attempt.task_run_id,
    )
