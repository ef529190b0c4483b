"""Laporan: the figures of deliveries over some days, and the visits that are not in PCare yet."""

from dataclasses import dataclass
from datetime import date, timedelta
from urllib.parse import urlencode

import pandas as pd
from fastapi import APIRouter, Depends
from fastapi.responses import Response

from database import LineRefused
from database.typed import ALL_DAYS, read_day
from database.views.monitor import today
from database.views.report import MissingVisit, Scope, list_missing_visits
from tasks.report.figures import UNKNOWN, Report, make_report
from tasks.report.words import MONTHS, cell, counted_by, figures, group, period
from web.bars import Chart, bars_of
from web.clinic import NOT_YOURS, clinics_of
from web.form import Form, TheForm
from web.pages import day_words
from web.visitor import Visitor
from web.who import Forbidden, Staff, staff

router = APIRouter(prefix="/bpjs-fktp/laporan", dependencies=[Depends(staff)])
PAGE = "/bpjs-fktp/laporan"
TABLES = {
    "tanggal": "Tanggal",
    "jenis": "Jenis",
    "poli": "Poli",
    "dokter": "Dokter",
    "alasan": "Alasan gagal",
    UNKNOWN: "Kata BPJS",
}
_MOST_ROWS, _MOST_VISITS = 15, 25  # on the page; downloads have more
_BACKWARDS = "Tanggal akhir tidak boleh sebelum tanggal awal"


@dataclass(frozen=True)
class Wanted:
    """The days and the clinic of a report, and how the form showed them; `wrong` says what was not read."""

    scope: Scope
    typed: tuple[str, str]
    clinics: list[str]
    wrong: str = ""

    @property
    def query(self) -> dict[str, str]:
        """What names it in an address."""
        first, last = said_days(self.scope)
        named = {"dari": first, "sampai": last, "faskes": self.scope.faskes or ""}
        return {name: value for name, value in named.items() if value}

    @property
    def for_clinic(self) -> str:
        """What names the chosen clinic at the end of another report's address."""
        return f"?{urlencode({'faskes': self.scope.faskes})}" if self.scope.faskes else ""

    def download(self, table: str, form: str) -> str:
        """The address of a table as a file."""
        return f"{PAGE}/unduh?{urlencode({'tabel': table, 'bentuk': form} | self.query)}"

    def over(self, first: str, last: str) -> str:
        """The address of the same over other days."""
        return f"{PAGE}?{urlencode(self.query | {'dari': first, 'sampai': last})}"


@dataclass(frozen=True)
class Seen:
    """One look at the report, with all that its template shows."""

    wanted: Wanted
    report: Report
    chart: Chart
    visits: list[MissingVisit]
    today: date

    @property
    def figures(self) -> dict[str, str]:
        """The key figures, without the month, which has a section of its own."""
        return {name: text for name, text in figures(self.report).items() if name != "Pelaporan kunjungan"}

    @property
    def month(self) -> str:
        """The month whose visits are due next."""
        first = self.report.month.first
        return f"{MONTHS[first.month - 1]} {first.year}"

    @property
    def shown(self) -> list[MissingVisit]:
        """The first of the missing visits."""
        return self.visits[:_MOST_VISITS]

    @property
    def shortcuts(self) -> list[tuple[str, str]]:
        """Other days that one looks at often, each with its address."""
        now, week = self.today, self.today - timedelta(days=6)
        spans = [("Hari ini", now), ("7 hari", week), ("Bulan ini", now.replace(day=1))]
        return [(words, self.wanted.over(day_words(first), day_words(now))) for words, first in spans]

    def rows(self, name: str) -> pd.DataFrame:
        """The largest groups of a table, or the last days."""
        table = self.report.tables[name]
        return table.tail(_MOST_ROWS) if name == "tanggal" else table.head(_MOST_ROWS)

    def left_out(self, name: str) -> int:
        """How many rows of a table are not on the page."""
        return max(len(self.report.tables[name]) - _MOST_ROWS, 0)


@router.get("")
def report(by: Staff, form: TheForm) -> Response:
    """The page, over the days that its address names."""
    wanted = read_wanted(by, form)
    made = make(by, wanted)
    visits = list_missing_visits(by.database, made.month.last, wanted.scope.only, limit=_MOST_VISITS + 1)
    seen = Seen(wanted, made, bars_of(made.course), visits, today(by.database))
    return by.render(
        "laporan.html",
        seen=seen,
        tables=TABLES,
        period=period,
        cell=cell,
        counted_by=counted_by,
        group=group,
        more=_MOST_VISITS,
    )


def make(by: Visitor, wanted: Wanted) -> Report:
    """Count what is wanted. Raises DatabaseUnavailable."""
    return make_report(by.database, wanted.scope, reporting_day=by.desk.reportings.day(wanted.scope.only))


def read_wanted(by: Visitor, form: Form) -> Wanted:
    """The days and the clinic that an address asks for; today where it says nothing that can be read.

    Raises Forbidden (a clinic that they do not see).
    """
    now, clinics, faskes = today(by.database), clinics_of(by), form.one("faskes")
    if faskes and faskes not in clinics:
        raise Forbidden(NOT_YOURS)
    typed = (form.one("dari")[:_LONGEST], form.one("sampai")[:_LONGEST])
    try:
        first, last, wrong = *_days(*typed, now), ""
    except LineRefused as refused:
        first, last, wrong = now, now, f"{refused}."
    scope = Scope(first, last, faskes=faskes or None, clinics=by.sees)
    return Wanted(scope, typed if wrong else said_days(scope), clinics, wrong)


_LONGEST = 40  # characters of a day


def said_days(scope: Scope) -> tuple[str, str]:
    """The first and the last day as a form shows them."""
    return (
        day_words(scope.first) if scope.first else ALL_DAYS,
        day_words(scope.last) if scope.last else "",
    )


def _days(first: str, last: str, now: date) -> tuple[date | None, date | None]:
    """The days that were typed, by default today. Raises LineRefused."""
    until = read_day(last, "Tanggal akhir") if last else None
    if first == ALL_DAYS:
        return None, until
    since = read_day(first, "Tanggal awal") if first else until or now
    until = until or (max(now, since) if first else since)
    if until < since:
        raise LineRefused(_BACKWARDS)
    return since, until
