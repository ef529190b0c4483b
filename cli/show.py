"""`bpjs show`: one job, whole."""

import json
from typing import Annotated, Any

import typer
from rich.console import Group
from rich.json import JSON
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from bpjs_client.identifiers import with_masked_values
from cli.terminal import badge, console, print_json
from database import open_database
from database.detail import show as read_detail


def show(
    job_id: Annotated[int, typer.Argument(metavar="ID", help="Nomor pekerjaan.")],
    reveal: Annotated[bool, typer.Option("--buka", help="Tampilkan nomor kartu, NIK dan HP utuh.")] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Satu dokumen JSON, utuh.")] = False,
) -> None:
    """Menampilkan satu pekerjaan: permintaan, jawaban BPJS, dan setiap percobaan."""
    detail = read_detail(open_database(), job_id)
    if as_json:
        print_json(detail)
        return
    console().print(_whole(detail if reveal else with_masked_values(detail)))


def _whole(detail: dict[str, Any]) -> Group:
    return Group(
        _facts(detail),
        Panel(_json(detail["request"]), title="Request"),
        Panel(_json(detail["response"]), title="Response"),
        _history(detail["history"]),
    )


def _facts(detail: dict[str, Any]) -> Table:
    facts = Table.grid(padding=(0, 2))
    rows = {
        "Pekerjaan": f"#{detail['id']} {detail['jenis']}",
        "Pasien": f"{detail['norm']} {detail['nama_pasien']}",
        "Tanggal": detail["tanggal"],
        "Status": badge(detail["status"]),
        "Pesan": detail["message"],
        "HTTP / kode": f"{detail['http_code'] or '-'} / {detail['code'] or '-'}",
        "Percobaan": str(detail["attempts"]),
        "Hasil": ", ".join(f"{name} {value}" for name, value in (detail["result"] or {}).items()),
    }
    for name, value in rows.items():
        facts.add_row(Text(name, style="dim"), value if isinstance(value, Text) else Text(value))
    return facts


def _json(value: Any) -> JSON | Text:
    if value is None:
        return Text("belum ada", style="dim")
    return JSON(json.dumps(value, ensure_ascii=False)) if not isinstance(value, str) else Text(value)


def _history(history: list[dict[str, Any]]) -> Table | Text:
    if not history:
        return Text("Belum pernah dikirim.", style="dim")
    table = Table("No.", "Mulai (UTC)", "ms", "Akhir", "HTTP", "Kode", "Oleh", "Alasan", title="Riwayat")
    for attempt in history:
        cells = [
            attempt[name]
            for name in (
                "number",
                "started_at",
                "duration_ms",
                "outcome",
                "http_code",
                "code",
                "requested_by",
                "reason",
            )
        ]
        table.add_row(*("" if cell is None else str(cell)[:26] for cell in cells))
    return table
