"""`bpjs show`: one job, whole."""

import json
from collections.abc import Sequence
from typing import Annotated, Any
from zoneinfo import ZoneInfo

import typer
from rich.console import Group
from rich.highlighter import JSONHighlighter
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from bpjs_client.meanings import meaning_of
from bpjs_client.wire_fields import write_pcare_date
from cli.fitted_table import fitted
from cli.options import FaskesName, known_here
from cli.person import whoever_is_here
from cli.terminal import MaybeJobId, UserError, badge, console, plain, print_json
from database import open_database
from database.faskes_name import UTAMA
from database.status import Status
from database.views.detail import AttemptDetail, JobDetail, find
from database.views.detail import show as read_detail
from database.views.masked_detail import masked_detail
from database.views.reveals import note_reveal
from database.vocabulary import OUTCOME_WORDS


def show(  # noqa: PLR0917 - Typer makes an option of each
    job_id: MaybeJobId = None,
    kunci: Annotated[str | None, typer.Option(help="Kunci pekerjaan, sebagai ganti nomornya.")] = None,
    faskes: FaskesName = UTAMA,
    reveal: Annotated[bool, typer.Option("--buka", help="Tampilkan semuanya utuh; dicatat.")] = False,
    by: Annotated[str | None, typer.Option("--oleh", help="Yang membuka; bawaan: pengguna komputer.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Satu dokumen JSON.")] = False,
) -> None:
    """Menampilkan satu pekerjaan: permintaan, jawaban BPJS, dan setiap percobaan."""
    database = open_database()
    if (job_id is None) == (kunci is None):
        raise UserError("Sebutkan nomor pekerjaan, atau --kunci.")
    faskes = known_here(database, faskes)
    number = job_id if kunci is None else find(database, kunci, faskes=faskes)
    detail = read_detail(database, number or 0)
    if reveal:
        note_reveal(database, detail.id, by=by or whoever_is_here())
    shown = detail if reveal else masked_detail(detail)
    if as_json:
        print_json(shown.as_dict())
        return
    screen = console()
    screen.print(_whole(shown, database.timezone, screen.width))


def _whole(detail: JobDetail, timezone: ZoneInfo, room: int) -> Group:
    return Group(
        _facts(detail),
        Panel(_json(detail.request), title="Request"),
        Panel(_json(detail.response), title="Response"),
        _history(detail.history, timezone, room),
    )


_ONLY_WHEN_SO = frozenset(
    {"Pesan", "Artinya", "Yang perlu dilakukan", "Memperbaiki", "Perbaikannya", "Hasil"}
)


def _facts(detail: JobDetail) -> Table:
    facts = Table.grid(padding=(0, 2))
    rows = {
        "Pekerjaan": f"#{detail.id} {detail.jenis}",
        "Pasien": f"{detail.norm} {detail.nama_pasien}",
        "Tanggal": write_pcare_date(detail.tanggal),
        "Status": badge(detail.status),
        "Pesan": detail.message,
        **_meaning(detail),
        "HTTP / kode": f"{detail.http_code or '-'} / {detail.code or '-'}",
        "Percobaan": str(detail.attempts),
        "Memperbaiki": f"#{detail.corrects}" if detail.corrects not in {None, detail.id} else None,
        "Perbaikannya": ", ".join(f"#{job_id}" for job_id in detail.corrected_by),
        "Hasil": ", ".join(f"{name} {value}" for name, value in (detail.result or {}).items()),
    }
    for name, value in rows.items():
        if name in _ONLY_WHEN_SO and not value:
            continue
        facts.add_row(Text(name, style="dim"), value if isinstance(value, Text) else plain(value))
    return facts


def _meaning(detail: JobDetail) -> dict[str, str]:
    """The meaning of BPJS's words and what to do, for a job that needs somebody."""
    if not detail.is_explained:
        return {}
    meaning = meaning_of(detail.message or "", uncertain=detail.status == Status.TIDAK_PASTI)
    return {"Artinya": meaning.means, "Yang perlu dilakukan": meaning.todo}


def _json(value: Any) -> Text:
    if value is None:
        return Text("belum ada", style="dim")
    if isinstance(value, str):
        return plain(value)
    return JSONHighlighter()(plain(json.dumps(value, ensure_ascii=False, indent=2)))


_ON_ITS_WAY = "sedang dikirim"
_NEVER_WRAPS = ("No.", "ms", "HTTP")


def _history(history: Sequence[AttemptDetail], timezone: ZoneInfo, room: int) -> Table | Text:
    if not history:
        return Text("Belum pernah dikirim.", style="dim")
    told = [_attempt(each, timezone) for each in history]
    rows = [[plain(value) for value in attempt.values()] for attempt in told]
    return fitted(list(told[0]), rows, room, whole=_NEVER_WRAPS, title="Riwayat")


def _attempt(attempt: AttemptDetail, timezone: ZoneInfo) -> dict[str, object]:
    """The attempt by its headings, with its time as the clinic's clock shows it, and its end in words."""
    return {
        "No.": attempt.number,
        "Mulai": f"{attempt.started_at.astimezone(timezone):%d-%m-%Y %H:%M:%S}",
        "ms": attempt.duration_ms,
        "Akhir": OUTCOME_WORDS.get(attempt.outcome or "", _ON_ITS_WAY),
        "HTTP": attempt.http_code,
        "Kode": attempt.code,
        "Oleh": attempt.requested_by,
        "Alasan": attempt.reason,
    }
