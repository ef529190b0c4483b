"""Reads a date as people type it at the terminal."""

import re
from datetime import date

from cli.terminal import UserError

ALL_DAYS = "semua"
WHICH_DAY = "--tanggal harus yyyy-MM-dd atau semua."


def read_day(text: str, *, complaint: str = "--tanggal harus yyyy-MM-dd.") -> date:
    """A date written yyyy-MM-dd. Raises UserError with the complaint."""
    # fromisoformat() alone would also take 20260914 and 2026-W38-1.
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        raise UserError(complaint)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UserError(complaint) from None


def read_day_or_all(text: str) -> date | None:
    """A date, or None for `semua`. Raises UserError."""
    return None if text == ALL_DAYS else read_day(text, complaint=WHICH_DAY)
