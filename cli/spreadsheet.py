"""Rows are written to stdout, or to a file that a spreadsheet opens."""

import sys
from pathlib import Path

from xlsxwriter.exceptions import FileCreateError

from cli.terminal import UserError
from database.storage.private_files import private
from tasks import spreadsheet
from tasks.spreadsheet import Columns, Rows


def write_csv(rows: Rows, columns: Columns) -> None:
    """The rows on stdout as CSV; `columns` are pairs of heading and key."""
    spreadsheet.write_csv(sys.stdout, rows, columns)


def write_xlsx(file: Path, rows: Rows, columns: Columns, *, sheet: str = "Pekerjaan") -> None:
    """The same into an Excel file for its owner alone. Raises UserError."""
    try:
        with open(file, "wb", opener=private) as opened:
            spreadsheet.write_xlsx(opened, rows, columns, sheet=sheet)
    except (OSError, FileCreateError):
        raise UserError(f"Berkas {file} tidak dapat ditulis.") from None
