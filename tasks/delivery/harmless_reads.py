"""Asks a clinic's service a harmless question, one at a time, and shares the answer for some seconds.

Whether BPJS answers and takes the credential is a question of its own: what one job met never answers it.
"""

import time
from collections.abc import Callable
from dataclasses import dataclass, field
from threading import Lock

from bpjs_client.errors import BpjsError, Suspect, Temporary, Unauthorized
from bpjs_client.jenis import Service
from bpjs_client.jobs import Bpjs
from database.services.harmless_read import Answer, Reading
from tasks.delivery.trouble import trouble_of

# Twenty requests that fail together cost one question.
SHARED_SECONDS = 3.0


@dataclass
class _Asked:
    """The last question to one service: when it was asked and answered, and when that was last needed."""

    lock: Lock = field(default_factory=Lock)
    reading: Reading | None = None
    asked_at: float = 0.0  # of the monotonic clock, like the next two
    at: float = 0.0
    needed_at: float | None = None


class HarmlessReads:
    """Thread-safe. `bpjs` gives the way to BPJS of a faskes; those for which it is the same share answers."""

    def __init__(self, bpjs: Callable[[str], Bpjs], clock: Callable[[], float] = time.monotonic) -> None:
        self._bpjs = bpjs
        self._clock = clock
        self._asked: dict[tuple[int, Service], _Asked] = {}
        self._lock = Lock()

    def now(self) -> float:
        """The monotonic clock by which `ask` knows what came after what."""
        return self._clock()

    def ask(self, faskes: str, service: Service, *, since: float) -> Reading:
        """Does the service answer, and take our credential? Raises UnknownClinic.

        `since` is when the request began that raised the question: that BPJS accepted a read before says
        nothing of it, for a password may have been changed in between.
        """
        bpjs = self._bpjs(faskes)
        asked = self._of(bpjs, service)
        with asked.lock:
            reading = self._shared(asked, since)
            if reading is None:
                asked.asked_at = self._clock()
                asked.reading = reading = reading_of(bpjs, service)
                asked.at = self._clock()
            asked.needed_at = self._clock()
            return reading

    def _shared(self, asked: _Asked, since: float) -> Reading | None:
        if asked.reading is None or self._clock() - asked.at > SHARED_SECONDS:
            return None
        is_too_old = asked.reading.answer is Answer.ACCEPTED and asked.asked_at < since
        return None if is_too_old else asked.reading

    def asked_since(self, faskes: str, service: Service, moment: float) -> bool:
        """Whether a question to the service, new or shared, was needed since a moment of `clock`."""
        asked = self._of(self._bpjs(faskes), service)
        return asked.needed_at is not None and asked.needed_at >= moment

    def _of(self, bpjs: Bpjs, service: Service) -> _Asked:
        with self._lock:
            return self._asked.setdefault((id(bpjs), service), _Asked())


def reading_of(bpjs: Bpjs, service: Service) -> Reading:
    """Ask now. What may be the fault of one endpoint alone is asked a second time at another one."""
    try:
        bpjs.probe(service)
    except BpjsError as error:
        first = _reading(error)
        if first.answer is Answer.ACCEPTED or not _may_be_the_endpoint(error):
            return first
    else:
        return Reading(Answer.ACCEPTED)
    try:
        bpjs.probe(service, other=True)
    except BpjsError as error:
        return Reading(Answer.ACCEPTED) if _reading(error).answer is Answer.ACCEPTED else first
    return Reading(Answer.ACCEPTED)


def _reading(error: BpjsError) -> Reading:
    if isinstance(error, Unauthorized):
        return Reading(Answer.REFUSED, error.reason, may_pass=error.exchange.meta_code is None)
    trouble = trouble_of(error)
    return Reading(Answer.ACCEPTED) if trouble is None else Reading(Answer.FAILED, trouble)


def _may_be_the_endpoint(error: BpjsError) -> bool:
    """BPJS or its gateway answered, and did not say that the login or the signature is wrong."""
    if isinstance(error, Unauthorized):
        return error.exchange.meta_code is None or error.suspect in {Suspect.ROUTE, Suspect.GRANT}
    return isinstance(error, Temporary) and error.exchange.http_code is not None
