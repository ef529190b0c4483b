"""The waits between the probes of a service that is down, or of a jenis that is held."""

from collections.abc import Sequence
from datetime import timedelta

from database.services.clinic_service import WHOLE
from database.storage.models import ServiceState

# How long a question, a probe or the one job let through may take before somebody else tries instead.
ATTENDED = timedelta(seconds=90)


# The first waits of a jenis, before those of the table.
SOON = tuple(timedelta(seconds=seconds) for seconds in (0, 0.5, 1, 2, 4))


def next_wait(row: ServiceState, probes: Sequence[timedelta]) -> timedelta:
    """The wait before the next probe of a service or a jenis; the last entry repeats.

    A jenis is tried with another job each time, and soon at first: a few bad jobs that came first must not
    hold up all that follow.
    """
    waits = probes if row.jenis == WHOLE else (*(soon for soon in SOON if soon < probes[0]), *probes)
    return waits[min(row.probes, len(waits) - 1)]
