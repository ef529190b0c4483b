"""What this process has in hand, and until when each claim of it is surely good."""

import threading
from collections.abc import Callable, Collection
from dataclasses import dataclass

from database.jobs.claim import ClaimedJob
from database.jobs.held_claim import Claim
from database.storage.steady_clock import elapsed


@dataclass
class _Kept:
    until: float
    is_renewed: bool = True


class InHand:
    """The claims of this process that are not yet done; safe to use from several threads.

    Each is good until its lease ends by the process's own clock, which nobody can set: a process that was
    stopped for longer knows by it, without asking anybody, that others may have its jobs now.
    """

    def __init__(self, clock: Callable[[], float] = elapsed) -> None:
        self._clock = clock
        self._claims: dict[Claim, _Kept] = {}
        self._lock = threading.Lock()

    def add(self, job: ClaimedJob) -> None:
        """It was claimed just now."""
        if job.claim is not None:
            with self._lock:
                self._claims[job.claim] = _Kept(job.until)

    def remove(self, claims: Collection[Claim | None]) -> None:
        """They are done, whatever the end."""
        with self._lock:
            for claim in claims:
                if claim is not None:
                    self._claims.pop(claim, None)

    def let_go(self, claims: Collection[Claim]) -> None:
        """Nobody awaits them any more: each is good for as long as its lease lasts now, and may end."""
        with self._lock:
            for claim in self._claims.keys() & set(claims):
                self._claims[claim].is_renewed = False
            now = self._clock()
            past = [each for each, kept in self._claims.items() if not kept.is_renewed and kept.until <= now]
            for claim in past:
                del self._claims[claim]

    def extend(self, claims: Collection[Claim], until: float) -> None:
        """Their leases were renewed."""
        with self._lock:
            for claim in self._claims.keys() & set(claims):
                kept = self._claims[claim]
                kept.until = max(kept.until, until)

    def is_good(self, claim: Claim | None) -> bool:
        """Whether nobody else can have taken the job yet."""
        with self._lock:
            kept = None if claim is None else self._claims.get(claim)
            return kept is not None and self._clock() < kept.until

    def claims(self) -> list[Claim]:
        """Those whose leases are to be renewed."""
        with self._lock:
            return [claim for claim, kept in self._claims.items() if kept.is_renewed]
