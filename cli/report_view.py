"""The output of `bpjs report`: tables for people, or one JSON document."""

from typing import Any

import pandas as pd
from rich.table import Table
from rich.text import Text

from cli.fitted_table import fitted
from cli.terminal import BADGES, console, plain, print_json
from database import Database
from database.status import Status
from database.typed import ALL_DAYS
from database.views.report import Scope, Totals, summed, totals
from tasks.clinics import configured_reportings
from tasks.report.figures import UNKNOWN, Report, make_report
from tasks.report.words import cell, counted_by, figures, group, period

TABLES = ("tanggal", "poli", "dokter", "alasan", UNKNOWN)
_MOST_ROWS = 15  # of a table on a terminal; --json has all


def print_report(database: Database, scope: Scope, *, as_json: bool) -> None:
    """Tables for people, or one JSON document. Raises DatabaseUnavailable."""
    found = totals(database, scope)
    made = make_report(database, scope, reporting_day=configured_reportings().day(scope.only))
    if as_json:
        print_json({"tanggal": _when(scope), "totals": found, "total": summed(found), **_details(made)})
        return
    screen = console()
    screen.print(_totals(found, f"Pekerjaan {period(scope)}", screen.width))
    screen.print(_figures(figures(made)))
    for name in TABLES:
        if not made.tables[name].empty:
            screen.print(_counts(made.tables[name], name, screen.width))


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
            "menunggu_pasien": shown.for_patient,
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


def _totals(found: Totals, title: str, room: int) -> Table:
    sums = summed(found)
    counts = [*(BADGES[status][0] for status in Status), "Jumlah"]
    rows = [
        [Text(jenis), *(Text(str(row[status] or "")) for status in Status), Text(str(sum(row.values())))]
        for jenis, row in found.items()
    ]
    last = ["Jumlah", *(str(sums[status]) for status in Status), str(sum(sums.values()))]
    table = fitted(["Jenis", *counts], rows, room, right=counts, whole=["Jenis"], title=title, footer=last)
    for column, status in zip(table.columns[1:], Status, strict=False):
        column.header_style = BADGES[status][1]
    return table


def _figures(words: dict[str, str]) -> Table:
    table = Table.grid(padding=(0, 2))
    for name, figure in words.items():
        table.add_row(name, plain(figure))
    return table


def _counts(counted: pd.DataFrame, name: str, room: int) -> Table:
    shown = counted.tail(_MOST_ROWS) if name == "tanggal" else counted.head(_MOST_ROWS)
    counts = [str(heading) for heading in counted.columns]
    rows = [
        [plain(group(key)), *(Text(cell(value)) for value in row)]
        for key, row in zip(shown.index, shown.to_numpy(float), strict=True)
    ]
    said = counted_by(name)
    table = fitted([name.title(), *counts], rows, room, right=counts, title=f"{said[0].upper()}{said[1:]}")
    more = len(counted) - _MOST_ROWS
    table.caption = f"… dan {more} baris lagi; --json untuk semuanya." if more > 0 else None
    return table
