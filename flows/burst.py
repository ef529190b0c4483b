"""A burst of work: claim, submit, wait for room, claim again, until nothing is due."""

import time
from collections import deque
from queue import Empty, Queue
from uuid import UUID

from prefect.client.schemas import State
from prefect.futures import PrefectFuture

from database.claim import CLOSED_DOORS, ClaimedJob, claim, claim_unseen, release, senders, take_over
from database.doors import Door
from database.services import closed_doors
from tasks.composition import Composition
from tasks.jobs import named_task
from tasks.lease_keeper import InHand, keep_leases

# A burst ends after this much, so that what Prefect has not yet sent of its events stays small. All processes
# that send share it, for their events meet in the one queue of Prefect's server.
MOST_JOBS = 1_000
MOST_SECONDS = 300.0
# After a claim that found nothing, while jobs are in flight (one of them may set another free).
PAUSE_SECONDS = 0.05


class Burst:
    """One run's work, at most `concurrency` requests in flight, never more than twice that in hand."""

    def __init__(self, at: Composition, *, concurrency: int, once: bool = False) -> None:
        self.at = at
        self.concurrency = concurrency
        share = MOST_JOBS // senders(at.database, beside=at.owner)
        self.most_jobs = 2 * concurrency if once else max(share, concurrency)
        self.job_ids: list[int] = []
        self._unseen: set[int] = set()  # jobs that get a run only so that they are seen
        self._in_hand = InHand()
        self._backlog: deque[ClaimedJob] = deque()
        # By run and not by job: one that is due again is in flight beside its former run, which ends late.
        self._in_flight: dict[UUID, ClaimedJob] = {}
        self._finished: Queue[PrefectFuture[State[None]]] = Queue()
        self._entered: set[Door] = set()
        self._something_failed = False
        self._claims_again_at = 0.0
        self._ends_at = time.monotonic() + MOST_SECONDS

    @property
    def shown(self) -> int:
        """How many runs were given to jobs only so that they are seen."""
        return len(self._unseen)

    def work(self) -> None:
        """Until nothing is due, the burst is big enough, or a shutdown is asked for. Raises DatabaseError."""
        with keep_leases(self.at, self._in_hand):
            try:
                take_over(self.at.database)
                while self._claim() or self._show_unseen() or self._has_more():
                    self._submit()
                    self._await_one()
            finally:
                self._give_back(list(self._backlog))

    def _has_more(self) -> bool:
        """Whether something is on its way, or waits to be; after a shutdown only the former counts."""
        return bool(self._in_flight) or (bool(self._backlog) and not self.at.stop.is_set())

    def _claim(self) -> bool:
        """Fill up what is in hand; True when something was claimed."""
        resting = self._in_flight and time.monotonic() < self._claims_again_at
        if self._claims_no_more() or resting:
            return False
        claimed = self._claim_some()
        for job in claimed:
            self._in_hand.add(job.id)
            if job.fresh is not None:
                self.at.fresh[job.id] = job.fresh
        self._backlog.extend(claimed)
        self._claims_again_at = time.monotonic() + (0 if claimed else PAUSE_SECONDS)
        return bool(claimed)

    def _show_unseen(self) -> bool:
        """At the end, give a run to the jobs that Prefect would otherwise never show."""
        if self._backlog or self._in_flight or self.at.stop.is_set() or self._unseen:
            return False
        unseen = claim_unseen(self.at.database, limit=MOST_JOBS)
        self._backlog.extend(unseen)
        self._unseen = {job.id for job in unseen}
        return bool(unseen)

    def _claim_some(self) -> list[ClaimedJob]:
        held = len(self._backlog) + len(self._in_flight)
        if held > self.concurrency:
            return []  # claim in few big bites, not one job at a time
        limit = min(2 * self.concurrency - held, self.most_jobs - self._taken())
        lease = self.at.settings.lease
        return claim(self.at.database, owner=self.at.owner, limit=limit, lease=lease, room=self._room)

    def _room(self, door: Door, in_hand: int) -> int:
        """One alone until the service has answered: a wrong credential must not burn twenty requests."""
        if door in self._entered:
            return self.at.clinics.room(door, in_hand)
        held = sum(_door(job) == door for job in self._backlog)
        return 1 - held - sum(_door(job) == door for job in self._in_flight.values())

    def _claims_no_more(self) -> bool:
        big_enough = self._taken() >= self.most_jobs or time.monotonic() > self._ends_at
        return self.at.stop.is_set() or big_enough

    def _taken(self) -> int:
        return len(self.job_ids) + len(self._backlog)

    def _submit(self) -> None:
        if self._something_failed:
            self._hold_back()
        while self._backlog and len(self._in_flight) < self.concurrency and not self.at.stop.is_set():
            job = self._backlog.popleft()
            if job.id not in self._unseen:
                self.job_ids.append(job.id)
            future = named_task(job).submit(job.id)
            self._in_flight[future.task_run_id] = job
            future.add_done_callback(self._finished.put)

    def _await_one(self) -> None:
        """Wait for the next end, but not so long that a claim which is due is missed."""
        if not self._in_flight:
            return
        try:
            self._settle(self._finished.get(timeout=PAUSE_SECONDS))
            while True:
                self._settle(self._finished.get_nowait())
        except Empty:
            return

    def _settle(self, future: PrefectFuture[State[None]]) -> None:
        job = self._in_flight.pop(future.task_run_id)
        future.wait()  # it has ended; without this its state would be asked of Prefect's server
        self._in_hand.remove(job.id)
        self._entered.add(_door(job))
        self._something_failed |= not future.state.is_completed()

    def _hold_back(self) -> None:
        """Give back what waits for a service that was found down or paused: it must not be burnt on it."""
        self._something_failed = False
        doors = closed_doors(self.at.database)
        shut = {Door(door.faskes, door.service) for door in doors if door.state in CLOSED_DOORS}
        self._give_back([job for job in self._backlog if _door(job) in shut])

    def _give_back(self, jobs: list[ClaimedJob]) -> None:
        """What was claimed but never submitted goes back at once instead of after its lease."""
        ids = [job.id for job in jobs]
        release(self.at.database, ids, owner=self.at.owner)
        for job_id in ids:
            self._in_hand.remove(job_id)
            self.at.fresh.pop(job_id, None)
        self._backlog = deque(job for job in self._backlog if job.id not in ids)


def _door(job: ClaimedJob) -> Door:
    return Door(job.faskes, job.jenis.service.value)
