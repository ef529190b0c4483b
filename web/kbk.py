"""KBK: a clinic's month as BPJS counts it, where it leads, and what is missing before it closes."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from io import BytesIO, StringIO
from typing import Any
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import Response

from database import LineRefused
from database.people.acts import Did
from database.typed import read_month
from database.views.missing_contacts import Lack, Missing, list_missing
from database.views.monitor import today
from tasks.report.kbk import Kbk, make_kbk, span_of
from tasks.report.kbk_words import (
    LACKS,
    MISSING_COLUMNS,
    closing,
    kbk_figures,
    missing_rows,
    month_words,
    notes,
    outlook,
    to_do,
)
from tasks.reporting import month_after, month_before
from tasks.spreadsheet import write_csv, write_xlsx
from web.clinic import ChosenClinic, chosen_clinic
from web.form import Form, TheForm
from web.visitor import Visitor
from web.who import Staff, staff

router = APIRouter(prefix="/bpjs-fktp/laporan/kbk", dependencies=[Depends(staff)])
PAGE = "/bpjs-fktp/laporan/kbk"
_MOST_LISTED, _MOST_ROWS = 50, 50_000
_LONGEST = 40  # characters of a month
_NOT_BEGUN = "Bulan itu belum mulai."
# The colour of what is missing, which is that of a status.
_COLOURS: Mapping[Lack, str] = {
    Lack.FAILED: "gagal",
    Lack.NO_VISIT: "tidak_pasti",
    Lack.UNCERTAIN: "tidak_pasti",
    Lack.PATIENT: "menunggu",
    Lack.WAITING: "menunggu",
}


@dataclass(frozen=True)
class Wanted:
    """The clinic and month of an address; no month: the one closing next. `wrong`: why it was not read."""

    clinic: ChosenClinic
    month: date | None
    wrong: str = ""

    @property
    def for_clinic(self) -> str:
        """What names the clinic at the end of an address."""
        named = self.clinic.in_address
        return f"?{urlencode(named)}" if named else ""

    def address(self, month: date) -> str:
        """The address of another month."""
        return f"{PAGE}?{urlencode({'bulan': f'{month:%Y-%m}'} | self.clinic.in_address)}"

    def download(self, month: date, form: str) -> str:
        """The address of what is missing, as a file."""
        named = {"bentuk": form, "bulan": f"{month:%Y-%m}"}
        return f"{PAGE}/unduh?{urlencode(named | self.clinic.in_address)}"


@dataclass(frozen=True)
class Seen:
    """One look, with all that its template shows."""

    wanted: Wanted
    found: Kbk
    missing: list[Missing]
    today: date

    @property
    def month(self) -> str:
        """`November 2026`."""
        return month_words(self.found.first)

    @property
    def closing(self) -> str:
        """When it closes, as a sentence begins."""
        said = closing(self.found)
        return said[0].upper() + said[1:]

    @property
    def figures(self) -> dict[str, str]:
        """The figures, without what is missing, which has a section of its own."""
        return {name: said for name, said in kbk_figures(self.found).items() if name != "Belum di BPJS"}

    @property
    def kinds(self) -> list[tuple[str, int]]:
        """How much is missing, by kind."""
        return [
            (said, self.found.missing[lack]) for lack, said in LACKS.items() if lack in self.found.missing
        ]

    @property
    def sentences(self) -> list[str]:
        """Where the month leads, and what to know of the figures."""
        return [said for said in (outlook(self.found), *notes(self.found)) if said]

    @property
    def before(self) -> tuple[str, str]:
        """The month before, with its address."""
        month = month_before(self.found.first)
        return month_words(month), self.wanted.address(month)

    @property
    def after(self) -> tuple[str, str] | None:
        """The next month, with its address; None when it has not begun."""
        month = month_after(self.found.first)
        return None if month > self.today else (month_words(month), self.wanted.address(month))


@router.get("")
def kbk(by: Staff, form: TheForm) -> Response:
    """The page, of the month and clinic that its address names."""
    wanted = read_wanted(by, form)
    found = _count(by, wanted)
    missing = _missing(by, found, _MOST_LISTED)
    seen = Seen(wanted, found, missing, today(by.database))
    return by.render("kbk.html", seen=seen, lacks=LACKS, colours=_COLOURS, to_do=to_do)


@router.get("/unduh")
def download(by: Staff, form: TheForm) -> Response:
    """What is missing as a file; that somebody took it is written down. Raises HTTPException."""
    kind = form.one("bentuk")
    if kind not in _FORMS:
        raise HTTPException(404, "Bentuk itu tidak ada.")
    wanted = read_wanted(by, form)
    if wanted.wrong:
        raise HTTPException(422, wanted.wrong)
    found = _count(by, wanted)
    media, made = _FORMS[kind]
    file = made(_missing(by, found, _MOST_ROWS))
    by.note(Did.DOWNLOAD, faskes=wanted.clinic.name, about=f"kbk.{kind}")
    name = f"kbk-{found.first:%Y-%m}.{kind}"
    return Response(file, media_type=media, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def read_wanted(by: Visitor, form: Form) -> Wanted:
    """The month and the clinic that an address asks for. Raises Forbidden (a clinic that they do not see)."""
    clinic, typed = chosen_clinic(by, form), form.one("bulan")[:_LONGEST]
    if not typed:
        return Wanted(clinic, None)
    try:
        month = read_month(typed, "Bulan")
    except LineRefused as refused:
        return Wanted(clinic, None, f"{refused}.")
    return Wanted(clinic, None, _NOT_BEGUN) if month > today(by.database) else Wanted(clinic, month)


def _count(by: Visitor, wanted: Wanted) -> Kbk:
    (found,) = make_kbk(by.database, [wanted.clinic.name], by.desk.reportings, month=wanted.month)
    return found


def _missing(by: Visitor, found: Kbk, limit: int) -> list[Missing]:
    return list_missing(by.database, span_of(found.first, [found.faskes]), limit=limit)


def _csv(missing: list[Missing]) -> bytes:
    made = StringIO()
    write_csv(made, missing_rows(missing), MISSING_COLUMNS)
    return made.getvalue().encode()


def _xlsx(missing: list[Missing]) -> bytes:
    made = BytesIO()
    write_xlsx(made, missing_rows(missing), MISSING_COLUMNS, sheet="Belum di BPJS")
    return made.getvalue()


_FORMS: Mapping[str, tuple[str, Callable[[list[Missing]], Any]]] = {
    "csv": ("text/csv; charset=utf-8", _csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _xlsx),
}
