"""Keeps the leases of the jobs in this process's hands, for as long as they are."""

import threading
from collections import Counter
from contextlib import AbstractContextManager

from database.claim import renew
from tasks.composition import Composition
from tasks.repeating import repeatedly


class InHand:
    """The ids of the jobs that are claimed and not yet done; safe to use from several threads.

    A job that is claimed twice before its first run has ended is kept until both are done.
    """

    def __init__(self) -> None:
        self._claims: Counter[int] = Counter()
        self._lock = threading.Lock()

    def add(self, job_id: int) -> None:
        """Claimed."""
        with self._lock:
            self._claims[job_id] += 1

    def remove(self, job_id: int) -> None:
        """Done, whatever the end."""
        with self._lock:
            self._claims[job_id] -= 1
            self._claims = +self._claims  # without those that are at zero

    def ids(self) -> list[int]:
        """A copy."""
        with self._lock:
            return sorted(self._claims)


def keep_leases(at: Composition, in_hand: InHand) -> AbstractContextManager[None]:
    """Renew every lease three times within its length, from a thread of its own."""
    lease = at.settings.lease

    def renew_all() -> None:
        renew(at.database, in_hand.ids(), owner=at.owner, lease=lease)

    return repeatedly("lease-keeper", renew_all, every=lease.total_seconds() / 3)
