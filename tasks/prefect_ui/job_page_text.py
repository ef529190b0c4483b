"""The page of a job in Prefect: what happened, what it means, what to do, and as of when.

It names the patient by norm alone, and not even so where names of runs hold no norm: numbers are masked, and
what was written about them is left out. The name stands in the name of the run that the page belongs to.
"""

import json
import logging
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID
from zoneinfo import ZoneInfo

from prefect import get_client
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.actions import ArtifactCreate
from prefect.context import TaskRunContext

from bpjs_client.identifiers import without_identifiers
from bpjs_client.jenis import Jenis
from bpjs_client.masking import masked
from bpjs_client.meanings import Meaning, meaning_of
from bpjs_client.wire_fields import write_pcare_date
from database import Database
from database.jobs.corrections import DOES
from database.status import Status
from database.views.detail import JobDetail, show
from database.views.in_brief import JobInBrief
from database.views.job_names import last_runs
from tasks.prefect_server.recording import PREFECT_UNAVAILABLE
from tasks.prefect_ui.links import artifact_link, form_link
from tasks.prefect_ui.markdown import row, ruled, words

logger = logging.getLogger(__name__)

NEEDS_SOMEBODY = frozenset({Status.GAGAL, Status.TIDAK_PASTI})
DEPLOYMENT = "kirim-ulang/kirim-ulang"
STAMP = "cap"  # in the artifact's metadata: the job's, when the page was made
_LONGEST_JSON = 10_000  # characters of a request or a response on the page
_CALM: Mapping[Status, Meaning] = {
    Status.MENUNGGU: Meaning("Belum dikirim.", "Tidak ada: dikirim sendiri begitu gilirannya tiba."),
    Status.PROSES: Meaning("Sedang dikirim.", "Tidak ada."),
    Status.TERKIRIM: Meaning("BPJS sudah punya.", "Tidak ada."),
    Status.DITUTUP: Meaning("Diselesaikan tanpa dikirim.", "Tidak ada."),
}


def leave_note(database: Database, job_id: int, *, named: bool) -> None:
    """Leave the page with the run that is under way, or with the job's last; without a server there is none.

    `named`: whether the norm may stand in it. Raises DatabaseError.
    """
    try:
        with get_client(sync_client=True) as client:
            leave_page(client, database, job_id, named=named)
    except PREFECT_UNAVAILABLE as error:
        logger.warning("job %s: no page in Prefect (%s)", job_id, type(error).__name__)


def leave_page(client: SyncPrefectClient, database: Database, job_id: int, *, named: bool) -> UUID:
    """The same through an open client; the page's id. Raises also what the client raises."""
    last = last_runs(database, job_id)  # before the rest: what changes in between makes the page an old one
    job = show(database, job_id)
    seen = Seen(database.clock().astimezone(database.timezone), named=named)
    flow_run_id, task_run_id = _this_run() or (last.flow_run_id, last.task_run_id)
    page = ArtifactCreate(
        key=note_key(job_id),
        type="markdown",
        data=note(job, form_link(DEPLOYMENT, form_parameters(job)), database.timezone, seen),
        description=words(without_identifiers(job.message or "", job.request)),
        metadata_={STAMP: last.stamp},
        flow_run_id=flow_run_id,
        task_run_id=task_run_id,
    )
    return client.create_artifact(page).id


def _this_run() -> tuple[UUID | None, UUID | None] | None:
    """The run that is under way: to it the page belongs, and with it Prefect forgets the page."""
    context = TaskRunContext.get()
    return None if context is None else (context.task_run.flow_run_id, context.task_run.id)


@dataclass(frozen=True)
class Seen:
    """The time at which a page is made, by the clinic's clock, and whether the norm may stand in it."""

    at: datetime
    named: bool


def note_key(job_id: int) -> str:
    """The key under which a job's page is found in Prefect."""
    return f"pekerjaan-{job_id}"


def form_parameters(job: JobDetail | JobInBrief) -> dict[str, str]:
    """The form `kirim-ulang`, filled in: the job, what was seen of it, the fields that BPJS named."""
    named = {name: job.request.get(name) for name in _named_fields(job)}
    shown = {name: value if _may_be_shown(name, value) else "" for name, value in named.items()}
    parameters = {"pekerjaan_id": str(job.id), "versi": str(job.version)}
    return parameters | ({"perubahan": json.dumps(shown, ensure_ascii=False)} if shown else {})


def note(job: JobDetail, link: str | None, timezone: ZoneInfo, seen: Seen | None = None) -> str:
    """The page, in Markdown, with the clinic's times."""
    message = without_identifiers(job.message or "", job.request)
    meaning = _meaning(job, message)
    rows = {
        "Tanggal": write_pcare_date(job.tanggal),
        "Status": job.status,
        "HTTP / kode BPJS": f"{job.http_code or '-'} / {job.code or '-'}",
        "Percobaan": job.attempts,
        "Percobaan berikutnya": _next_try(job, timezone),
    }
    return "\n".join(
        (
            f"# Pekerjaan {job.id} · {job.jenis}{_whose(job, seen)}",
            "",
            *_as_of(job, seen),
            f"> {words(message) or 'Tanpa penjelasan.'}",
            "",
            f"**Artinya:** {meaning.means}",
            "",
            f"**Yang perlu dilakukan:** {meaning.todo}",
            "",
            *_action(job, link),
            *ruled(["", ""]),
            *(row([name, words(value)]) for name, value in rows.items()),
            "",
            "## Request",
            _json(job.request),
            "## Response",
            _json(job.response),
        )
    )


def _meaning(job: JobDetail, message: str) -> Meaning:
    status = Status(job.status)
    calm = None if job.is_explained else _CALM.get(status)
    return calm or meaning_of(message, uncertain=status is Status.TIDAK_PASTI)


def _whose(job: JobDetail, seen: Seen | None) -> str:
    return f" · {words(job.norm)}" if seen and seen.named else ""


def _as_of(job: JobDetail, seen: Seen | None) -> list[str]:
    if seen is None:
        return []
    newest = f"[halaman terbarunya]({artifact_link(note_key(job.id))})"
    return [f"Keadaan pada {seen.at:%d-%m-%Y %H:%M:%S}; sesudah itu lihat {newest}.", ""]


def _action(job: JobDetail, link: str | None) -> list[str]:
    """The lines of what a person may do from here: nothing with a job on its way or settled."""
    status = Status(job.status)
    if job.waits_for_patient:
        return [f"**[Periksa lagi]({link})**" if link else f"`bpjs resend {job.id}`", ""]
    if status in NEEDS_SOMEBODY:
        return [f"**[Kirim ulang]({link})**" if link else f"`bpjs resend {job.id}`", ""]
    does = DOES.get(Jenis(job.jenis))
    if status is Status.TERKIRIM and link and does:
        return [f"[Perbaiki isinya di BPJS]({link})", "", f"{does} Isi *perubahan* wajib.", ""]
    return []


def _next_try(job: JobDetail, timezone: ZoneInfo) -> str:
    if job.status != Status.TIDAK_PASTI:
        return "-"
    return f"{job.due_at.astimezone(timezone):%d-%m-%Y %H:%M:%S}"


def _named_fields(job: JobDetail | JobInBrief) -> list[str]:
    """The request's own fields that stand before a colon in the message."""
    parts = (part.partition(":")[0].strip() for part in (job.message or "").split(";"))
    return [name for name in dict.fromkeys(parts) if name in job.request]


def _may_be_shown(name: str, value: object) -> bool:
    return json.dumps(masked({name: value})) == json.dumps({name: value})


def _json(value: object) -> str:
    whole = json.dumps(masked(value), ensure_ascii=False, indent=2)
    cut = "" if len(whole) <= _LONGEST_JSON else "\n\nDipotong; seluruhnya: `bpjs show`."
    return f"```json\n{whole[:_LONGEST_JSON]}\n```{cut}"
