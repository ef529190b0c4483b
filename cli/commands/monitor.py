"""`bpjs monitor`: the four cards and the table of jobs."""

import time
from collections.abc import Callable, Iterable
from datetime import date
from enum import StrEnum
from pathlib import Path
from typing import Annotated, NoReturn

import typer
from rich.columns import Columns
from rich.console import Console, RenderableType
from rich.panel import Panel
from rich.text import Text

from bpjs_client.jenis import Jenis
from cli.job_table import KEYS, job_table
from cli.options import Faskes, Isi, Nama, Norm, Tanggal, day_of, field_of, known_here
from cli.spreadsheet import write_csv, write_xlsx
from cli.terminal import UserError, console, error_console, plain, print_json
from database import open_database
from database.status import FILTERS
from database.views.monitor import Filter, Monitor, look
from tasks.clinics import known_clinics

Word = StrEnum("Word", {word: word for word in FILTERS})  # type: ignore[misc]

_WATCH_SECONDS = 2.0
_SCREENFUL, MOST_ROWS = 50, 100_000
_CARD_WIDTH = 16
_PROMPT_LINES = 2  # lines of a shell's prompt, which must not push the cards off the screen
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
        typer.Option(
            min=1, max=MOST_ROWS, help="Paling banyak sekian baris; bawaan: yang muat di layar, CSV semua."
        ),
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
    chosen = Filter(jenis, day, norm, status.value, nama, known_here(database, faskes), field_of(isi))
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
                "menunggu_pasien": seen.for_patient,
                "layanan": seen.stopped_lines,
            }
        )
        return
    screen = console()
    fits = screen.is_terminal and limit is None
    _show(screen, seen, day, lines=screen.height - _PROMPT_LINES if fits else None)


def _export(seen: Monitor, xlsx: Path | None) -> None:
    """Write the rows to stdout as CSV, or to a spreadsheet's file; say when some were left out."""
    columns = [("Id", "id"), *((name, KEYS.get(name, name)) for name in seen.columns)]
    if xlsx is None:
        write_csv(seen.rows, columns)
    else:
        write_xlsx(xlsx, seen.rows, columns)
        console().print(
            f"{len(seen.rows)} pekerjaan tertulis di {xlsx.absolute()}", markup=False, soft_wrap=True
        )
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
            _show(screen, seen, day, lines=screen.height - 1, watching=True)
            time.sleep(_WATCH_SECONDS)


def _show(
    screen: Console, seen: Monitor, day: date | None, *, lines: int | None, watching: bool = False
) -> None:
    """Show the cards, then the rows that fit into so many lines of the screen; None: all of them."""
    left = _print(screen, _above(seen, day), lines)
    if not seen.rows:
        when = f"pada {day:%d-%m-%Y}" if day else "pada semua tanggal"
        _print(screen, [f"Tidak ada pekerjaan {when} dengan filter ini."], left)
        return
    table = job_table(seen.rows, seen.columns, screen.width, one_day=day is not None)
    left = _print(screen, [table.heading], left)
    shown = 0
    for line in table.lines():
        if left is not None:
            left -= len(screen.render_lines(line, pad=False))
            if left < 1:  # one line stays free to say that there are more
                break
        screen.print(line)
        shown += 1
    if seen.cards["total"] > shown:
        more = "perbesar jendelanya" if watching and shown < len(seen.rows) else "--limit"
        screen.print(f"{shown} terbaru dari {seen.cards['total']}; {more} untuk lebih banyak.", style="dim")


def _above(seen: Monitor, day: date | None) -> list[RenderableType]:
    """The lines above the table."""
    before = seen.open_before
    left_open = f"Tersisa: {before['gagal']} gagal, {before['menunggu']} menunggu dari hari sebelumnya"
    return [
        Text(f"Pekerjaan {day:%d-%m-%Y}" if day else "Pekerjaan semua tanggal", style="bold"),
        Columns(_card(name, count) for name, count in seen.cards.items()),
        Text(left_open, style="bold yellow" if any(before.values()) else "dim"),
        *_for_patient(seen.for_patient),
        *(Text.styled(str(plain(line)), "bold red") for line in seen.stopped_lines),
    ]


def _for_patient(jobs: int) -> list[Text]:
    if not jobs:
        return []
    where = "bpjs monitor --tanggal semua --status menunggu-pasien"
    return [Text(f"Menunggu pasien mengisi skrining kesehatan: {jobs}, lihat {where}", style="bold yellow")]


def _card(name: str, count: int) -> Panel:
    figure = Text(str(count), style=f"bold {_CARD_STYLES[name]}", justify="center")
    return Panel(figure, title=name.title(), width=_CARD_WIDTH)


def _print(screen: Console, parts: Iterable[RenderableType], lines: int | None) -> int | None:
    """Print these parts; returns how many of the screen's lines are left."""
    for part in parts:
        height = len(screen.render_lines(part, pad=False))
        screen.print(part)
        lines = None if lines is None else lines - height
    return lines
