"""A burst of work: claim, submit, wait for room, claim again, until nothing is due or comes for a while."""

import time
from collections.abc import Callable, Collection
from queue import Empty, Queue

from prefect.client.schemas import State
from prefect.futures import PrefectFuture

from database.jobs.claim import ClaimedJob, claim, claim_unseen, has_work, release, senders, take_over
from database.jobs.held_claim import Claim
from database.services.clinic_service import ClinicService
from database.services.stopped_services import held_services
from flows.turns import Turns
from tasks.clinics import UnknownClinic
from tasks.composition import Composition
from tasks.dispatch.lease_keeper import keep_leases
from tasks.jobs import submit

# A burst ends after this much, so that what Prefect has not yet sent of its events stays small. All processes
# that send share it, for their events meet in the one queue of Prefect's server.
MOST_JOBS = 1_000
MOST_SECONDS = 300.0
# A burst that is given a way to wait for work stays open for so long after the last: the next job leaves
# without the start of a flow run before it.
OPEN_SECONDS = 60.0
# After a claim that found nothing, while jobs are in flight (one of them may set another free).
PAUSE_SECONDS = 0.05


class Burst:
    """One run's work, at most `concurrency` requests in flight, never more than twice that in hand.

    `await_work` returns when there may be something to do; without it the burst ends when nothing is due.
    """

    def __init__(
        self,
        at: Composition,
        *,
        concurrency: int,
        once: bool = False,
        await_work: Callable[[], None] | None = None,
    ) -> None:
        self.at = at
        self.concurrency = concurrency
        share = MOST_JOBS // senders(at.database, beside=at.owner)
        self.most_jobs = 2 * concurrency if once else max(share, concurrency)
        self.job_ids: list[int] = []
        self._once = once
        self._await_work = await_work
        self.shown = 0  # runs that were given to jobs only so that they are seen
        self._mine: set[Claim] = set()
        # Keyed by task run: a job that is due again may be in flight while its earlier run has not ended yet.
        self._turns = Turns(concurrency, known=2 * len(at.clinics.names), room=at.clinics.room)
        self._finished: Queue[PrefectFuture[State[None]]] = Queue()
        self._something_failed = False
        self._claims_again_at = 0.0
        self._ends_at = time.monotonic() + MOST_SECONDS

    def work(self) -> None:
        """Until nothing is due or comes, it is big enough, or a shutdown is asked for.

        Raises DatabaseError.
        """
        try:
            with keep_leases(self.at):
                try:
                    take_over(self.at.database)
                    self._do_what_is_due()
                    while self._something_comes():
                        self._do_what_is_due()
                finally:
                    self._give_back(self._turns.waiting)
        finally:
            # Of a burst that broke off nobody awaits what is on its way: its leases must end.
            self.at.in_hand.let_go(self._mine)

    def _do_what_is_due(self) -> None:
        self._submit()  # what was claimed while nothing else was due leaves before another question
        while self._claim() or self._show_unseen() or self._has_more():
            self._submit()
            self._await_one()

    def _something_comes(self) -> bool:
        """Wait for more while the run stays open; False when it is to end."""
        if self._await_work is None:
            return False
        until = time.monotonic() + OPEN_SECONDS
        while time.monotonic() < until and not self._claims_no_more():
            self._await_work()
            if self._claim():  # before any other question, for somebody just handed it over
                return True
            if has_work(self.at.database, self.at.clinics.room):
                take_over(self.at.database)
                return not self.at.stop.is_set()
        return False

    def _has_more(self) -> bool:
        """Whether something is on its way, or waits to be; after a shutdown only the former counts."""
        waits = bool(self._turns.waiting) and not self.at.stop.is_set()
        return bool(self._turns.on_the_way) or waits

    def _claim(self) -> bool:
        """Fill up what is in hand; True when something was claimed."""
        resting = self._turns.on_the_way and time.monotonic() < self._claims_again_at
        if self._claims_no_more() or resting:
            return False
        claimed = self._claim_some()
        for job in claimed:
            self.at.in_hand.add(job)
        self._mine.update(job.claim for job in claimed if job.claim is not None)
        self._turns.wait(claimed)
        self._claims_again_at = time.monotonic() + (0 if claimed else PAUSE_SECONDS)
        return bool(claimed)

    def _show_unseen(self) -> bool:
        """When nothing is due, give a run to the jobs that Prefect would otherwise never show."""
        if self._has_more() or self.at.stop.is_set() or self.shown >= MOST_JOBS:
            return False
        unseen = claim_unseen(self.at.database, limit=MOST_JOBS - self.shown)
        self._turns.wait(unseen)
        self.shown += len(unseen)
        return bool(unseen)

    def _claim_some(self) -> list[ClaimedJob]:
        held = self._turns.held()
        if held > self.concurrency:
            return []  # claim in few big bites, not one job at a time
        return claim(
            self.at.database,
            owner=self.at.owner,
            limit=min(2 * self.concurrency - held, self._most() - self._taken()),
            lease=self.at.settings.lease,
            room=self._room,
            limit_of=self._turns.limit_of,
        )

    def _room(self, service: ClinicService, in_hand: int) -> int:
        if self._is_big_enough() and self._turns.is_slow(service):
            return 0
        return self._turns.room(service, in_hand)

    def _claims_no_more(self) -> bool:
        """Big enough it ends; but while slow answers are awaited, the quick services' jobs go on leaving."""
        ends = self._is_big_enough() and (self._once or not self._turns.any_slow_on_the_way())
        return self.at.stop.is_set() or ends or self._taken() >= self._most()

    def _is_big_enough(self) -> bool:
        return self._taken() >= self.most_jobs or time.monotonic() > self._ends_at

    def _most(self) -> int:
        return self.most_jobs if self._once else 2 * self.most_jobs

    def _taken(self) -> int:
        return len(self.job_ids) + len(self._turns.waiting)

    def _submit(self) -> None:
        if self._something_failed:
            self._hold_back()
        while not self.at.stop.is_set() and (job := self._turns.take()) is not None:
            if job.claim is not None and not self.at.in_hand.is_good(job.claim):
                self._give_back([job])  # this process was stopped for longer than its lease
                continue
            if job.claim is not None:
                self.job_ids.append(job.id)
            future = submit(job)
            self._turns.left(future.task_run_id, job)
            future.add_done_callback(self._finished.put)

    def _await_one(self) -> None:
        """Wait for the next end, but not so long that a claim which is due is missed."""
        if not self._turns.on_the_way:
            return
        try:
            self._settle(self._finished.get(timeout=PAUSE_SECONDS))
            while True:
                self._settle(self._finished.get_nowait())
        except Empty:
            return

    def _settle(self, future: PrefectFuture[State[None]]) -> None:
        future.wait()  # it has ended; without this its state would be asked of Prefect's server
        run_id, state = future.task_run_id, future.state
        doubted = self._was_doubted(self._turns.job(run_id), since=self._turns.left_at(run_id))
        answered = state.is_completed() or (state.is_failed() and not doubted)
        job = self._turns.ended(run_id, answered=answered, doubted=doubted)
        self.at.in_hand.remove([job.claim])
        self._something_failed |= not state.is_completed()

    def _was_doubted(self, job: ClaimedJob, *, since: float) -> bool:
        """Whether the job's service was asked, while it was on its way, if it is well."""
        try:
            return self.at.harmless_reads.asked_since(job.faskes, job.jenis.service, since)
        except UnknownClinic:
            return True

    def _hold_back(self) -> None:
        """Give back what waits for a service or jenis that does not flow now: it must not be burnt on it."""
        self._something_failed = False
        held = held_services(self.at.database)
        self._give_back([job for job in self._turns.waiting if _names(job) & held])

    def _give_back(self, jobs: Collection[ClaimedJob]) -> None:
        """What was claimed but never submitted goes back at once instead of after its lease."""
        claims = [job.claim for job in jobs if job.claim is not None]
        self.at.in_hand.remove(claims)
        self._turns.drop(jobs)
        release(self.at.database, claims)


def _names(job: ClaimedJob) -> set[ClinicService]:
    """The service and the jenis by which a job may be held."""
    return {job.clinic_service, job.clinic_service._replace(jenis=job.jenis.value)}
