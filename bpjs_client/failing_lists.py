"""Says of many lists when so many have failed that the rest is not worth asking for."""

from collections.abc import Callable
from threading import Lock

from bpjs_client.errors import BpjsError
from bpjs_client.references import Listing

# So many lists that fail in a row are perhaps the service's trouble: an independent question decides.
MOST_FAILED = 10


class FailingLists:
    """Counts the lists that fail in a row; may be shared by threads.

    `can_be_read` asks anew for the list that answered last, or for `other` where none did yet: if even that
    cannot be read, the trouble is the service's, else it is those lists' own.
    """

    def __init__(self, can_be_read: Callable[[Listing], bool], other: Listing) -> None:
        self._can_be_read, self._asked_again = can_be_read, other
        self._in_a_row = 0
        self._last: BpjsError | None = None
        self._is_over = False
        self._lock = Lock()

    def why_not(self) -> BpjsError | None:
        """Why nothing more should be asked for; None: go on."""
        with self._lock:
            if self._in_a_row >= MOST_FAILED and not self._is_over:
                self._is_over = not self._can_be_read(self._asked_again)
                self._in_a_row = 0
            return self._last if self._is_over else None

    def failed(self, error: BpjsError) -> None:
        """Note that a list could not be had."""
        with self._lock:
            self._in_a_row, self._last = self._in_a_row + 1, error

    def answered(self, listing: Listing) -> None:
        """Note that a list was read."""
        with self._lock:
            self._in_a_row, self._asked_again = 0, listing
