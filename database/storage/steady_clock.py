"""A clock of seconds that nobody can set, for how long something took and until when it is good."""

import time

# Linux counts on while the machine sleeps only on this one; while a process is stopped it counts on both.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def elapsed() -> float:
    """Seconds since some fixed moment; they pass while the process is stopped or the machine sleeps."""
    return time.clock_gettime(_CLOCK)
