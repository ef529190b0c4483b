"""The dates that options of commands take."""

from datetime import date

from bpjs_client.dates import DATE_FORMS, read_typed_date
from cli.terminal import UserError

ALL_DAYS = "semua"


def read_day(typed: str, option: str, *, also: str = "") -> date:
    """The day that was typed for an option; `also`: what else may stand there. Raises UserError."""
    day = read_typed_date(typed)
    if day is None:
        raise UserError(f"{option} harus {DATE_FORMS}{also}.")
    return day


def read_day_or_all(typed: str, option: str = "--tanggal") -> date | None:
    """A date, or None for `semua`. Raises UserError."""
    return None if typed == ALL_DAYS else read_day(typed, option, also=f", atau {ALL_DAYS}")
