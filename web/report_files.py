"""The tables of the report as files: CSV, or a spreadsheet's own."""

from collections.abc import Callable, Mapping
from io import BytesIO, StringIO
from typing import Any

from fastapi import APIRouter, Depends, HTTPException
from fastapi.responses import Response

from database.people.acts import Did
from database.views.monitor import today
from database.views.report import list_missing_visits
from tasks.report.words import group
from tasks.spreadsheet import Columns, Rows, write_csv, write_xlsx
from web.form import TheForm
from web.pages import STATUS_WORDS, day_words
from web.report import TABLES, Wanted, make, read_wanted
from web.visitor import Visitor
from web.who import Staff, staff

router = APIRouter(prefix="/bpjs-fktp/laporan", dependencies=[Depends(staff)])
VISITS = "kunjungan"
_MOST_VISITS = 50_000
_VISIT_COLUMNS: Columns = (
    ("Id", "id"),
    ("Faskes", "faskes"),
    ("Tanggal", "tanggal"),
    ("Norm", "norm"),
    ("Nama Pasien", "nama"),
    ("Status", "status"),
    ("Pesan", "pesan"),
)


@router.get("/unduh")
def download(by: Staff, form: TheForm) -> Response:
    """One table as a file; that somebody took it is written down. Raises HTTPException."""
    name, kind = form.one("tabel"), form.one("bentuk")
    if (name != VISITS and name not in TABLES) or kind not in _FORMS:
        raise HTTPException(404, "Tabel itu tidak ada.")
    wanted = read_wanted(by, form)
    if wanted.wrong:
        raise HTTPException(422, wanted.wrong)
    rows, columns = _visits(by, wanted) if name == VISITS else _counted(by, wanted, name)
    by.note(Did.DOWNLOAD, faskes=wanted.scope.faskes, about=f"{name}.{kind}")
    media, made = _FORMS[kind]
    file = f"laporan-{name}-{today(by.database)}.{kind}"
    return Response(
        made(rows, columns),
        media_type=media,
        headers={"Content-Disposition": f'attachment; filename="{file}"'},
    )


def _counted(by: Visitor, wanted: Wanted, name: str) -> tuple[Rows, Columns]:
    table = make(by, wanted).tables[name]
    rows = [
        {TABLES[name]: group(key)} | {str(column): _number(row[column]) for column in table.columns}
        for key, row in table.iterrows()
    ]
    return rows, [(heading, heading) for heading in (TABLES[name], *map(str, table.columns))]


def _number(value: float) -> float | int | None:
    """A whole number as one; None for none."""
    if value != value:  # noqa: PLR0124 - only a missing number differs from itself
        return None
    return int(value) if float(value).is_integer() else float(value)


def _visits(by: Visitor, wanted: Wanted) -> tuple[Rows, Columns]:
    """The visits that are not in PCare yet, up to the end of the month that is due next."""
    last = make(by, wanted).month.last
    found = list_missing_visits(by.database, last, wanted.scope.only, limit=_MOST_VISITS)
    rows = [
        {
            "id": visit.id,
            "faskes": visit.faskes,
            "tanggal": day_words(visit.day),
            "norm": visit.norm,
            "nama": visit.nama_pasien,
            "status": STATUS_WORDS[visit.status],
            "pesan": visit.message,
        }
        for visit in found
    ]
    return rows, _VISIT_COLUMNS


def _csv(rows: Rows, columns: Columns) -> bytes:
    made = StringIO()
    write_csv(made, rows, columns)
    return made.getvalue().encode()


def _xlsx(rows: Rows, columns: Columns) -> bytes:
    made = BytesIO()
    write_xlsx(made, rows, columns, sheet="Laporan")
    return made.getvalue()


_FORMS: Mapping[str, tuple[str, Callable[[Rows, Columns], Any]]] = {
    "csv": ("text/csv; charset=utf-8", _csv),
    "xlsx": ("application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", _xlsx),
}
