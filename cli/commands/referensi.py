"""`bpjs referensi`: searches the clinic's copy of BPJS's reference data."""

from datetime import datetime
from typing import Annotated

import typer
from rich.table import Table

from bpjs_client.dates import shown_date
from bpjs_client.references import BY_NAME, Reference, named
from cli.fitted_table import fitted
from cli.options import FaskesName, known_here
from cli.terminal import UserError, console, plain, print_json
from database import open_database
from database.faskes_name import UTAMA
from database.references.search import Found, search
from database.references.store import last_synced
from database.views.monitor import today

_ON_SCREEN = 50


def referensi(
    jenis: Annotated[
        str,
        typer.Argument(metavar="JENIS", help="Misalnya diagnosa, obat; jadwal antrean: antrean/dokter."),
    ],
    words: Annotated[str, typer.Option("--cari", help="Bagian dari kode atau nama.")] = "",
    limit: Annotated[
        int | None, typer.Option(min=1, help=f"Paling banyak sekian baris; di layar bawaan {_ON_SCREEN}.")
    ] = None,
    faskes: FaskesName = UTAMA,
    as_json: Annotated[bool, typer.Option("--json", help="Satu dokumen JSON.")] = False,
) -> None:
    """Mencari kode dan nama dalam data referensi yang tersimpan di sini."""
    reference = _reference(jenis)
    database = open_database()
    faskes = known_here(database, faskes)
    shown = limit or _ON_SCREEN
    most = limit if as_json else shown + 1  # one row more tells whether there are more
    rows = search(database, reference, words, faskes=faskes, limit=most, since=today(database))
    if as_json:
        print_json({"rows": [_document(row) for row in rows]})
    else:
        synced = last_synced(database, faskes).get(reference.name)
        _show(synced and synced.astimezone(database.timezone), reference, rows, shown)


def _reference(word: str) -> Reference:
    """The reference of this name; PCare's where both services have one. Raises UserError."""
    found = named(word)
    if not found:
        raise UserError(f"Tidak ada referensi '{word}'. Yang ada: {', '.join(BY_NAME)}.")
    return found[0]


def _document(row: Found) -> dict[str, object]:
    return {"kode": row.kode, "nama": row.nama, "varian": row.varian, "data": row.data}


def _show(synced: datetime | None, reference: Reference, rows: list[Found], most: int) -> None:
    screen = console()
    if synced is None:
        screen.print(f"Referensi {reference.name} belum pernah diambil; jalankan: bpjs sync {reference.name}")
        return
    screen.print(f"{reference.name}, diperbarui {synced:%d-%m-%Y %H:%M}", style="dim")
    if not rows:
        screen.print("Tidak ada yang cocok.")
        return
    screen.print(_table(rows[:most], screen.width))
    if len(rows) > most:
        screen.print(f"{most} pertama ditampilkan; persempit dengan --cari, atau --limit.", style="dim")


def _table(rows: list[Found], room: int) -> Table:
    """A table of codes and names; rows that share a code show what tells them apart, such as the day."""
    varied = any(row.varian for row in rows)
    shown = [[plain(row.kode), plain(shown_date(row.varian)), plain(row.nama)] for row in rows]
    if varied:
        return fitted(["Kode", "Varian", "Nama"], shown, room)
    return fitted(["Kode", "Nama"], [[code, name] for code, _, name in shown], room)
