"""Dates as people type and read them.

Shown is dd-MM-yyyy; typed may also be yyyy-MM-dd, as BPJS Antrean writes dates.
"""

from datetime import date

from bpjs_client.wire_fields import read_antrean_date, read_pcare_date, write_pcare_date

# A person who typed something else is told these.
DATE_FORMS = "dd-MM-yyyy atau yyyy-MM-dd"


def read_typed_date(typed: str) -> date | None:
    """The day that was typed, or None when it is no date in either form."""
    return read_pcare_date(typed.strip()) or read_antrean_date(typed.strip())


def shown_date(stored: str) -> str:
    """A date as people read it, of one as JSON holds it (yyyy-MM-dd); any other text stays as it is."""
    day = read_antrean_date(stored)
    return stored if day is None else write_pcare_date(day)
