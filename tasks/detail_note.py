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

from bpjs_client.dates import shown_date
from bpjs_client.identifiers import without_identifiers
from bpjs_client.masking import masked
from bpjs_client.meanings import meaning_of
from database import Database
from database.detail import show
from database.status import Status
from tasks.markdown import row, ruled, words
from tasks.recording import PREFECT_UNAVAILABLE
from tasks.ui_links import form_link

logger = logging.getLogger(__name__)

NEEDS_SOMEBODY = frozenset({Status.GAGAL, Status.TIDAK_PASTI})
DEPLOYMENT = "kirim-ulang/kirim-ulang"
_LONGEST_JSON = 10_000  # characters of a request or a response on the page


def leave_note(database: Database, job_id: int) -> None:
    """Leave the page with the present task run; without Prefect's server there is none."""
    job = show(database, job_id)
    try:
        link = form_link(DEPLOYMENT, form_parameters(job))
        said = without_identifiers(job["message"] or "", job["request"])
        page = note(job, link, database.timezone)
        create_markdown_artifact(key=note_key(job_id), markdown=page, description=words(said))
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
        "Tanggal": shown_date(job["tanggal"]),
        "Status": job["status"],
        "HTTP / kode BPJS": f"{job['http_code'] or '-'} / {job['code'] or '-'}",
        "Percobaan": job["attempts"],
        "Percobaan berikutnya": _next_try(job, timezone),
    }
    return "\n".join(
        (
            f"# Pekerjaan {job['id']} · {job['jenis']}",
            "",
            f"> {words(message) or 'Tanpa penjelasan.'}",
            "",
            f"**Artinya:** {meaning.means}",
            "",
            f"**Yang perlu dilakukan:** {meaning.todo}",
            "",
            again,
            "",
            *ruled(["", ""]),
            *(row([name, words(value)]) for name, value in rows.items()),
            "",
            "## Request",
            _json(job["request"]),
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
    return json.dumps(masked({name: value})) == json.dumps({name: value})


def _json(value: object) -> str:
    whole = json.dumps(masked(value), ensure_ascii=False, indent=2)
    cut = "" if len(whole) <= _LONGEST_JSON else "\n\nDipotong; seluruhnya: `bpjs show`."
    return f"```json\n{whole[:_LONGEST_JSON]}\n```{cut}"
