"""Reads many lists from BPJS politely: few at a time, patient with hiccups, none where nobody is let in."""

import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from datetime import date
from functools import partial
from threading import Lock
from types import TracebackType
from typing import Self, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type

from bpjs_client.admission import Admission
from bpjs_client.endpoints import path_of
from bpjs_client.errors import BpjsError, NotSent, Temporary, Unauthorized
from bpjs_client.exchange import Exchange
from bpjs_client.failing_lists import FailingLists
from bpjs_client.jenis import Service
from bpjs_client.jobs import Bpjs
from bpjs_client.paging import Fetch, Identity, KeepsChanging, Row, whole_list, whole_row
from bpjs_client.readback import rows_there
from bpjs_client.references import Listing

AT_ONCE = 4
# 500 is what Khanza asks for (contract 3); larger pages gain little and take BPJS longer.
PAGE_SIZE = 500
_TRIES = 3
_WAIT_SECONDS = 0.5
_LONGEST_WAIT_SECONDS = 5.0
_UNSTABLE = "Daftar di BPJS terus berubah selama dibaca."


T = TypeVar("T")


class PoliteReading:
    """Reads lists, at most ``at_once`` requests at a time in all; close it, or use it in a ``with`` block.

    The first request to a service goes alone: where the credential is refused or the service is down, one or
    two requests find out and not a hundred. A list that is refused fails alone, unless a harmless read is
    refused too. ``sleep`` waits and ``clock`` tells seconds.
    """

    def __init__(
        self,
        bpjs: Bpjs,
        days: Sequence[date],
        *,
        at_once: int = AT_ONCE,
        page_size: int = PAGE_SIZE,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.days = days
        self._bpjs = bpjs
        self._page_size = page_size
        self._sleep = sleep
        self._shared: dict[tuple[Service, tuple[str, ...]], Future[list[Row]]] = {}
        self._lock = Lock()
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="baca-referensi")
        self._admissions = {
            service: Admission(partial(self._ask, service), bpjs.harmless_path(service), clock=clock)
            for service in Service
        }

    def each(
        self, service: Service, listings: Sequence[Listing], identity: Identity = whole_row
    ) -> list[list[Row]]:
        """The rows of each list, in the order asked for. Raises BpjsError; what waits is then dropped."""
        futures = [self._threads.submit(self._once, service, listing, identity) for listing in listings]
        try:
            return [future.result() for future in futures]
        finally:
            for future in futures:
                future.cancel()

    def each_or_why(self, service: Service, listings: Sequence[Listing]) -> list[list[Row] | BpjsError]:
        """The rows of each list, in the order asked for, or why it cannot be had.

        Where many in a row could not be had, and another one not either, the rest is not asked for and has
        the last one's reason.
        """
        if not listings:
            return []
        failing = FailingLists(partial(self._can_be_read, service), listings[-1])

        def ask(listing: Listing) -> list[Row] | BpjsError:
            why = failing.why_not()
            if why is not None:
                return why
            try:
                rows = self._once(service, listing, whole_row)
            except BpjsError as error:
                failing.failed(error)
                return error
            failing.answered(listing)
            return rows

        return list(self._threads.map(ask, listings))

    def _can_be_read(self, service: Service, listing: Listing) -> bool:
        try:
            self._rows(service, listing, whole_row)
        except BpjsError:
            return False
        return True

    def _once(self, service: Service, listing: Listing, identity: Identity) -> list[Row]:
        """A list that is shared is asked for by the first who wants it; after a failure by the next."""
        if not listing.shared:
            return self._rows(service, listing, identity)
        key, mine = (service, listing.path), Future[list[Row]]()
        with self._lock:
            theirs = self._shared.setdefault(key, mine)
        if theirs is not mine:
            return theirs.result()
        try:
            mine.set_result(self._rows(service, listing, identity))
        except Exception as error:  # noqa: BLE001 - whoever waits for it has it too
            with self._lock:
                del self._shared[key]
            mine.set_exception(error)
        return mine.result()

    def close(self) -> None:
        """Wait for what is on its way, and end."""
        self._threads.shutdown(cancel_futures=True)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def _rows(self, service: Service, listing: Listing, identity: Identity) -> list[Row]:
        path = path_of(*listing.path)
        if not listing.paged:
            self._admissions[service].enter(path)
            return self._page(service, path)
        self._admissions[service].enter(self._page_path(path, 0))
        try:
            return whole_list(self._pager(service, path), identity)
        except KeepsChanging:
            raise Temporary(_UNSTABLE, Exchange("GET", path)) from None

    def _pager(self, service: Service, path: str) -> Fetch:
        return lambda start: self._page(service, self._page_path(path, start))

    def _page_path(self, path: str, start: int) -> str:
        return f"{path}/{start}/{self._page_size}"

    def _page(self, service: Service, path: str) -> list[Row]:
        admission = self._admissions[service]
        admission.check()
        try:
            return self._rows_at(service, path)
        except Unauthorized:
            admission.question()
            raise

    def _rows_at(self, service: Service, path: str) -> list[Row]:
        return self._patiently(lambda: rows_there(partial(self._bpjs.read, service), path))

    def _ask(self, service: Service, path: str) -> None:
        self._patiently(lambda: self._bpjs.read(service, path))

    def _patiently(self, ask: Callable[[], T]) -> T:
        """Ask again, twice and within seconds, when BPJS only hiccups; a read may be repeated freely."""
        tries = Retrying(
            retry=retry_if_exception_type((Temporary, NotSent)),
            stop=_given_up,
            wait=_pause,
            sleep=self._sleep,
            reraise=True,
        )
        return tries(ask)


def _given_up(state: RetryCallState) -> bool:
    """After the last try, or when BPJS asks for more patience than somebody who waits has."""
    return state.attempt_number >= _TRIES or _asked_for(state) > _LONGEST_WAIT_SECONDS


def _pause(state: RetryCallState) -> float:
    planned: float = _WAIT_SECONDS * 2 ** (state.attempt_number - 1) * random.uniform(0.8, 1.2)
    return max(planned, _asked_for(state))


def _asked_for(state: RetryCallState) -> float:
    """The seconds of Retry-After, 0 when BPJS named none."""
    failure = state.outcome.exception() if state.outcome else None
    return failure.exchange.retry_after or 0.0 if isinstance(failure, BpjsError) else 0.0
