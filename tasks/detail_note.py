"""The page that a job which needs somebody leaves in Prefect: what happened, what it means, and what to do.

Nothing in it names the patient: numbers are masked and what was written about them is left out.
"""

import json
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from prefect.artifacts import create_markdown_artifact

from bpjs_client.bodies import MODELS, Khusus, RujukLanjut, SubSpesialis, WireModel
from bpjs_client.identifiers import with_masked_values, without_identifiers
from bpjs_client.meanings import meaning_of
from database import Database
from database.detail import show
from database.status import Status
from tasks.recording import PREFECT_UNAVAILABLE
from tasks.ui_links import form_link

logger = logging.getLogger(__name__)

NEEDS_SOMEBODY = frozenset({Status.GAGAL, Status.TIDAK_PASTI})
DEPLOYMENT = "kirim-ulang/kirim-ulang"
# What clinics write about a patient in their own words.
_ABOUT_THE_PATIENT = frozenset(
    {
        "keluhan",
        "anamnesa",
        "terapiObat",
        "terapiNonObat",
        "bmhp",
        "alasan",
        "keterangan",
        "alasanTacc",
        "catatan",
    }
)
_MODELS: tuple[type[WireModel], ...] = (*MODELS.values(), RujukLanjut, SubSpesialis, Khusus)
# A clinic may add fields of its own, and nobody knows what it writes into them.
_SHOWN = frozenset(name for model in _MODELS for name in model.model_fields) - _ABOUT_THE_PATIENT
_LEFT_OUT = "…"
_LONGEST_JSON = 10_000  # characters of a request or a response on the page


def leave_note(database: Database, job_id: int) -> None:
    """Leave the page with the present task run; without Prefect's server there is none."""
    job = show(database, job_id)
    try:
        link = form_link(DEPLOYMENT, form_parameters(job))
        said = without_identifiers(job["message"] or "", job["request"])
        page = note(job, link, database.timezone)
        create_markdown_artifact(key=note_key(job_id), markdown=page, description=said)
    except PREFECT_UNAVAILABLE as error:
        logger.warning("job %s: no page in Prefect (%s)", job_id, type(error).__name__)


def note_key(job_id: int) -> str:
    """Under which a job's page is found in Prefect."""
    return f"pekerjaan-{job_id}"


def form_parameters(job: Mapping[str, Any]) -> dict[str, str]:
    """The form `kirim-ulang`, filled in: the job, what was seen of it, the fields that BPJS named."""
    named = {name: job["request"].get(name) for name in _named_fields(job)}
    shown = {name: value if _may_be_shown(name, value) else "" for name, value in named.items()}
    parameters = {"pekerjaan_id": str(job["id"]), "versi": str(job["version"])}
    return parameters | ({"perubahan": json.dumps(shown, ensure_ascii=False)} if shown else {})


def note(job: Mapping[str, Any], link: str | None, timezone: ZoneInfo) -> str:
    """The page, in Markdown, with the clinic's times."""
    message = without_identifiers(job["message"] or "", job["request"])
    meaning = meaning_of(message, uncertain=job["status"] == Status.TIDAK_PASTI)
    again = f"**[Kirim ulang]({link})**" if link else f"`bpjs resend {job['id']}`"
    rows = {
        "Tanggal": job["tanggal"],
        "Status": job["status"],
        "HTTP / kode BPJS": f"{job['http_code'] or '-'} / {job['code'] or '-'}",
        "Percobaan": job["attempts"],
        "Percobaan berikutnya": _next_try(job, timezone),
    }
    return "\n".join(
        (
            f"# Pekerjaan {job['id']} · {job['jenis']}",
            "",
            f"> {_quoted(message)}",
            "",
            f"**Artinya:** {meaning.means}",
            "",
            f"**Yang perlu dilakukan:** {meaning.todo}",
            "",
            again,
            "",
            "| | |",
            "|---|---|",
            *(f"| {name} | {value} |" for name, value in rows.items()),
            "",
            "## Request",
            _json(_known(job["request"])),
            "## Response",
            _json(job["response"]),
        )
    )


def _next_try(job: Mapping[str, Any], timezone: ZoneInfo) -> str:
    if job["status"] != Status.TIDAK_PASTI:
        return "-"
    return f"{datetime.fromisoformat(job['due_at']).astimezone(timezone):%d-%m-%Y %H:%M:%S}"


def _named_fields(job: Mapping[str, Any]) -> list[str]:
    """The request's own fields that stand before a colon in the message."""
    parts = (part.partition(":")[0].strip() for part in (job["message"] or "").split(";"))
    return [name for name in dict.fromkeys(parts) if name in job["request"]]


def _may_be_shown(name: str, value: object) -> bool:
    harmless = json.dumps(with_masked_values({name: value})) == json.dumps({name: value})
    return harmless and name in _SHOWN and without_identifiers(str(value)) == str(value)


def _quoted(message: str) -> str:
    return " ".join(message.split()) or "Tanpa penjelasan."


def _json(value: object) -> str:
    shown = json.dumps(_without_words(with_masked_values(value)), ensure_ascii=False, indent=2)
    whole = without_identifiers(shown)
    cut = "" if len(whole) <= _LONGEST_JSON else "\n\nDipotong; seluruhnya: `bpjs show`."
    return f"```json\n{whole[:_LONGEST_JSON]}\n```{cut}"


def _known(value: Any) -> Any:
    """A request with only those values that BPJS's own fields hold and that are codes, dates and numbers."""
    if isinstance(value, Mapping):
        return {
            name: _known(inner) if name in _SHOWN or not inner else _LEFT_OUT for name, inner in value.items()
        }
    return [_known(inner) for inner in value] if isinstance(value, list) else value


def _without_words(value: Any) -> Any:
    if isinstance(value, Mapping):
        return {
            name: _LEFT_OUT if name in _ABOUT_THE_PATIENT and inner else _without_words(inner)
            for name, inner in value.items()
        }
    return [_without_words(inner) for inner in value] if isinstance(value, list) else value
