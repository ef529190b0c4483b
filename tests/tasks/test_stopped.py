"""A process that was stopped for longer than its lease: nothing stale leaves, and no clear answer is lost."""

from collections.abc import Callable
from datetime import timedelta

import httpx
import pytest

import tasks.delivery.deliver
from database import Database
from database.jobs.attempts import Asker
from database.jobs.claim import ClaimedJob, claim, claim_one, take_over
from database.storage.server_clock import utc_now
from database.storage.steady_clock import elapsed
from flows.burst import Burst
from tasks.delivery.deliver import deliver
from tasks.delivery.in_hand import InHand
from tests.tasks.desk import Desk, pcare

NO_URUT = {"field": "noUrut", "message": "A7"}
LONG = 3600.0


class Stopped:
    """A desk whose process can be stopped, while time and other processes go on."""

    def __init__(self, database: Database) -> None:
        self.seconds = 0.0
        self.desk = Desk(database, lambda _: pcare(201, "CREATED", NO_URUT))
        self.desk.at.in_hand = InHand(lambda: elapsed() + self.seconds)
        hour = timedelta(seconds=LONG)
        self.others = Database(database.engine, timezone=database.timezone, clock=lambda: utc_now() + hour)

    def stop(self) -> None:
        """For an hour."""
        self.seconds += LONG

    def taken_over(self) -> None:
        self.stop()
        assert take_over(self.others) == 1


@pytest.fixture
def here(database: Database) -> Stopped:
    return Stopped(database)


def after_open_attempt(monkeypatch: pytest.MonkeyPatch, act: Callable[[], None]) -> None:
    real = tasks.delivery.deliver._open_attempt

    def opened(hand: object) -> int:
        number = real(hand)  # type: ignore[arg-type]
        act()
        return number

    monkeypatch.setattr(tasks.delivery.deliver, "_open_attempt", opened)


def test_what_was_held_up_before_its_request_left_does_not_leave(
    here: Stopped, monkeypatch: pytest.MonkeyPatch
) -> None:
    after_open_attempt(monkeypatch, here.stop)
    job_id = here.desk.hand_over("panggil-antrean")
    here.desk.deliver(job_id)
    (attempt,) = here.desk.history(job_id)
    assert here.desk.requests == []
    assert (attempt.outcome, "terhenti" in (attempt.reason or "")) == ("not-sent", True)
    job = here.desk.job(job_id)
    assert (job.status, job.attempts) == ("menunggu", 0)
    assert here.desk.state_of("antrean") is None  # the service is not to blame


def test_what_was_held_up_and_taken_over_does_not_leave_and_says_so(
    here: Stopped, monkeypatch: pytest.MonkeyPatch
) -> None:
    after_open_attempt(monkeypatch, here.taken_over)
    job_id = here.desk.hand_over("panggil-antrean")
    here.desk.deliver(job_id)
    assert here.desk.requests == []
    assert here.desk.outcomes(job_id) == ["worker-died", "late-answer"]
    assert here.desk.job(job_id).status == "menunggu"


def test_an_answer_counts_however_late_while_nobody_took_the_job(here: Stopped) -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        here.stop()
        return pcare(201, "CREATED", NO_URUT)

    here.desk.answer = answer
    job_id = here.desk.hand_over("tambah-pendaftaran")
    here.desk.deliver(job_id)
    assert (here.desk.job(job_id).result, here.desk.outcomes(job_id)) == ({"noUrut": "A7"}, ["success"])


def test_an_answer_that_comes_after_the_take_over_settles_the_job(here: Stopped) -> None:
    def answer(_request: httpx.Request) -> httpx.Response:
        here.taken_over()
        return pcare(201, "CREATED", NO_URUT)

    here.desk.answer = answer
    job_id = here.desk.hand_over("tambah-pendaftaran")
    delivered = here.desk.deliver(job_id)
    job = here.desk.job(job_id)
    assert (delivered.status, job.status, job.result) == ("terkirim", "terkirim", {"noUrut": "A7"})
    assert here.desk.outcomes(job_id) == ["worker-died", "late-answer"]


def test_two_claims_of_one_process_are_told_apart(here: Stopped) -> None:
    """The first run begins only after the job was taken over and claimed anew by the same process."""
    at = here.desk.at
    job_id = here.desk.hand_over("tambah-pendaftaran")
    (first,) = claim(at.database, owner=at.owner, limit=1, lease=at.settings.lease)
    at.in_hand.add(first)
    here.taken_over()
    second = claim_one(at.database, job_id, owner=at.owner, lease=at.settings.lease)
    assert isinstance(second, ClaimedJob)
    here.seconds = 0.0
    at.in_hand.add(second)
    for job, requests in ((first, 0), (second, 1)):
        deliver(job, at, asker=Asker())
        assert len(here.desk.requests) == requests
    assert here.desk.job(job_id).status == "terkirim"


def test_a_burst_drops_what_it_claimed_before_it_was_stopped(here: Stopped) -> None:
    at = here.desk.at
    jobs = [here.desk.hand_over("tambah-antrean", f"RM-{number}") for number in range(3)]
    burst = Burst(at, concurrency=4)
    assert burst._claim()
    here.stop()
    burst._submit()
    assert burst.job_ids == []
    assert at.in_hand.claims() == []
    assert {here.desk.job(job_id).status for job_id in jobs} == {"menunggu"}  # given back at once
