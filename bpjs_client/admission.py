"""Finds out whether a service of BPJS serves a reading at all, so that a hundred lists need not find out.

The trouble of one list speaks for that list alone. All are turned away only when a harmless read fails or is
refused, too.
"""

import time
from collections.abc import Callable
from threading import Lock

from bpjs_client.errors import BpjsError, NotSent, Temporary, Unauthorized

# Seconds for which nobody asks again: after trouble, or after a question that a refused list had raised.
ANSWER_LASTS = 5.0
_LONG_AGO = float("-inf")


class Admission:
    """Lets a reading into a service or turns it away. Thread-safe.

    ``ask`` reads a path of the service and raises BpjsError, ``harmless`` is the path of a harmless read,
    ``clock`` tells seconds.
    """

    def __init__(
        self, ask: Callable[[str], object], harmless: str, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._ask = ask
        self._witness = harmless
        self._clock = clock
        self._lock = Lock()
        self._is_open = False
        self._suspicion: Unauthorized | None = None
        self._closed: BpjsError | None = None
        self._closed_at = self._asked_at = _LONG_AGO

    def enter(self, path: str) -> None:
        """Come in to read a path; until somebody was let in, one request is on its way and not a hundred.

        Raises the BpjsError for which nobody is let in.
        """
        with self._lock:
            self._forgive()
            if not self._is_open and self._closed is None:
                self._settle(self._first(path))
            self.check()

    def check(self) -> None:
        """Raise the BpjsError for which nobody is let in any more."""
        closed = self._closed
        if closed is not None:
            raise closed

    def question(self) -> None:
        """A list was refused: that one, or everybody? One question for all of them for some seconds."""
        with self._lock:
            if self._closed is None and self._clock() >= self._asked_at + ANSWER_LASTS:
                self._settle(self._failure(self._witness))
                self._asked_at = self._clock()

    def _first(self, path: str) -> BpjsError | None:
        """The error for which nobody gets in: the harmless read fails, or it and the next path are refused.

        Raises the harmless read's refusal to whoever wants nothing but that.
        """
        failure = self._suspicion or self._failure(self._witness)
        if not isinstance(failure, Unauthorized):
            return failure
        self._suspicion = failure
        if path == self._witness:
            raise failure
        second = self._failure(path)
        if second is None:
            self._witness = path  # the harmless read alone is refused, and tells nothing of the others
        return failure if isinstance(second, Unauthorized) else second

    def _failure(self, path: str) -> BpjsError | None:
        try:
            self._ask(path)
        except (Unauthorized, NotSent, Temporary) as failure:
            return failure
        except BpjsError:
            return None  # BPJS answers, if only that it has no such data
        return None

    def _settle(self, failure: BpjsError | None) -> None:
        self._is_open = self._is_open or failure is None
        self._closed, self._closed_at = failure, self._clock()

    def _forgive(self) -> None:
        """Trouble may pass within seconds; who is refused stays refused."""
        passing = isinstance(self._closed, NotSent | Temporary)
        if passing and self._clock() > self._closed_at + ANSWER_LASTS:
            self._closed = None
