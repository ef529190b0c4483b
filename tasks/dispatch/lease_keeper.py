"""Keeps the leases of the jobs in this process's hands, for as long as they are."""

from contextlib import AbstractContextManager

from database.jobs.claim import renew
from database.storage.steady_clock import elapsed
from tasks.composition import Composition
from tasks.repeating import repeatedly


def keep_leases(at: Composition) -> AbstractContextManager[None]:
    """Renew every lease three times within its length, from a thread of its own."""
    lease = at.settings.lease

    def renew_all() -> None:
        until = elapsed() + lease.total_seconds()
        at.in_hand.extend(renew(at.database, at.in_hand.claims(), lease=lease), until)

    return repeatedly("lease-keeper", renew_all, every=lease.total_seconds() / 3)
