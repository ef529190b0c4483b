"""What `bpjs report` prints."""

from typing import Any

import pandas as pd
from rich.table import Table

from cli.day import ALL_DAYS
from cli.terminal import badge, console, plain, print_json
from database import Database
from database.report import Scope, Totals, summed, totals
from database.status import Status
from tasks.report import Report, make_report
from tasks.report_words import cell, figures, period
from tasks.settings import DeliverySettings

TABLES = ("tanggal", "poli", "dokter", "alasan")
_MOST_ROWS = 15  # of a table on a terminal; --json has all


def print_report(database: Database, scope: Scope, *, as_json: bool) -> None:
    """Tables for people, or one JSON document. Raises DatabaseUnavailable."""
    found = totals(database, scope)
    made = make_report(database, scope, reporting_day=DeliverySettings().reporting_day)
    if as_json:
        print_json({"tanggal": _when(scope), "totals": found, "total": summed(found), **_details(made)})
        return
    screen = console()
    screen.print(_totals(found, f"Pekerjaan {period(scope)}"))
    screen.print(_figures(figures(made)))
    for name in TABLES:
        if not made.tables[name].empty:
            screen.print(_counts(made.tables[name], name))


def _when(scope: Scope) -> str:
    """One day, `semua`, or `first/last` (ISO 8601's way to write an interval)."""
    if scope.first == scope.last:
        return scope.first.isoformat() if scope.first else ALL_DAYS
    return "/".join(day.isoformat() if day else ".." for day in (scope.first, scope.last))


def _details(made: Report) -> dict[str, Any]:
    shown, month = made.figures, made.month
    return {
        "angka": {
            "total": shown.total,
            "berhasil": shown.success_rate,
            "median_detik": shown.median_seconds,
            "p95_detik": shown.p95_seconds,
            "menunggu_sejak": shown.oldest_waiting.isoformat() if shown.oldest_waiting else None,
            "diulang": shown.repeated,
            "percobaan": shown.requests,
            "gangguan_jam": dict(shown.outage_hours),
        },
        "menurut": {name: _records(table, name) for name, table in made.tables.items()},
        "kunjungan": {
            "bulan": f"{month.first:%Y-%m}",
            "terkirim": month.sent,
            "belum": month.missing,
            "batas": month.due.isoformat(),
            "hari_lagi": month.days_left,
            "bulan_sebelumnya_belum": month.late,
        },
    }


def _records(table: pd.DataFrame, name: str) -> list[dict[str, Any]]:
    rows = table.astype(object).where(table.notna(), None).to_numpy()
    names = [name, *map(str, table.columns)]
    return [
        dict(zip(names, (str(key), *row), strict=True)) for key, row in zip(table.index, rows, strict=True)
    ]


def _totals(found: Totals, title: str) -> Table:
    table = Table("Jenis", title=title, show_footer=True)
    table.columns[0].footer = "Jumlah"
    sums = summed(found)
    for status in Status:
        table.add_column(badge(status), footer=str(sums[status]), justify="right")
    table.add_column("Jumlah", footer=str(sum(sums.values())), justify="right")
    for jenis, row in found.items():
        table.add_row(jenis, *(str(row[status] or "") for status in Status), str(sum(row.values())))
    return table


def _figures(words: dict[str, str]) -> Table:
    table = Table.grid(padding=(0, 2))
    for name, figure in words.items():
        table.add_row(name, plain(figure))
    return table


def _counts(counted: pd.DataFrame, name: str) -> Table:
    more = len(counted) - _MOST_ROWS
    caption = f"… dan {more} baris lagi; --json untuk semuanya." if more > 0 else None
    table = Table(name.title(), title=f"Menurut {name}", caption=caption)
    for heading in counted.columns:
        table.add_column(heading, justify="right")
    shown = counted.tail(_MOST_ROWS) if name == "tanggal" else counted.head(_MOST_ROWS)
    for key, row in zip(shown.index, _texts(shown), strict=True):
        table.add_row(plain(key), *row)
    return table


def _texts(table: pd.DataFrame) -> list[list[str]]:
    return [[cell(value) for value in row] for row in table.to_numpy(float)]
