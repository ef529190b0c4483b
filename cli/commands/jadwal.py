"""`bpjs jadwal`: the antrean schedule of the week, what changed in it, and which own codes it lacks."""

from collections.abc import Sequence
from typing import Annotated

import typer
from rich.console import Console

from cli.fitted_table import fitted
from cli.options import FaskesName, known_here
from cli.terminal import console, plain, print_json
from database import Database, open_database
from database.faskes_name import UTAMA
from tasks.schedule.own_codes import OwnCode
from tasks.schedule.rows import HEADINGS, document, lines
from tasks.schedule.week import Week, week_of
from tasks.schedule.words import UNREAD, changes_in_lines, compared_words, own_words, used_words

_MOST_LINES = 30


def jadwal(
    faskes: FaskesName = UTAMA,
    as_json: Annotated[bool, typer.Option("--json", help="Satu dokumen JSON.")] = False,
) -> None:
    """Jadwal antrean tujuh hari ke depan: kode klinik tanpa sesi, dan perubahan sejak kemarin."""
    database = open_database()
    week = week_of(database, known_here(database, faskes))
    if as_json:
        print_json(document(week))
    else:
        _show(console(), database, week)


def _show(screen: Console, database: Database, week: Week) -> None:
    if week.read_at is None:
        screen.print(f"{UNREAD} Jalankan: bpjs sync antrean/dokter")
        return
    read_at = week.read_at.astimezone(database.timezone)
    screen.print(f"Jadwal antrean, dibaca {read_at:%d-%m-%Y %H:%M}", style="dim")
    _listed(screen, "Kode antrean klinik tanpa sesi", week.missing_at_antrean, "red")
    _listed(screen, "Belum diketahui, karena belum terbaca seluruhnya", week.unclear, "yellow")
    _listed(screen, "Hanya dikenal PCare, tanpa sesi di Antrean", week.missing_of_pcare, "dim")
    _changes(screen, week)
    screen.print(
        fitted(HEADINGS, [[plain(cell) for cell in line.cells] for line in lines(week)], screen.width)
    )


def _listed(screen: Console, heading: str, codes: Sequence[OwnCode], style: str) -> None:
    if not codes:
        return
    screen.print(f"{heading}:", style=style)
    for own in codes:
        screen.print(plain(f"  {own_words(own)} · {used_words(own)}"))


def _changes(screen: Console, week: Week) -> None:
    since = compared_words(week)
    if not since:
        screen.print("Perubahan belum dapat dibandingkan: jadwal baru dibaca sejak hari ini.", style="dim")
        return
    found = changes_in_lines(week.changes)
    screen.print(f"Berubah sejak {since}:" if found else f"Tidak ada yang berubah sejak {since}.")
    for line in found[:_MOST_LINES]:
        screen.print(plain(f"  {line}"))
    if len(found) > _MOST_LINES:
        screen.print(f"  … dan {len(found) - _MOST_LINES} lain; semuanya: --json", style="dim")
