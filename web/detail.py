"""Rincian: one job beside the table, its visit, and what can be done with it in one click."""

from dataclasses import dataclass, replace
from typing import Any

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from bpjs_client.identifiers import with_masked_values
from bpjs_client.jenis import NUMBERED, Jenis
from bpjs_client.meanings import Meaning, meaning_of
from database.jobs.by_hand import Settled, close_by_hand, say_asked_about
from database.jobs.corrections import DOES
from database.jobs.resend import OPEN_TO_RESEND, Resend, ask_again
from database.people.acts import Did
from database.status import Status
from database.views.detail import JobDetail, show
from database.views.masked_detail import masked_detail
from database.views.reveals import note_reveal
from database.views.visit import Step, visit_of
from database.vocabulary import OUTCOME_WORDS, Reason
from tasks.readiness.finding import Finding
from web.form import TheForm, whole
from web.lacks import lacks_of
from web.monitor import show_monitor
from web.pages import jenis_words
from web.visitor import Visitor
from web.who import Staff, Watching, staff, watching

router = APIRouter(prefix="/bpjs-fktp/pekerjaan", dependencies=[Depends(staff)])
polled = APIRouter(prefix="/bpjs-fktp/pekerjaan", dependencies=[Depends(watching)])
CHANGED = {"HX-Trigger": "berubah"}  # the table looks again
_CLOSABLE = frozenset({Status.GAGAL, Status.TIDAK_PASTI, Status.MENUNGGU})


@dataclass(frozen=True)
class Shown:
    """A job as its sidebar shows it; `whole`: unmasked, at somebody's word that was written down."""

    job: JobDetail
    visit: list[Step]
    whole: bool
    meaning: Meaning | None
    run_link: str | None
    lacks: list[Finding]

    @property
    def title(self) -> str:
        """What the job is."""
        return f"{jenis_words(self.job.jenis)} #{self.job.id}"

    @property
    def can_resend(self) -> bool:
        """Whether it may be sent again as it is."""
        return self.job.status in OPEN_TO_RESEND

    @property
    def resend_words(self) -> str:
        """What sending it again as it is is called."""
        return "Periksa lagi" if self.job.waits_for_patient else "Kirim Ulang"

    @property
    def can_edit(self) -> bool:
        """Whether a correction of it may be sent."""
        return self.can_resend or (self.job.status == Status.TERKIRIM and Jenis(self.job.jenis) in NUMBERED)

    @property
    def asks_first(self) -> bool:
        """Whether somebody must have looked at BPJS before it is sent again: it may be there already."""
        return self.job.reason == Reason.NEEDS_PERSON

    @property
    def can_close(self) -> bool:
        """Whether a person may settle it."""
        return self.job.status in _CLOSABLE

    @property
    def does(self) -> str:
        """What sending will do to what BPJS holds of it; empty for a job that BPJS does not hold."""
        holds = self.job.status == Status.TERKIRIM or self.job.reason == Reason.OLD_CONTENT
        return DOES.get(Jenis(self.job.jenis), "") if holds else ""

    @property
    def is_delivered(self) -> bool:
        """Whether it can only be sent again corrected."""
        return self.job.status == Status.TERKIRIM

    @property
    def outcome_words(self) -> Any:
        """What each outcome of an attempt is called."""
        return OUTCOME_WORDS


def read(by: Visitor, job_id: int, *, is_whole: bool = False) -> Shown:
    """The job, masked unless asked otherwise. Raises JobNotFound (theirs it is not), DatabaseUnavailable."""
    job = show(by.database, job_id, by.sees)
    meaning = None
    if job.is_explained:
        meaning = meaning_of(job.message or "", uncertain=job.status == Status.TIDAK_PASTI)
    runs = [attempt.task_run_id for attempt in job.history if attempt.task_run_id is not None]
    shown = job if is_whole else replace(masked_detail(job), result=with_masked_values(job.result))
    link = by.desk.run_link(runs[-1]) if runs else None
    lacks = lacks_of(by, job_id, job.status)
    return Shown(shown, visit_of(by.database, job_id, by.sees), is_whole, meaning, link, lacks)


def sidebar(by: Visitor, shown: Shown, *, says: str = "", kind: str = "baik") -> Response:
    """The sidebar of a job, with a notice where something was done; then the table looks again."""
    return by.render("_rincian.html", headers=CHANGED if says else {}, shown=shown, says=says, kind=kind)


@router.get("/{job_id}")
def detail(by: Staff, job_id: int, form: TheForm) -> Response:
    """The sidebar; as a page of its own, the monitor with the sidebar open."""
    shown = read(by, job_id)
    return sidebar(by, shown) if by.wants_part else show_monitor(by, form, detail=shown)


@polled.get("/{job_id}/terkini")
def fresh(by: Watching, job_id: int) -> Response:
    """The sidebar as it is now; nothing when it did not change."""
    return by.unless_same("_rincian.html", shown=read(by, job_id), says="", kind="baik")


@router.post("/{job_id}/buka")
def reveal(by: Staff, job_id: int) -> Response:
    """The job unmasked; that is written down before anything is shown."""
    open_whole(by, job_id)
    return sidebar(by, read(by, job_id, is_whole=True))


def open_whole(by: Visitor, job_id: int) -> None:
    """Write down that this person is shown the job unmasked. Raises JobNotFound, DatabaseUnavailable."""
    by.noted(Did.OPEN, lambda: note_reveal(by.database, job_id, by=by.name, clinics=by.sees), job_id=job_id)


@router.post("/{job_id}/kirim-ulang")
def resend(by: Staff, job_id: int, form: TheForm) -> Response:
    """Send the job again as it is; from the table a notice is the answer, from the sidebar the sidebar."""
    is_in_table = form.one("dari") == "tabel"
    asked = Resend(
        reason=form.one("alasan"),
        by=by.name,
        version=whole(form.one("versi")),
        may_replace=not is_in_table,  # the table does not say what would be replaced
        clinics=by.sees,
    )
    done = by.noted(Did.SEND_AGAIN, lambda: ask_again(by.database, job_id, asked), job_id=job_id)
    says = f"Pekerjaan #{job_id} dikirim ulang. {done.says}".strip()
    if is_in_table:
        return by.render("_pesan.html", headers=CHANGED, says=says, kind="baik")
    return sidebar(by, read(by, job_id), says=says)


@router.post("/{job_id}/tutup")
def close(by: Staff, job_id: int, form: TheForm) -> Response:
    """Settle the job by hand: BPJS has it already, or it is not needed."""
    how, reason = _HOW.get(form.one("cara")), form.one("alasan")
    if how is None or not reason:
        says = "Pilih sudah ada atau tidak perlu, dan tulis alasannya."
        return sidebar(by, read(by, job_id), says=says, kind="salah")

    def closing() -> list[int]:
        return close_by_hand(by.database, job_id, how, reason=reason, by=by.name, clinics=by.sees)

    asked_about = by.noted(Did.CLOSE, closing, job_id=job_id)
    says = f"Pekerjaan #{job_id} ditutup. {say_asked_about(asked_about)}".strip()
    return sidebar(by, read(by, job_id), says=says)


_HOW = {"sudah-ada": Settled.ALREADY_THERE, "tidak-perlu": Settled.NOT_NEEDED}
