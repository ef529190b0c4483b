"""The report of a clinic's deliveries: key figures, and jobs counted by what they have in common."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
import pandas as pd

from bpjs_client.identifiers import without_identifiers
from bpjs_client.jenis import Service
from bpjs_client.references import BY_NAME
from database import Database
from database.faskes_name import UTAMA
from database.local_time import local_date
from database.references.search import search
from database.services.outages import outages
from database.status import UNFINISHED, Status
from database.views.report import (
    GROUP_COLUMNS,
    STEP_SECONDS,
    Scope,
    delivery_times,
    for_patient,
    groups,
    oldest_waiting,
    per_day,
    per_hour,
)
from database.views.unknown_texts import unknown_texts
from tasks.report.visit_month import VisitMonth, visit_month

# The tables count by these: the name of table and column -> the reference that knows the codes' names.
DIMENSIONS: Mapping[str, str | None] = {
    "jenis": None,
    "tanggal": None,
    "poli": "pcare/poli",
    "dokter": "pcare/dokter",
    "alasan": None,
}
# The columns of the tables, as on the cards, and which states each sums up.
COLUMNS: Mapping[str, frozenset[Status]] = {
    "Terkirim": frozenset({Status.TERKIRIM}),
    "Menunggu": UNFINISHED,
    "Gagal": frozenset({Status.GAGAL}),
    "Ditutup": frozenset({Status.DITUTUP}),
}
UNKNOWN = "kata"  # the table of BPJS's words that the dictionary does not explain
_UNNAMED = "-"


@dataclass(frozen=True)
class Figures:
    """The key figures. Rates from 0 to 1, times in seconds; None: nothing to measure."""

    total: int
    success_rate: float | None  # of the jobs that were delivered or failed
    median_seconds: float | None  # from hand-over to BPJS's proof
    p95_seconds: float | None
    oldest_waiting: datetime | None
    for_patient: int  # jobs that wait for their patient
    repeated: int  # jobs that needed more than one request
    requests: int
    outage_hours: Mapping[str, float]  # by service


@dataclass(frozen=True)
class Report:
    """All of it; `tables` are by the names of DIMENSIONS and UNKNOWN, `course` counts by hour or day."""

    scope: Scope
    made_at: datetime  # in clinic time
    figures: Figures
    tables: Mapping[str, pd.DataFrame]
    course: pd.DataFrame
    month: VisitMonth


def make_report(database: Database, scope: Scope, *, reporting_day: int) -> Report:
    """Count what `scope` covers; `reporting_day` is when a month's visits are due, a day of the next one.

    Raises DatabaseUnavailable.
    """
    now = database.clock()
    frame = pd.DataFrame.from_records(list(groups(database, scope)), columns=list(GROUP_COLUMNS))
    frame["alasan"] = _reasons(frame)
    days = pd.DataFrame(list(per_day(database, scope)), columns=["tanggal", "status", "jumlah"])
    return Report(
        scope=scope,
        made_at=now.astimezone(database.timezone),
        figures=_figures(database, scope, frame, now),
        tables={
            name: _table(database, scope, days if name == "tanggal" else frame, name) for name in DIMENSIONS
        }
        | {UNKNOWN: _unknown(database, scope)},
        course=_course(database, scope, days),
        month=visit_month(database, local_date(database, now), reporting_day, scope.only),
    )


def _reasons(frame: pd.DataFrame) -> "pd.Series[str]":
    """`ditolak 412`: why jobs failed, with the code that BPJS gave."""
    return frame["alasan"] + (" " + frame["kode"]).fillna("")


def _unknown(database: Database, scope: Scope) -> pd.DataFrame:
    """How many jobs failed with each text that the dictionary does not explain; the most frequent first."""
    found = unknown_texts(database, scope)
    return pd.DataFrame({"Gagal": [jobs for _, jobs in found]}, index=[text for text, _ in found], dtype=int)


def _figures(database: Database, scope: Scope, frame: pd.DataFrame, now: datetime) -> Figures:
    by_status = frame.groupby("status")["jumlah"].sum()
    sent, failed = (int(by_status.get(status.value, 0)) for status in (Status.TERKIRIM, Status.GAGAL))
    times = pd.DataFrame(list(delivery_times(database, scope)), columns=["seconds", "jobs"])
    return Figures(
        total=int(by_status.sum()),
        success_rate=sent / (sent + failed) if sent + failed else None,
        median_seconds=_quantile(times, 0.5),
        p95_seconds=_quantile(times, 0.95),
        oldest_waiting=oldest_waiting(database, scope),
        for_patient=for_patient(database, scope),
        repeated=int(frame["diulang"].sum()),
        requests=int(frame["percobaan"].sum()),
        outage_hours=_outage_hours(database, scope, now),
    )


def _quantile(times: pd.DataFrame, share: float) -> float | None:
    """The least time within which this share of the jobs was delivered."""
    if times.empty:
        return None
    within = times["jobs"].cumsum()
    place = int(np.searchsorted(within, share * within.iloc[-1]))
    return round(float(times["seconds"].iloc[place]) + STEP_SECONDS, 1)


def _outage_hours(database: Database, scope: Scope, now: datetime) -> dict[str, float]:
    """Hours that each service was down or paused, of several clinics those of each added up."""
    hours = dict.fromkeys((service.value for service in Service), 0.0)
    since = _midnight(database, max(scope.first or _NO_BPJS_BEFORE, _NO_BPJS_BEFORE))
    last = min(scope.last or date.max, local_date(database, now))
    until = min(_midnight(database, last + timedelta(days=1)), now)
    for outage in outages(database, since, until, only=scope.only) if since < until else ():
        hours[outage.service] += outage.hours
    return hours


_NO_BPJS_BEFORE = date(2014, 1, 1)


def _midnight(database: Database, day: date) -> datetime:
    return datetime.combine(day, time(), tzinfo=database.timezone)


def _table(database: Database, scope: Scope, frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """Jobs counted by one dimension; the largest groups first, days in their order."""
    counted = _counted(frame, name)
    if name == "alasan":  # only failed jobs have one
        return counted[["Gagal"]].sort_values("Gagal", ascending=False, kind="stable")
    counted["Jumlah"] = counted.sum(axis="columns")
    ended = counted["Terkirim"] + counted["Gagal"]
    counted["Berhasil %"] = (100 * counted["Terkirim"] / ended.where(ended > 0)).round(1)
    if name != "tanggal":
        counted = counted.sort_values("Jumlah", ascending=False, kind="stable")
    names = _names(database, scope, DIMENSIONS[name])
    # Whoever writes a card number into the wrong field must not find it in a report.
    return counted.rename(index=lambda code: names.get(str(code)) or without_identifiers(str(code)))


def _counted(frame: pd.DataFrame, name: str) -> pd.DataFrame:
    """A row for each value of a dimension, a column for each of COLUMNS."""
    # A job without a poli or a doctor is counted all the same.
    rows = frame.dropna(subset=[name]) if name == "alasan" else frame.fillna({name: _UNNAMED})
    sums = {
        column: rows[rows["status"].isin([status.value for status in statuses])].groupby(name)["jumlah"].sum()
        for column, statuses in COLUMNS.items()
    }
    return pd.DataFrame(sums).reindex(columns=list(COLUMNS)).fillna(0).astype(int).sort_index()


def _names(database: Database, scope: Scope, reference: str | None) -> dict[str, str]:
    """`001` -> `001 · POLI UMUM`, where a counted clinic's own reference data is there to tell."""
    if reference is None:
        return {}
    clinics = [UTAMA] if scope.only is None else sorted(scope.only)[:_MOST_NAMING]
    return {
        item.kode: f"{item.kode} · {item.nama}"
        for faskes in clinics
        for item in search(database, BY_NAME[reference], faskes=faskes)
    }


_MOST_NAMING = 20  # clinics whose reference data is read for the names


def _course(database: Database, scope: Scope, days: pd.DataFrame) -> pd.DataFrame:
    """The jobs as they spread over the hours of one day, or over days."""
    if scope.first is None or scope.first != scope.last:
        return _counted(days, "tanggal")
    hours = pd.DataFrame(list(per_hour(database, scope)), columns=["jam", "status", "jumlah"])
    hours["jam"] = [at.astimezone(database.timezone).hour for at in hours["jam"]]
    counted = _counted(hours, "jam")
    hour = counted.index.to_series()
    return (
        counted.reindex(range(int(hour.min()), int(hour.max()) + 1), fill_value=0) if len(hour) else counted
    )
