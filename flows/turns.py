"""Says which jobs may leave now: a newcomer alone, and what is slow within its share of the slots."""

import time
from collections.abc import Callable, Collection
from dataclasses import dataclass
from uuid import UUID

from bpjs_client.jenis import Jenis
from database.jobs.claim import ClaimedJob
from database.jobs.fair_shares import Limit, Room
from database.services.clinic_service import ClinicService

# A service whose answers take longer is slow; a neighbour's job must leave within two seconds.
SLOW_SECONDS = 1.5


@dataclass(frozen=True)
class _Left:
    """A job on its way, since a time of the monotonic clock."""

    job: ClaimedJob
    at: float


class Turns:
    """One burst's slots, `slots` in all. Not thread-safe.

    A service, and each jenis of it, is entered by one job alone until BPJS has answered: a wrong credential
    or an endpoint that is not granted must not burn twenty requests. Slow services leave slots free for as
    many of the `known` services as are not slow, up to half of all.
    """

    def __init__(
        self, slots: int, *, known: int, room: Room, clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._slots = slots
        self._known = known
        self._room = room
        self._clock = clock
        self._waiting: list[ClaimedJob] = []
        self._left: dict[UUID, _Left] = {}
        self._entered: set[tuple[ClinicService, Jenis]] = set()
        self._last_was_slow: dict[ClinicService, bool] = {}

    def wait(self, jobs: Collection[ClaimedJob]) -> None:
        """Claimed; they wait for their turn in this order."""
        self._waiting.extend(jobs)

    @property
    def waiting(self) -> list[ClaimedJob]:
        """Claimed and not on their way, in the order of claiming."""
        return list(self._waiting)

    @property
    def on_the_way(self) -> int:
        """The number of jobs that have left and not ended."""
        return len(self._left)

    def drop(self, jobs: Collection[ClaimedJob]) -> None:
        """They are given back."""
        dropped = {id(job) for job in jobs}
        self._waiting = [job for job in self._waiting if id(job) not in dropped]

    def take(self) -> ClaimedJob | None:
        """The next whose turn it is; the caller sends it and calls `left`. None: nobody's."""
        if len(self._left) >= self._slots:
            return None
        slow, share = self._slow(), self.slow_share()
        slow_ones = self._of(slow)
        for job in self._waiting:
            if job.clinic_service not in slow or slow_ones < share:
                self._waiting.remove(job)
                return job
        return None

    def left(self, run_id: UUID, job: ClaimedJob) -> None:
        """It is on its way."""
        self._left[run_id] = _Left(job, self._clock())

    def job(self, run_id: UUID) -> ClaimedJob:
        """The job that a run sends."""
        return self._left[run_id].job

    def left_at(self, run_id: UUID) -> float:
        """Since when it is on its way."""
        return self._left[run_id].at

    def ended(self, run_id: UUID, *, answered: bool, doubted: bool) -> ClaimedJob:
        """It has ended. `doubted`: its service was asked; unanswered, its jenis goes one by one again."""
        left = self._left.pop(run_id)
        service = left.job.clinic_service
        self._last_was_slow[service] = self._clock() - left.at > SLOW_SECONDS
        if answered:
            self._entered.add((service, left.job.jenis))
        elif doubted:
            self._entered.discard((service, left.job.jenis))
        return left.job

    def held(self) -> int:
        """The number of quick ones in hand."""
        slow = self._slow()
        jobs = [*self._waiting, *(left.job for left in self._left.values())]
        return sum(job.clinic_service not in slow for job in jobs)

    def room(self, service: ClinicService, in_hand: int) -> int:
        """For a claim: how many more of a service's jobs may be taken in hand."""
        if not any(entered == service for entered, _ in self._entered):
            return 1 - self._in_hand(service)
        room = self._room(service, in_hand)
        slow = self._slow()
        if service not in slow:
            return room
        return min(room, self.slow_share() - sum(self._in_hand(each) for each in slow))

    def limit_of(self, clinic_service: ClinicService) -> Limit:
        """For a claim: the jenis that nobody has entered yet."""
        new = [
            jenis
            for jenis in Jenis
            if jenis.service == clinic_service.service and (clinic_service, jenis) not in self._entered
        ]
        busy = {job.jenis for job in self._all() if job.clinic_service == clinic_service}
        return Limit(
            never=frozenset(jenis.value for jenis in new if jenis in busy),
            alone=frozenset(jenis.value for jenis in new if jenis not in busy),
        )

    def slow_share(self) -> int:
        """The number of slots that slow services may take together."""
        slow = len(self._slow())
        known = max(self._known, len({job.clinic_service for job in self._all()} | set(self._last_was_slow)))
        return self._slots - max(0, min(self._slots // 2, known - slow))

    def is_slow(self, service: ClinicService) -> bool:
        """Whether its last answer took long, or one on its way does."""
        return service in self._slow()

    def any_slow_on_the_way(self) -> bool:
        """Whether something will take long to end."""
        return self._of(self._slow()) > 0

    def _slow(self) -> set[ClinicService]:
        now = self._clock()
        late = {left.job.clinic_service for left in self._left.values() if now - left.at > SLOW_SECONDS}
        return late | {service for service, was_slow in self._last_was_slow.items() if was_slow}

    def _of(self, services: Collection[ClinicService]) -> int:
        return sum(left.job.clinic_service in services for left in self._left.values())

    def _in_hand(self, service: ClinicService) -> int:
        return sum(job.clinic_service == service for job in self._all())

    def _all(self) -> list[ClaimedJob]:
        return [*self._waiting, *(left.job for left in self._left.values())]
