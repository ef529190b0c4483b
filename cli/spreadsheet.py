"""Rows are written to a file that a spreadsheet opens."""

import csv
import math
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import IO, Any

from xlsxwriter import Workbook
from xlsxwriter.exceptions import FileCreateError

from cli.terminal import UserError, strict_json
from database.storage.models import readable
from database.storage.private_files import private

_WIDEST = 400  # pixels of a column
_MOST_DIGITS, _LONGEST_TEXT = 15, 32_767  # of a cell in Excel
# A spreadsheet runs a text that begins so; what a clinic or BPJS wrote must stay text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[tuple[str, str]]) -> None:
    """The rows on stdout as CSV; `columns` are pairs of heading and key."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([heading for heading, _ in columns])
    writer.writerows([[_harmless(_plain(row.get(key))) for _, key in columns] for row in rows])


def write_xlsx(file: Path, rows: Sequence[Mapping[str, Any]], columns: Sequence[tuple[str, str]]) -> None:
    """The same into an Excel file for its owner alone; text stays text there. Raises UserError."""
    try:
        with open(file, "wb", opener=private) as opened:
            _write_book(opened, rows, columns)
    except (OSError, FileCreateError):
        raise UserError(f"Berkas {file} tidak dapat ditulis.") from None


def _write_book(
    opened: IO[bytes], rows: Sequence[Mapping[str, Any]], columns: Sequence[tuple[str, str]]
) -> None:
    book = Workbook(
        opened, {"strings_to_formulas": False, "strings_to_urls": False, "strings_to_numbers": False}
    )
    sheet = book.add_worksheet("Pekerjaan")
    sheet.write_row(0, 0, [heading for heading, _ in columns], book.add_format({"bold": True}))
    for place, row in enumerate(rows, start=1):
        sheet.write_row(place, 0, [_cell(_plain(row.get(key))) for _, key in columns])
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(rows), 1), len(columns) - 1)
    sheet.autofit(_WIDEST)
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
    if not isinstance(value, str):
        return value
    return f"'{value}" if value.startswith(_FORMULA) else value
