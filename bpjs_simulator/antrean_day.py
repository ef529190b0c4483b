"""A date as Antrean writes it: yyyy-MM-dd, and nothing that merely resembles it."""

import re
from datetime import date

WRONG_DAY = "Format tanggal tidak sesuai, format yang benar adalah yyyy-mm-dd"
_FORM = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)  # date.fromisoformat alone takes 20260914 too


def antrean_day(text: str) -> date | None:
    """The date that a text names, None when it names none."""
    try:
        return date.fromisoformat(text) if _FORM.fullmatch(text) else None
    except ValueError:
        return None
