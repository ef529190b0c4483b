"""Kirim ulang massal: counted first, with one correction for all if wanted, then sent at a pace."""

import json
from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from hashlib import sha256

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from bpjs_client.bodies import check_body
from bpjs_client.identifiers import names_the_patient
from bpjs_client.jenis import Jenis
from database import Database
from database.jobs.resend import Resend, ask_again
from database.people.acts import Did
from database.status import WAITS_FOR_PATIENT, Status
from database.views.causes import jobs_of_cause
from database.views.counts import count_statuses
from database.views.edited import job_to_edit
from database.views.failed import FailedJob, failed_among, failed_jobs
from database.views.monitor import today
from web.body_form import LOCKED, body_of, fields_of, shown_at
from web.bulk_run import ASKED, SKIPPED, STILL_WRONG, BulkRun, Step
from web.errors import say
from web.filter import read_filter
from web.form import Form, TheForm, whole
from web.visitor import Visitor
from web.who import Staff, Watching, staff, watching

router = APIRouter(prefix="/bpjs-fktp/massal", dependencies=[Depends(staff)])
polled = APIRouter(prefix="/bpjs-fktp/massal", dependencies=[Depends(watching)])
_MOST_JOBS, _MOST_PER_MINUTE, _USUAL_PER_MINUTE = 5_000, 6_000, 60
_PICKED = "dipilih"
_NOT_THERE = "Pengiriman massal itu tidak ada lagi."


@dataclass(frozen=True)
class Correction:
    """One change for all: where the field `path` is `old`, it becomes `new`."""

    path: str = ""
    old: str = field(default="", repr=False)
    new: str = field(default="", repr=False)

    def fits(self, job: FailedJob) -> bool:
        """Whether a job has what is to be changed; without a correction every job fits."""
        return not self.path or shown_at(job.body, self.path) == self.old


@dataclass(frozen=True)
class Asked:
    """What somebody wants sent again, before it is."""

    jobs: Sequence[FailedJob] = field(repr=False)
    chosen: int
    correction: Correction
    fields: Sequence[tuple[str, str]]
    reason: str
    per_minute: int
    wrong: str
    for_patient: bool = False

    @property
    def kind(self) -> str:
        """What the jobs are called."""
        return "yang menunggu pasien" if self.for_patient else "gagal"

    @property
    def mark(self) -> str:
        """The mark of what was counted, which alone is then sent."""
        meant = [[job.id for job in self.jobs], vars(self.correction)]
        return sha256(json.dumps(meant).encode()).hexdigest()

    @property
    def minutes(self) -> int:
        """How long it takes at this pace, in minutes, rounded up."""
        return -(-len(self.jobs) // self.per_minute)


@router.post("")
def count(by: Staff, form: TheForm) -> Response:
    """What would be sent again, before anything is."""
    return by.render("_massal.html", asked=_asked(by, form), ids=_ids(by, form))


@router.post("/kirim")
def send(by: Staff, form: TheForm) -> Response:
    """Begin, when what was counted is what is asked for; else count again."""
    asked = _asked(by, form)
    if asked.wrong or not asked.jobs or form.one("terhitung") != asked.mark:
        return by.render("_massal.html", asked=asked, ids=_ids(by, form))
    run = BulkRun(by.name, [job.id for job in asked.jobs])
    by.desk.bulk.start(run, _step(by, asked), 60 / asked.per_minute)
    by.note(Did.SEND_AGAIN, result=f"massal {len(run.jobs)}")
    return _progress(by, run)


@polled.get("/{run_id}")
def progress(by: Watching, run_id: str) -> Response:
    """How far a run has come."""
    run = by.desk.bulk.of(run_id, by.name)
    return say(by.request, _NOT_THERE, 404) if run is None else _progress(by, run)


@router.post("/{run_id}/henti")
def halt(by: Staff, run_id: str) -> Response:
    """Stop a run; what it has not come to stays as it is."""
    run = by.desk.bulk.of(run_id, by.name)
    if run is None:
        return say(by.request, _NOT_THERE, 404)
    run.stop.set()
    return _progress(by, run)


def _progress(by: Visitor, run: BulkRun) -> Response:
    now = count_statuses(by.database, list(run.jobs)[: run.done])
    states = [(status, now[status]) for status in Status if now[status]]
    return by.render("_kemajuan.html", run=run, states=states)


def _ids(by: Visitor, form: Form) -> list[int]:
    """The jobs that are meant: those chosen in the table, those of a cause, or all of the filter that failed.

    Of a filter for what waits for its patient, all of that.
    """
    if form.one("hanya") == _PICKED:
        return [number for number in map(whole, form.all("pilih")) if number is not None][:_MOST_JOBS]
    chosen = read_filter(form, today(by.database))
    wanted = chosen.filter(by.sees)
    if chosen.cause:
        return list(jobs_of_cause(by.database, wanted, chosen.cause))[:_MOST_JOBS]
    return [job.id for job in failed_jobs(by.database, wanted)][:_MOST_JOBS]


def _asked(by: Visitor, form: Form) -> Asked:
    ids = tuple(_ids(by, form))
    jobs = failed_among(by.database, ids, by.sees)
    correction = Correction(form.one("isian"), form.one("dari"), form.one("menjadi"))
    per_minute = whole(form.one("per_menit") or str(_USUAL_PER_MINUTE)) or 0
    return Asked(
        jobs=[job for job in jobs if correction.fits(job)],
        chosen=len(ids),
        correction=correction,
        fields=_fields(jobs),
        reason=form.one("alasan"),
        per_minute=min(max(per_minute, 1), _MOST_PER_MINUTE),
        wrong=_wrong(correction, per_minute),
        for_patient=form.one("status") == WAITS_FOR_PATIENT,
    )


def _wrong(correction: Correction, per_minute: int) -> str:
    if not 1 <= per_minute <= _MOST_PER_MINUTE:
        return f"Kecepatan harus dari 1 sampai {_MOST_PER_MINUTE} per menit."
    if correction.path and correction.old == correction.new:
        return "Isi baru sama dengan isi lama."
    if correction.path and not _may_change(correction.path):
        return "Isian itu berbeda bagi setiap pasien: perbaiki satu per satu."
    return ""


def _may_change(path: str) -> bool:
    return path not in LOCKED and not names_the_patient(path.rpartition(".")[2])


def _fields(jobs: Sequence[FailedJob]) -> list[tuple[str, str]]:
    """The fields that one correction can change in all of them: of one type, with their names."""
    kinds = {job.jenis for job in jobs}
    if len(kinds) != 1:
        return []
    made = fields_of(Jenis(kinds.pop()), jobs[0].body, [])
    return [(each.path, each.words) for each in made if _may_change(each.path)]


def _step(by: Visitor, asked: Asked) -> Step:
    """What is done with each job; the request that asked for it may be over by then."""
    wish = Resend(reason=asked.reason, by=by.name, clinics=by.sees, may_replace=False)
    return partial(_send, by.database, wish, asked.correction)


def _send(database: Database, wish: Resend, correction: Correction, job_id: int) -> str:
    if correction.path:
        job = job_to_edit(database, job_id, wish.clinics)
        if job.status is not Status.GAGAL or shown_at(job.body, correction.path) != correction.old:
            return SKIPPED
        edited = body_of(job.jenis, job.body, {correction.path: correction.new})
        if check_body(job.jenis, edited, is_edit=job.corrects_visit):
            return STILL_WRONG
        wish = replace(wish, body=edited, version=job.version)
    ask_again(database, job_id, wish)
    return ASKED
