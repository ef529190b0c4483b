"""A clock of seconds that nobody can set measures how long something took and until when a claim is good."""

import time

# Of Linux's two clocks this one goes on while the machine sleeps; both go on while a process is stopped.
_CLOCK = getattr(time, "CLOCK_BOOTTIME", time.CLOCK_MONOTONIC)


def elapsed() -> float:
    """Seconds since some fixed moment; they pass while the process is stopped or the machine sleeps."""
    return time.clock_gettime(_CLOCK)
