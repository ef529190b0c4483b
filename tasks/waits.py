"""When a postponed job is tried again: minutes to hours, never busy, never all at the same moment."""

import random
from datetime import timedelta

# By how often in a row the job was put off; the last one repeats.
WAITS = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 10, 20, 30, 60))
# When an uncertain write is looked up; the first look comes soon, for staff wait for the number.
LOOKS = tuple(timedelta(seconds=seconds) for seconds in (5, 15, 60, 300, 900, 3600))
JITTER = 0.2


def wait(times: int, *, table: tuple[timedelta, ...] = WAITS, asked: float | None = None) -> timedelta:
    """The wait before the next try; at least what BPJS asked for (Retry-After, in seconds)."""
    planned = table[min(times, len(table) - 1)]
    planned *= 1 + random.uniform(-JITTER, JITTER)
    return max(planned, timedelta(seconds=asked or 0))
