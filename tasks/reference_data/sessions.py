"""The sessions of a poli on a day, as the clinic's copy of the antrean schedule has them."""

from collections.abc import Iterator
from datetime import date

from bpjs_client.references import BY_NAME
from tasks.opening_hours import Hours, read_hours
from tasks.reference_data.book import ReferenceBook

_SCHEDULE = BY_NAME["antrean/dokter"]


def sessions_of(book: ReferenceBook, faskes: str, poli: str, day: date) -> list[Hours]:
    """The hours of the poli's doctors on that day; [] where the schedule does not tell.

    Raises DatabaseUnavailable.
    """
    rows = book.rows(faskes, _SCHEDULE, f"{poli}/", day.isoformat())
    return sorted({hours for row in rows for hours in _hours(row.data.get("jampraktek"))})


def _hours(said: object) -> Iterator[Hours]:
    """Nothing for hours that cannot be read: they are BPJS's."""
    try:
        yield read_hours(str(said))
    except ValueError:
        return
