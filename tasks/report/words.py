"""The report's figures in Indonesian, the same in the terminal and in Prefect."""

import math
from datetime import datetime

from bpjs_client.dates import shown_date
from database.views.report import Scope
from tasks.decimal_words import decimal
from tasks.report.figures import UNKNOWN, Figures, Report
from tasks.report.visit_month import VisitMonth

MONTHS = (
    "Januari",
    "Februari",
    "Maret",
    "April",
    "Mei",
    "Juni",
    "Juli",
    "Agustus",
    "September",
    "Oktober",
    "November",
    "Desember",
)
_MINUTE, _HOUR, _DAY = 60, 3_600, 86_400


def period(scope: Scope) -> str:
    """The days that a report covers."""
    first, last = (day and f"{day:%d-%m-%Y}" for day in (scope.first, scope.last))
    if first is None and last is None:
        return "semua tanggal"
    if first == last:
        return f"tanggal {first}"
    return " ".join(part for part in (first and f"dari {first}", last and f"sampai {last}") if part)


def figures(report: Report) -> dict[str, str]:
    """The key figures, by what they are called."""
    shown = report.figures
    return {
        "Pekerjaan": str(shown.total),
        "Berhasil": percent(shown.success_rate),
        "Waktu sampai terkirim, median": duration(shown.median_seconds),
        "Waktu sampai terkirim, 95 %": duration(shown.p95_seconds),
        "Menunggu paling lama": _waiting(shown, report.made_at),
        "Menunggu pasien": str(shown.for_patient),
        "Perlu lebih dari satu percobaan": f"{shown.repeated} ({shown.requests} percobaan seluruhnya)",
        "Gangguan": ", ".join(
            f"{service} {decimal(hours)} jam" for service, hours in shown.outage_hours.items()
        ),
        "Pelaporan kunjungan": month(report.month),
    }


def month(found: VisitMonth) -> str:
    """The number of the month's visits missing at PCare, counted down to the reporting day."""
    name = f"{MONTHS[found.first.month - 1]} {found.first.year}"
    parts = [f"{name}: {found.sent} di PCare, {found.missing} belum"]
    parts.append(f"batas {found.due:%d-%m-%Y}, {found.days_left} hari lagi")
    if found.late:
        parts.append(f"{found.late} dari bulan sebelumnya belum masuk")
    return "; ".join(parts)


def percent(share: float | None) -> str:
    """A share as a percentage; a dash where there is none."""
    return "-" if share is None else f"{decimal(100 * share)} %"


def duration(seconds: float | None) -> str:
    """`0,8 detik`, `3 menit`, `2,5 jam`; a dash for none."""
    if seconds is None:
        return "-"
    for least, size, name in ((_DAY, _DAY, "hari"), (_HOUR, _HOUR, "jam"), (_MINUTE, _MINUTE, "menit")):
        if seconds >= least:
            return f"{decimal(seconds / size)} {name}"
    return f"{decimal(seconds)} detik"


def counted_by(name: str) -> str:
    """What a table of the report counts by."""
    return "kata BPJS yang belum dikenal" if name == UNKNOWN else f"menurut {name}"


def group(key: object) -> str:
    """The name of a table's row; a day as people read it."""
    return shown_date(str(key))


def cell(value: float) -> str:
    """The text of a table's cell: a whole number, one decimal, or a dash for nothing."""
    if math.isnan(value):
        return "-"
    return str(int(value)) if float(value).is_integer() else decimal(value)


def _waiting(shown: Figures, now: datetime) -> str:
    if shown.oldest_waiting is None:
        return "tidak ada yang menunggu"
    since = shown.oldest_waiting.astimezone(now.tzinfo)
    return f"{duration((now - since).total_seconds())} (sejak {since:%d-%m-%Y %H:%M})"
