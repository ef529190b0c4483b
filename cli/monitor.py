"""`bpjs monitor`: the four cards and the table of jobs."""

import time
from collections.abc import Callable
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.box import HEAVY_HEAD, SIMPLE_HEAD
from rich.columns import Columns
from rich.console import Console
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from bpjs_client.jenis import Jenis
from cli.chosen import Faskes, Isi, Nama, Norm, Tanggal, day_of, field_of
from cli.spreadsheet import write_csv, write_xlsx
from cli.terminal import UserError, badge, console, error_console, plain, print_json
from database import open_database
from database.monitor import Filter, Monitor, Row, look
from database.status import FILTER_WORDS
from tasks.clinics import known_clinics

Word = StrEnum("Word", {word: word for word in FILTER_WORDS})  # type: ignore[misc]

_WATCH_SECONDS = 2.0
_SCREENFUL, MOST_ROWS = 50, 100_000
_CARD_STYLES = {"total": "white", "menunggu": "yellow", "berhasil": "green", "gagal": "red"}


def monitor(  # noqa: PLR0917 - Typer makes an option of each
    jenis: Annotated[Jenis | None, typer.Option(help="Hanya jenis ini; kolomnya mengikuti.")] = None,
    tanggal: Tanggal = None,
    norm: Norm = None,
    status: Annotated[Word, typer.Option(help="Status pengiriman.")] = Word("semua"),
    nama: Nama = None,
    faskes: Faskes = None,
    isi: Isi = None,
    limit: Annotated[
        int | None,
        typer.Option(min=1, max=MOST_ROWS, help="Paling banyak sekian baris; bawaan: 50, CSV semua."),
    ] = None,
    watch: Annotated[bool, typer.Option("--watch", help="Perbarui tiap dua detik, sampai Ctrl-C.")] = False,
    csv: Annotated[bool, typer.Option("--csv", help="Barisnya sebagai CSV, untuk lembar kerja.")] = False,
    xlsx: Annotated[Path | None, typer.Option(help="Barisnya ke berkas lembar kerja ini.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Satu dokumen JSON.")] = False,
) -> None:
    """Menampilkan keadaan pekerjaan: kartu, tabel, dan sisa hari-hari sebelumnya."""
    database = open_database()
    if sum((watch, csv, xlsx is not None, as_json)) > 1:
        raise UserError("Pilih salah satu: --watch, --csv, --xlsx, atau --json.")
    day = day_of(database, tanggal)
    chosen = Filter(jenis, day, norm, status.value, nama, faskes, field_of(isi))
    known = known_clinics()
    if watch:
        _watch(lambda: look(database, chosen, limit=limit or _SCREENFUL, known=known), day)
    seen = look(database, chosen, limit=limit or (MOST_ROWS if csv or xlsx else _SCREENFUL), known=known)
    if csv or xlsx:
        _export(seen, xlsx)
        return
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


def _export(seen: Monitor, xlsx: Path | None) -> None:
    """To stdout as CSV, or into a spreadsheet's file; says when not all rows went along."""
    columns = [("Id", "id"), *((name, _KEYS.get(name, name)) for name in seen.columns)]
    if xlsx is None:
        write_csv(seen.rows, columns)
    else:
        write_xlsx(xlsx, seen.rows, columns)
    missing = seen.cards["total"] - len(seen.rows)
    if missing > 0:
        error_console().print(f"Hanya {len(seen.rows)} pekerjaan terbaru; {missing} lainnya tidak ikut.")


def _watch(see: Callable[[], Monitor], day: date | None) -> NoReturn:
    """Look again and again, on a screen of its own; Ctrl-C ends it."""
    screen = console()
    with screen.screen(hide_cursor=True):
        while True:
            seen = see()
            screen.clear()
            _show(screen, seen, day)
            time.sleep(_WATCH_SECONDS)


def _show(screen: Console, seen: Monitor, day: date | None) -> None:
    before = seen.open_before
    style = "bold yellow" if any(before.values()) else "dim"
    screen.print(f"{before['gagal']} gagal, {before['menunggu']} menunggu dari hari sebelumnya", style=style)
    for door in seen.doors:
        screen.print(plain(door), style="bold red")
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
    headings = _headings(seen.columns, screen.width, one_day=day is not None)
    screen.print(_table(seen.rows, headings, screen.width))
    if MESSAGE not in headings:
        screen.print(_messages(seen.rows))
    if seen.cards["total"] > len(seen.rows):
        screen.print(f"{len(seen.rows)} terbaru ditampilkan; --limit untuk lebih banyak.", style="dim")


MESSAGE = "Pesan"
# Heading -> key of the row; a job type's own columns are keyed by their headings.
_KEYS = {
    "Tanggal": "tanggal",
    "Norm": "norm",
    "Nama Pasien": "nama_pasien",
    "Jenis": "jenis",
    "Status": "status",
    "HTTP": "http_code",
    "Percobaan": "attempts",
    MESSAGE: "message",
}


# Below this width (characters) a table of everything becomes unreadable; these columns give way first.
_WIDE_ENOUGH = 110
_GIVES_WAY = {"Tanggal", "HTTP", "Percobaan"}
_NEVER_WRAPS = {"Tanggal", "Norm", "Jenis", "Status"}
# What a job type's own column takes up; messages need what is left, or they go beneath the table.
_OWN_COLUMN = 12
_WIDEST_MINIMUM = 8


def _headings(columns: list[str], width: int, *, one_day: bool) -> list[str]:
    """The columns that a screen has room for; the date stays where it differs, if it can."""
    own = [name for name in columns if name not in {*_KEYS, "Status"}]
    gives_way = _GIVES_WAY if one_day or own else _GIVES_WAY - {"Tanggal"}
    return [
        name
        for name in columns
        if (width >= _WIDE_ENOUGH or name not in gives_way)
        and (width >= _WIDE_ENOUGH + _OWN_COLUMN * len(own) or name != MESSAGE)
    ]


def _table(rows: list[Row], headings: list[str], width: int) -> Table:
    narrow = width < _WIDE_ENOUGH
    box = SIMPLE_HEAD if narrow else HEAVY_HEAD
    table = Table("Id", box=box, collapse_padding=narrow, pad_edge=not narrow)
    for name in headings:
        least = min(len(name), _WIDEST_MINIMUM)
        table.add_column(name, no_wrap=name in _NEVER_WRAPS, overflow="fold", min_width=least)
    for row in rows:
        table.add_row(str(row["id"]), *(_cell(row, name) for name in headings))
    return table


def _messages(rows: list[Row]) -> Table:
    told = Table.grid(padding=(0, 2))
    for row in rows:
        if row["message"]:
            told.add_row(Text(f"#{row['id']}", style="dim"), plain(row["message"]))
    return told


def _cell(row: Row, name: str) -> Text:
    return badge(row["status"]) if name == "Status" else plain(row.get(_KEYS.get(name, name)))
