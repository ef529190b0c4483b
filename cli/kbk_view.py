"""The output of `bpjs kbk`: figures and a list for people, a spreadsheet's rows, or one JSON document."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from cli.fitted_table import fitted
from cli.job_table import job_table
from cli.spreadsheet import write_csv, write_xlsx
from cli.terminal import console, error_console, plain, print_json
from database import Database
from database.views.missing_contacts import Missing, list_missing
from tasks.report.kbk import Kbk, span_of
from tasks.report.kbk_words import (
    CLINIC_COLUMNS,
    LACKS,
    MISSING_COLUMNS,
    clinic_row,
    closing,
    kbk_figures,
    missing_rows,
    month_words,
    notes,
    number,
    outlook,
    to_do,
)
from tasks.report.words import cell

_MOST_LISTED, _MOST_ROWS = 25, 50_000


def print_kbk(database: Database, made: Sequence[Kbk]) -> None:
    """One clinic whole; of several a row for each. Raises DatabaseUnavailable."""
    screen = console()
    if len(made) == 1:
        _print_one(screen, database, made[0])
        return
    screen.print(_clinics(made, screen.width))
    screen.print("Rincian dan daftar yang belum di BPJS: bpjs kbk --faskes NAMA", style="dim")


def print_kbk_json(database: Database, made: Sequence[Kbk]) -> None:
    """All figures, and of each clinic what is missing. Raises DatabaseUnavailable."""
    print_json({"faskes": [_document(database, found) for found in made]})


def export(database: Database, made: Sequence[Kbk], xlsx: Path | None) -> None:
    """What is missing, to stdout as CSV or to a spreadsheet's file. Raises UserError, DatabaseUnavailable."""
    rows = missing_rows([lack for found in made for lack in _missing(database, found, _MOST_ROWS)])
    if xlsx is None:
        write_csv(rows, MISSING_COLUMNS)
    else:
        write_xlsx(xlsx, rows, MISSING_COLUMNS, sheet="Belum di BPJS")
        console().print(f"{len(rows)} baris tertulis di {xlsx.absolute()}", markup=False, soft_wrap=True)
    left_out = sum(found.lacks for found in made) - len(rows)
    if left_out > 0:
        error_console().print(f"{left_out} lainnya tidak ikut; pilih satu faskes dengan --faskes.")


def _missing(database: Database, found: Kbk, limit: int) -> list[Missing]:
    return list_missing(database, span_of(found.first, [found.faskes]), limit=limit)


def _document(database: Database, found: Kbk) -> dict[str, Any]:
    rows = missing_rows(_missing(database, found, _MOST_ROWS))
    kinds = {lack.value: count for lack, count in found.missing.items()}
    return {
        **clinic_row(found),
        "peserta_terdaftar": found.members,
        "ditutup_petugas": found.settled,
        "belum_menurut": kinds,
        "daftar_belum": rows,
    }


def _print_one(screen: Console, database: Database, found: Kbk) -> None:
    title = f"KBK {month_words(found.first)}, {closing(found)}"
    screen.print(Text(title, style="bold" if found.days_left >= 0 else "bold red"))
    table = Table.grid(padding=(0, 2))
    for name, figure in kbk_figures(found).items():
        table.add_row(name, plain(figure))
    screen.print(table)
    for said in filter(None, (outlook(found), *notes(found))):
        screen.print(Text(said, style="dim"))
    missing = _missing(database, found, _MOST_LISTED)
    if not missing:
        screen.print("Tidak ada yang belum di BPJS.", style="green")
        return
    screen.print(_listed(missing, screen.width))
    if found.lacks > len(missing):
        more = f"{len(missing)} yang tertua dari {number(found.lacks)}; --csv atau --xlsx untuk semuanya."
        screen.print(more, style="dim")
    screen.print("Lihat: bpjs show ID. Kirim ulang: bpjs resend ID. Tutup: bpjs tutup ID.", style="dim")


def _listed(missing: Sequence[Missing], room: int) -> Group:
    """What to do stands before BPJS's words: both are long, and beneath the job where there is no room."""
    rows = [
        {
            "id": each.id,
            "tanggal": each.day.isoformat(),
            "norm": each.norm,
            "nama_pasien": each.nama_pasien,
            "Keadaan": LACKS[each.lack],
            "message": " · ".join(filter(None, (to_do(each), each.message))),
        }
        for each in missing
    ]
    table = job_table(rows, ["Tanggal", "Norm", "Nama Pasien", "Keadaan", "Pesan"], room, one_day=False)
    return Group(Text("Belum di BPJS", style="bold"), table.heading, *table.lines())


def _clinics(made: Sequence[Kbk], room: int) -> Table:
    headings = [heading for heading, _ in CLINIC_COLUMNS]
    rows = [[_cell(row[key]) for _, key in CLINIC_COLUMNS] for row in map(clinic_row, made)]
    return fitted(headings, rows, room, right=headings[3:], whole=["Bulan", "Batas"], title="KBK")


def _cell(value: Any) -> Text:
    if value is None:
        return Text("-")
    return Text(cell(value)) if isinstance(value, int | float) else plain(value)
