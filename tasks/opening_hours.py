"""Opening hours of a clinic, as `08:00-12:00` in its own time."""

import re
from dataclasses import dataclass
from datetime import time

_HOURS = re.compile(r"\s*(\d{1,2}):(\d{2})\s*-\s*(\d{1,2}):(\d{2})\s*")


@dataclass(frozen=True, order=True)
class Hours:
    """One session of a day; it closes later than it opens."""

    opens: time
    closes: time


def read_hours(text: str) -> Hours:
    """The hours that a text names. Raises ValueError, with a sentence in Indonesian."""
    found = _HOURS.fullmatch(text)
    try:
        hours = _hours(*map(int, found.groups())) if found else None
    except ValueError:
        hours = None
    if hours is None or hours.opens >= hours.closes:
        raise ValueError("jam buka ditulis seperti 07:00-21:00")
    return hours


def _hours(hour: int, minute: int, last_hour: int, last_minute: int) -> Hours:
    return Hours(time(hour, minute), time(last_hour, last_minute))
