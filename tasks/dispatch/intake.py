"""Takes up what clinics' systems wrote into `intake`, beside sending and never before it."""

import logging
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager

from database import DatabaseError
from database.jobs.intake_table import take_up
from database.storage.wakeup import POLL_SECONDS
from tasks.composition import Composition

logger = logging.getLogger(__name__)

# After a failure: what was written waits so long at most once the cause is gone.
RETRY_SECONDS = 1.0
SAID_SECONDS = 60.0  # an error that lasts is said once in so many
# A sending that is about to begin, or to end, waits so long for what was written just before.
MOST_SECONDS = 3.0
_LEAVE_SECONDS = 1.0


class TakingUp:
    """One process's taking up: in a thread of its own, one pass at a time."""

    def __init__(self, at: Composition) -> None:
        self._at = at
        self._turn = threading.Lock()
        self._woken = threading.Event()
        self._said_at: float | None = None

    @contextmanager
    def beside(self) -> Iterator[None]:
        """Take up what is written for the length of a `with` block.

        Whatever happens in that thread is said, and begun again. At the end it is not waited for as long as
        it may wait for the database: what it was about to take up stays written.
        """
        over = threading.Event()
        thread = threading.Thread(target=self._keep, args=(over,), name="intake", daemon=True)
        thread.start()
        try:
            yield
        finally:
            over.set()
            self._woken.set()
            thread.join(_LEAVE_SECONDS)

    def wake(self) -> None:
        """Something may have been written just now."""
        self._woken.set()

    def in_time(self, within: float = MOST_SECONDS) -> None:
        """Take up what was written until now, but wait no longer than this."""
        thread = threading.Thread(target=self._pass, name="intake-now", daemon=True)
        thread.start()
        thread.join(within)

    def _keep(self, over: threading.Event) -> None:
        while not over.is_set():
            if self._pass():
                self._woken.wait(POLL_SECONDS)
                self._woken.clear()
            else:
                over.wait(RETRY_SECONDS)

    def _pass(self) -> bool:
        """Take up what there is; whether that went well."""
        try:
            with self._turn:
                take_up(self._at.database)
        except Exception as failed:  # noqa: BLE001 - else nothing would be taken up any more
            self._complain(failed)
            return False
        return True

    def _complain(self, failed: Exception) -> None:
        """Of an error that is not ours only the kind: its text may quote a row."""
        now = time.monotonic()
        if self._said_at is None or now - self._said_at >= SAID_SECONDS:
            self._said_at = now
            why = str(failed) if isinstance(failed, DatabaseError) else type(failed).__name__
            logger.warning("intake cannot be read, sending goes on: %s", why)
