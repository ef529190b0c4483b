"""Reads many lists from BPJS politely: few at a time, patient with hiccups, not at all at a closed door."""

import random
import time
from collections.abc import Callable, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass, field
from datetime import date
from threading import Lock
from types import TracebackType
from typing import Self, TypeVar

from tenacity import RetryCallState, Retrying, retry_if_exception_type

from bpjs_client.endpoints import path_of
from bpjs_client.errors import BpjsError, NotSent, Temporary, Unauthorized
from bpjs_client.exchange import Exchange
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
_TROUBLE_LASTS = 5.0  # seconds; for so long nobody knocks again at a service that is down
_UNSTABLE = "Daftar di BPJS terus berubah selama dibaca."


T = TypeVar("T")


@dataclass
class _Door:
    """A service as this reading found it: nobody goes in before the first one was let in."""

    lock: Lock = field(default_factory=Lock)
    is_open: bool = False
    refusal: BpjsError | None = None
    refused_at: float = 0.0

    def refuse(self, refusal: BpjsError) -> None:
        """Remember why nobody gets in."""
        self.refusal, self.refused_at = refusal, time.monotonic()

    def forgive(self) -> None:
        """Trouble may pass within seconds; a refused credential stays refused."""
        if (
            isinstance(self.refusal, NotSent | Temporary)
            and time.monotonic() > self.refused_at + _TROUBLE_LASTS
        ):
            self.refusal = None


class PoliteReading:
    """Reads lists, at most ``at_once`` requests at a time in all; close it, or use it in a ``with`` block.

    The first request to a service goes alone: where the credential is refused or the service is down, one or
    two requests find out and not a hundred.
    """

    def __init__(
        self,
        bpjs: Bpjs,
        days: Sequence[date],
        *,
        at_once: int = AT_ONCE,
        page_size: int = PAGE_SIZE,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.days = days
        self._bpjs = bpjs
        self._page_size = page_size
        self._sleep = sleep
        self._threads = ThreadPoolExecutor(at_once, thread_name_prefix="baca-referensi")
        self._doors = {service: _Door() for service in Service}

    def each(
        self, service: Service, listings: Sequence[Listing], identity: Identity = whole_row
    ) -> list[list[Row]]:
        """The rows of each list, in the order asked for. Raises BpjsError; what waits is then dropped."""
        futures: list[Future[list[Row]]] = [
            self._threads.submit(self._rows, service, listing, identity) for listing in listings
        ]
        try:
            return [future.result() for future in futures]
        finally:
            for future in futures:
                future.cancel()

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
        self._enter(service)
        path = path_of(*listing.path)
        if not listing.paged:
            return self._page(service, path)
        try:
            return whole_list(self._pager(service, path), identity)
        except KeepsChanging:
            raise Temporary(_UNSTABLE, Exchange("GET", path)) from None

    def _pager(self, service: Service, path: str) -> Fetch:
        return lambda start: self._page(service, f"{path}/{start}/{self._page_size}")

    def _enter(self, service: Service) -> None:
        door = self._doors[service]
        with door.lock:
            door.forgive()
            if not door.is_open and door.refusal is None:
                self._knock(service, door)
            if door.refusal is not None:
                raise door.refusal

    def _knock(self, service: Service, door: _Door) -> None:
        try:
            self._patiently(lambda: self._bpjs.probe(service))
            door.is_open = True
        except BpjsError as refusal:
            door.refuse(refusal)

    def _page(self, service: Service, path: str) -> list[Row]:
        door = self._doors[service]
        if door.refusal is not None:
            raise door.refusal
        try:
            return self._patiently(lambda: rows_there(lambda asked: self._bpjs.read(service, asked), path))
        except Unauthorized as refusal:
            door.refuse(refusal)
            raise

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
