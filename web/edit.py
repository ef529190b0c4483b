"""Mode edit: a form of the body, what is wrong with it, the difference before it is sent, and the sending."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from bpjs_client.bodies import FieldError
from bpjs_client.references import BY_NAME
from bpjs_client.said_fields import fields_said
from database import LineRefused
from database.jobs.body_changes import Change, changes_between
from database.jobs.corrections import DOES
from database.jobs.plain_json import plain_json, storable
from database.jobs.resend import Resend, ask_again
from database.people.acts import Did
from database.references.search import Found, search
from database.status import Status
from database.typed import read_object
from database.views.edited import JobToEdit, job_to_edit
from tasks.readiness.finding import Finding
from web.body_form import Field, body_of, fields_of, unnamed
from web.detail import open_whole, read, sidebar
from web.field_words import CODES, words_of
from web.form import Form, TheForm, whole
from web.lacks import lacks_when_edited, others, wrong_fields
from web.pages import jenis_words
from web.visitor import Visitor
from web.who import Staff, staff

router = APIRouter(prefix="/bpjs-fktp/pekerjaan", dependencies=[Depends(staff)])
PREFIX = "isi."
_MOST_CODES, _LONGEST_SEARCH = 20, 100
_NOTHING = "Belum ada yang diubah."


@dataclass(frozen=True)
class Edit:
    """The editor as it is shown: `text` is the whole body where it is edited as JSON.

    `others`: wrong fields that the form does not show; `lacks`: what else hinders it, or may.
    """

    job: JobToEdit
    fields: Sequence[Field] = field(repr=False)
    others: Sequence[FieldError]
    lacks: Sequence[Finding]
    as_json: bool
    text: str = field(repr=False)
    changes: Sequence[Change] = field(repr=False)
    mark: str
    reason: str
    says: str = ""

    @property
    def title(self) -> str:
        """What the job is."""
        return f"{jenis_words(self.job.jenis)} #{self.job.id}"

    @property
    def does(self) -> str:
        """What sending will do at BPJS; empty for a job that BPJS does not hold."""
        return DOES.get(self.job.jenis, "") if self.job.status is Status.TERKIRIM else ""

    def words(self, path: str) -> str:
        """The name of a changed field."""
        return words_of(path)


@router.post("/{job_id}/ubah")
def begin(by: Staff, job_id: int, form: TheForm) -> Response:
    """The editor of a job; it shows the body whole, which is written down first."""
    open_whole(by, job_id)
    editor = Editor(by, job_to_edit(by.database, job_id, by.sees), form)
    lacks = editor.lacks(editor.job.body)
    return editor.show(editor.job.body, [*fields_said(editor.job.message), *wrong_fields(lacks)], lacks=lacks)


@router.post("/{job_id}/periksa")
def check(by: Staff, job_id: int, form: TheForm) -> Response:
    """What is wrong beside its field, or the difference to what was there."""
    editor = Editor(by, job_to_edit(by.database, job_id, by.sees), form)
    try:
        return editor.checked(editor.typed())
    except LineRefused as refused:
        return editor.show(editor.job.body, [], says=f"{refused}.")


@router.post("/{job_id}/kirim")
def send(by: Staff, job_id: int, form: TheForm) -> Response:
    """Send what was checked; whatever differs from it is checked again first."""
    editor = Editor(by, job_to_edit(by.database, job_id, by.sees), form)
    try:
        edited = editor.typed()
    except LineRefused as refused:
        return editor.show(editor.job.body, [], says=f"{refused}.")
    if form.one("diperiksa") != _mark(edited) or wrong_fields(editor.lacks(edited)):
        return editor.checked(edited)
    asked = Resend(
        body=edited,
        reason=form.one("alasan"),
        by=by.name,
        version=whole(form.one("versi")),
        clinics=by.sees,
    )
    done = by.noted(Did.SEND_AGAIN, lambda: ask_again(by.database, job_id, asked), job_id=job_id)
    says = done.says or f"Perbaikan pekerjaan #{job_id} diterima dan dikirim."
    return sidebar(by, read(by, done.job_id), says=says)


@router.get("/{job_id}/kode")
def codes(by: Staff, job_id: int, form: TheForm) -> Response:
    """Codes for a field from the clinic's own reference data, by part of the code or the name."""
    job = job_to_edit(by.database, job_id, by.sees)
    path = form.one("isian")
    name = CODES.get(path)
    words = form.one(PREFIX + path)[:_LONGEST_SEARCH]
    found = search(by.database, BY_NAME[name], words, faskes=job.faskes, limit=_MOST_CODES) if name else []
    return by.render("_kode.html", found=dict.fromkeys(_code(path, row) for row in found))


def _code(path: str, row: Found) -> tuple[str, str]:
    """The code that the field takes, and its name; a session's code names poli, doctor and hours at once."""
    part = {"kodedokter": 1, "jampraktek": 2}.get(path)
    return row.kode if part is None else row.kode.split("/")[part], row.nama


@dataclass(frozen=True)
class Editor:
    """One job in somebody's editor, and the form that they sent."""

    by: Visitor
    job: JobToEdit
    form: Form

    def typed(self) -> dict[str, Any]:
        """The body that was typed. Raises LineRefused (no JSON object)."""
        if self.form.one("cara") == "json":
            given: Mapping[Any, Any] = read_object(self.form.one("json"), "JSON lengkap")
            return storable(plain_json(given))
        return body_of(self.job.jenis, self.job.body, dict(self.form.beginning(PREFIX)))

    def lacks(self, body: dict[str, Any]) -> list[Finding]:
        """What the job would lack with this body. Raises DatabaseUnavailable."""
        return lacks_when_edited(self.by, self.job, body)

    def checked(self, edited: dict[str, Any]) -> Response:
        """The form with what is wrong, or with the difference to the present body."""
        lacks = self.lacks(edited)
        errors = wrong_fields(lacks)
        changes = [] if errors else changes_between(self.job.body, edited)
        says = "" if errors or changes else _NOTHING
        return self.show(edited, errors, lacks=lacks, changes=changes, says=says)

    def show(
        self,
        edited: dict[str, Any],
        errors: Sequence[FieldError],
        *,
        lacks: Sequence[Finding] = (),
        changes: Sequence[Change] = (),
        says: str = "",
    ) -> Response:
        """The form; what was typed stays as it was typed."""
        fields = fields_of(self.job.jenis, self.job.body, errors, dict(self.form.beginning(PREFIX)))
        as_json = self.form.one("cara") == "json"
        edit = Edit(
            job=self.job,
            fields=fields,
            others=list(errors) if as_json else unnamed(errors, fields),
            lacks=others(lacks),
            as_json=as_json,
            text=self.form.one("json") or json.dumps(edited, ensure_ascii=False, indent=2),
            changes=changes,
            mark=_mark(edited) if changes else "",
            reason=self.form.one("alasan"),
            says=says,
        )
        return self.by.render("_ubah.html", edit=edit, kind="salah")


def _mark(edited: dict[str, Any]) -> str:
    """The mark of a content: what was checked is what is sent."""
    return sha256(json.dumps(edited, sort_keys=True).encode()).hexdigest()
