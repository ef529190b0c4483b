"""A postponed job is tried again after minutes to hours, and never all of them at the same moment."""

import random
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

JITTER = 0.2
MOST_ASKED_SECONDS = 6 * 3600  # a gateway's nonsense must not put a job off for years


@dataclass(frozen=True)
class Waits:
    """Three tables of waits, indexed by how often in a row it was put off; the last entry repeats.

    `tries`: before a job is sent again. `looks`: before BPJS is asked again whether it holds a write; the
    first one comes soon, for staff wait for the number. `probes`: before a service that is down is probed.
    """

    tries: Sequence[timedelta]
    looks: Sequence[timedelta]
    probes: Sequence[timedelta]

    def before_try(self, times: int, *, asked: float | None = None) -> timedelta:
        """At least what BPJS asked for (Retry-After, in seconds), within reason."""
        return max(_entry(self.tries, times), timedelta(seconds=min(asked or 0, MOST_ASKED_SECONDS)))

    def before_look(self, times: int) -> timedelta:
        """The wait before the next read-back."""
        return _entry(self.looks, times)


def _entry(table: Sequence[timedelta], times: int) -> timedelta:
    return table[min(times, len(table) - 1)] * (1 + random.uniform(-JITTER, JITTER))
