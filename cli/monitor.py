"""`bpjs monitor`: the four cards and the table of jobs."""

from datetime import date
from enum import StrEnum
from typing import Annotated, Any

import typer
from rich.columns import Columns
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from bpjs_client.jenis import Jenis
from cli.terminal import UserError, badge, console, print_json
from database import open_database
from database.monitor import Filter, Monitor, look, today
from database.status import FILTER_WORDS

Word = StrEnum("Word", {word: word for word in FILTER_WORDS})  # type: ignore[misc]

_CARD_STYLES = {"total": "white", "menunggu": "yellow", "berhasil": "green", "gagal": "red"}


def monitor(  # noqa: PLR0917 - Typer makes an option of each
    jenis: Annotated[Jenis | None, typer.Option(help="Hanya jenis ini; kolomnya mengikuti.")] = None,
    tanggal: Annotated[str | None, typer.Option(help="yyyy-MM-dd, atau semua; bawaan: hari ini.")] = None,
    norm: Annotated[str | None, typer.Option(help="Nomor rekam medis.")] = None,
    status: Annotated[Word, typer.Option(help="Status pengiriman.")] = Word("semua"),
    limit: Annotated[int, typer.Option(min=1, max=10_000, help="Paling banyak sekian baris.")] = 50,
    as_json: Annotated[bool, typer.Option("--json", help="Satu dokumen JSON.")] = False,
) -> None:
    """Menampilkan keadaan pekerjaan: kartu, tabel, dan sisa hari-hari sebelumnya."""
    database = open_database()
    day = _day(tanggal) if tanggal is not None else today(database)
    seen = look(database, Filter(jenis, day, norm, status.value), limit=limit)
    if as_json:
        print_json(
            {
                "cards": seen.cards,
                "columns": seen.columns,
                "rows": seen.rows,
                "hari_sebelumnya": seen.open_before,
                "layanan": seen.doors,
            }
        )
        return
    _show(console(), seen, day)


def _day(text: str) -> date | None:
    if text == "semua":
        return None
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UserError("--tanggal harus yyyy-MM-dd atau semua.") from None


def _show(screen: Console, seen: Monitor, day: date | None) -> None:
    before = seen.open_before
    style = "bold yellow" if any(before.values()) else "dim"
    screen.print(f"{before['gagal']} gagal, {before['menunggu']} menunggu dari hari sebelumnya", style=style)
    for door in seen.doors:
        screen.print(Text(door, style="bold red"))
    cards = [
        Panel(
            Text(str(count), style=f"bold {_CARD_STYLES[card]}", justify="center"),
            title=card.title(),
            width=16,
        )
        for card, count in seen.cards.items()
    ]
    screen.print(f"Pekerjaan {day:%d-%m-%Y}" if day else "Pekerjaan semua tanggal", style="bold")
    screen.print(Columns(cards))
    if not seen.rows:
        when = f"pada {day:%d-%m-%Y}" if day else "pada semua tanggal"
        screen.print(f"Tidak ada pekerjaan {when} dengan filter ini.")
        return
    screen.print(_table(seen, screen.width))
    if seen.cards["total"] > len(seen.rows):
        screen.print(f"{len(seen.rows)} terbaru ditampilkan; --limit untuk lebih banyak.", style="dim")


# Heading -> key of the row; a job type's own columns are keyed by their headings.
_KEYS = {
    "Tanggal": "tanggal",
    "Norm": "norm",
    "Nama Pasien": "nama_pasien",
    "Jenis": "jenis",
    "HTTP": "http_code",
    "Percobaan": "attempts",
    "Pesan": "message",
}


# Below this width (characters) a table of everything becomes unreadable; these columns give way first.
_WIDE_ENOUGH = 110
_GIVES_WAY = {"Tanggal", "HTTP", "Percobaan"}
_NEVER_WRAPS = {"Tanggal", "Norm", "Jenis", "Status"}


def _table(seen: Monitor, width: int) -> Table:
    narrow = width < _WIDE_ENOUGH
    headings = [name for name in seen.columns if not (narrow and name in _GIVES_WAY)]
    table = Table("Id", expand=False)
    for name in headings:
        table.add_column(name, no_wrap=name in _NEVER_WRAPS, overflow="fold", min_width=min(len(name), 8))
    for row in seen.rows:
        table.add_row(str(row["id"]), *(_cell(row, name) for name in headings))
    return table


def _cell(row: dict[str, Any], name: str) -> Text:
    if name == "Status":
        return badge(row["status"])
    value = row.get(_KEYS.get(name, name))
    return Text("" if value is None else str(value))
