"""Reads a date as people type it at the terminal."""

import re
from datetime import date

from cli.terminal import UserError


def read_day(text: str, *, complaint: str = "--tanggal harus yyyy-MM-dd.") -> date:
    """A date written yyyy-MM-dd. Raises UserError with the complaint."""
    # fromisoformat() alone would also take 20260914 and 2026-W38-1.
    if not re.fullmatch(r"\d{4}-\d{2}-\d{2}", text, re.ASCII):
        raise UserError(complaint)
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UserError(complaint) from None
