"""Rows are written so that a spreadsheet opens them, as CSV or as an Excel file."""

import csv
import math
import re
from collections.abc import Mapping, Sequence
from typing import IO, Any

from xlsxwriter import Workbook

from database.storage.models import readable
from tasks.strict_json import strict_json

Rows = Sequence[Mapping[str, Any]]
Columns = Sequence[tuple[str, str]]

_WIDEST = 400  # pixels of a column
_MOST_DIGITS, _LONGEST_TEXT = 15, 32_767  # of a cell in Excel
# A spreadsheet runs a text that begins so; what a clinic or BPJS wrote must stay text. Where a semicolon
# as in Indonesia parts the columns, or a tab or a line's end does, a cell begins after each.
_FORMULA = re.compile(r"(^|[;\t\n])(?=[=+@\t\n-])")
_LINES_END = re.compile(r"\r\n?")


def write_csv(opened: IO[str], rows: Rows, columns: Columns) -> None:
    """The rows as CSV; `columns` are pairs of heading and key."""
    writer = csv.writer(opened, lineterminator="\n")
    writer.writerow([heading for heading, _ in columns])
    writer.writerows([[_harmless(_plain(row.get(key))) for _, key in columns] for row in rows])


def write_xlsx(opened: IO[bytes], rows: Rows, columns: Columns, *, sheet: str) -> None:
    """The same as an Excel file with one sheet of this name; text stays text there.

    Raises OSError, and xlsxwriter's FileCreateError.
    """
    book = Workbook(
        opened, {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    page = book.add_worksheet(sheet)
    page.write_row(0, 0, [heading for heading, _ in columns], book.add_format({"bold": True}))
    for place, row in enumerate(rows, start=1):
        page.write_row(place, 0, [_cell(_plain(row.get(key))) for _, key in columns])
    page.freeze_panes(1, 0)
    page.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)
    page.autofit(_WIDEST)
    book.close()


def _plain(value: object) -> object:
    """A body's field may be anything: a number, a text that can be written, or nothing."""
    if isinstance(value, str):
        return readable(value)
    if isinstance(value, float) and not math.isfinite(value):
        return strict_json(value).strip('"')
    return value if value is None or isinstance(value, int | float) else readable(strict_json(value))


def _cell(value: object) -> object:
    """The value as a cell keeps it: a long number as text, for its last digits' sake; a long text cut."""
    if isinstance(value, int) and abs(value) >= 10**_MOST_DIGITS:
        return str(value)
    if isinstance(value, str) and len(value) > _LONGEST_TEXT:
        return f"{value[: _LONGEST_TEXT - 1]}…"
    return value


def _harmless(value: object) -> object:
    return _FORMULA.sub(r"\1'", _LINES_END.sub("\n", value)) if isinstance(value, str) else value
