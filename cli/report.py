"""`bpjs report`: how many jobs of each type are in which state."""

from typing import Annotated

import typer
from rich.table import Table

from cli.day import ALL_DAYS, read_day_or_all
from cli.terminal import badge, console, print_json
from database import open_database
from database.monitor import today
from database.report import Totals, summed, totals
from database.status import Status


def report(
    tanggal: Annotated[str | None, typer.Option(help="yyyy-MM-dd, atau semua; bawaan: hari ini.")] = None,
    as_json: Annotated[bool, typer.Option("--json", help="Satu dokumen JSON.")] = False,
) -> None:
    """Menghitung pekerjaan menurut jenis dan status."""
    database = open_database()
    day = today(database) if tanggal is None else read_day_or_all(tanggal)
    found = totals(database, day)
    if as_json:
        when = day.isoformat() if day else ALL_DAYS
        print_json({"tanggal": when, "totals": found, "total": summed(found)})
        return
    console().print(_table(found, f"Pekerjaan {day:%d-%m-%Y}" if day else "Pekerjaan semua tanggal"))


def _table(found: Totals, title: str) -> Table:
    table = Table("Jenis", title=title, show_footer=True)
    table.columns[0].footer = "Jumlah"
    sums = summed(found)
    for status in Status:
        footer = str(sums[status])
        table.add_column(badge(status), footer=footer, justify="right")
    table.add_column("Jumlah", footer=str(sum(sums.values())), justify="right")
    for jenis, row in found.items():
        table.add_row(jenis, *(str(row[status] or "") for status in Status), str(sum(row.values())))
    return table
