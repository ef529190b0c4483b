"""Keeps the leases of the jobs in this process's hands, for as long as they are."""

import logging
import threading
from collections.abc import Iterator
from contextlib import contextmanager

from database import DatabaseError
from database.claim import renew
from tasks.composition import Composition

logger = logging.getLogger(__name__)


class InHand:
    """The ids of the jobs that are claimed and not yet done; safe to use from several threads."""

    def __init__(self) -> None:
        self._ids: set[int] = set()
        self._lock = threading.Lock()

    def add(self, job_id: int) -> None:
        """Claimed."""
        with self._lock:
            self._ids.add(job_id)

    def remove(self, job_id: int) -> None:
        """Done, whatever the end."""
        with self._lock:
            self._ids.discard(job_id)

    def ids(self) -> list[int]:
        """A copy."""
        with self._lock:
            return sorted(self._ids)


@contextmanager
def keep_leases(at: Composition, in_hand: InHand) -> Iterator[None]:
    """Renew every lease three times within its length, from a thread of its own."""
    stop = threading.Event()
    every = at.settings.lease.total_seconds() / 3

    def keep() -> None:
        while not stop.wait(every):
            try:
                renew(at.database, in_hand.ids(), owner=at.owner, lease=at.settings.lease)
            except DatabaseError as error:
                logger.warning("leases not renewed: %s", error)

    thread = threading.Thread(target=keep, name="lease-keeper", daemon=True)
    thread.start()
    try:
        yield
    finally:
        stop.set()
        thread.join()
