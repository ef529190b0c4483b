"""Holding a job, keeping it, losing it, and what becomes of the jobs of the dead."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from database.errors import JobNotFound, LeaseLost
from database.jobs.attempts import Asker, Evidence, LookTaken, note_look
from database.jobs.claim import ClaimedJob, claim_one, has_work, release, renew, take_over
from database.jobs.moves import load, record
from database.jobs.verdict import Verdict
from database.status import Status
from database.vocabulary import Outcome, Reason
from tests.database.clinic import LEASE, ME, OTHER, Clinic, success

LATER = timedelta(seconds=1)


def die(clinic: Clinic) -> None:
    """Let every lease run out."""
    clinic.clock.now += LEASE + LATER


def bury(clinic: Clinic) -> int:
    """Let every lease run out, and take over."""
    die(clinic)
    return take_over(clinic.database)


def test_a_renewed_lease_is_not_taken_over(clinic: Clinic) -> None:
    job_id = clinic.take(clinic.hand_over())
    for _ in range(5):
        clinic.clock.advance(seconds=50)
        renew(clinic.database, [clinic.held(job_id)], lease=LEASE)
        assert take_over(clinic.database) == 0
    clinic.finish(job_id, success(""))
    assert clinic.status(job_id) == Status.TERKIRIM


def test_a_lease_is_good_up_to_its_last_instant(clinic: Clinic) -> None:
    job_id = clinic.take(clinic.hand_over())
    clinic.clock.now += LEASE
    assert take_over(clinic.database) == 0
    clinic.finish(job_id, success(""))
    assert clinic.status(job_id) == Status.TERKIRIM


def test_only_the_holder_renews(clinic: Clinic) -> None:
    job_id = clinic.take(clinic.hand_over())
    until = clinic.job(job_id).lease_until
    clinic.clock.advance(seconds=5)
    renew(clinic.database, [clinic.held(job_id, OTHER)], lease=LEASE)
    renew(clinic.database, [], lease=LEASE)
    assert clinic.job(job_id).lease_until == until


def test_renewing_what_is_no_longer_in_hand_changes_nothing(clinic: Clinic) -> None:
    job_id = clinic.bring_to(clinic.hand_over(), Status.GAGAL)
    renew(clinic.database, [clinic.held(job_id), clinic.held(99)], lease=LEASE)
    assert clinic.job(job_id).lease_until is None


def test_a_job_of_the_dead_whose_request_never_left_waits_again(clinic: Clinic) -> None:
    job_id = clinic.take(clinic.hand_over())
    die(clinic)
    assert has_work(clinic.database)
    assert take_over(clinic.database) == 1
    job = clinic.job(job_id)
    assert (job.status, job.attempts, job.lease_owner, job.lease_until) == (Status.MENUNGGU, 0, None, None)
    assert clinic.attempts(job_id) == []
    assert clinic.claim(owner=OTHER) == [job_id]


def test_a_job_of_the_dead_whose_request_left_is_uncertain(clinic: Clinic) -> None:
    job_id = clinic.take(clinic.hand_over())
    clinic.leave(job_id)
    die(clinic)
    assert take_over(clinic.database) == 1
    job = clinic.job(job_id)
    assert (job.status, job.attempts) == (Status.TIDAK_PASTI, 1)
    assert job.message
    (attempt,) = clinic.attempts(job_id)
    assert (attempt.outcome, attempt.finished_at) == (Outcome.WORKER_DIED, clinic.clock.now)
    assert clinic.claim(owner=OTHER) == [job_id]
    assert load(clinic.database, clinic.held(job_id, OTHER)).uncertain


# how the newest attempt ended before the holder died without another, and what the job becomes
ENDED = (
    ("unknown", Status.TIDAK_PASTI),
    ("already-there", Status.TIDAK_PASTI),
    ("look-failed", Status.TIDAK_PASTI),
    (Outcome.WORKER_DIED, Status.TIDAK_PASTI),
    ("not-sent", Status.MENUNGGU),
    ("temporary", Status.MENUNGGU),
    (Outcome.ABSENT, Status.MENUNGGU),
)


@pytest.mark.parametrize(("outcome", "status"), ENDED)
def test_what_the_history_leaves_open_stays_uncertain_when_the_holder_dies(
    clinic: Clinic, outcome: str, status: Status
) -> None:
    job_id = clinic.take(clinic.hand_over())
    record(clinic.database, clinic.held(job_id), attempt=clinic.leave(job_id), evidence=Evidence(outcome))
    die(clinic)
    take_over(clinic.database)
    assert (clinic.status(job_id), clinic.job(job_id).attempts) == (status, 0)


def test_a_job_is_taken_over_once(clinic: Clinic) -> None:
    clinic.leave(clinic.take(clinic.hand_over()))
    die(clinic)
    assert [take_over(clinic.database) for _ in range(2)] == [1, 0]


def test_a_job_that_kills_its_holders_is_seen_as_repeated(clinic: Clinic) -> None:
    job_id = clinic.hand_over()
    for _ in range(2):
        clinic.leave(clinic.take(job_id))
        die(clinic)
        take_over(clinic.database)
    assert [attempt.number for attempt in clinic.attempts(job_id)] == [1, 2]
    assert load(clinic.database, clinic.held(clinic.take(job_id))).repeated


# what one who lost his lease may still try
LATE: tuple[Callable[[Clinic, int, int], object], ...] = (
    lambda clinic, job_id, attempt: clinic.finish(job_id, success(""), attempt=attempt),
    lambda clinic, job_id, _: clinic.finish(job_id, Verdict(Status.GAGAL, Reason.REFUSED, "x")),
    lambda clinic, job_id, _: clinic.leave(job_id),
    lambda clinic, job_id, attempt: record(
        clinic.database, clinic.held(job_id), attempt=attempt, evidence=Evidence(Outcome.UNKNOWN)
    ),
    lambda clinic, job_id, _: note_look(
        clinic.database, clinic.held(job_id), LookTaken({}, Outcome.ABSENT, Asker())
    ),
    lambda clinic, job_id, _: load(clinic.database, clinic.held(job_id)),
)


def bury_and_take_without_noting(clinic: Clinic, job_id: int) -> None:
    """The same process claims it once more; its stale claim is still in somebody's hands there."""
    bury(clinic)
    assert isinstance(claim_one(clinic.database, job_id, owner=ME, lease=LEASE), ClaimedJob)


# what happened meanwhile
MEANWHILE: tuple[Callable[[Clinic, int], object], ...] = (
    lambda clinic, _: bury(clinic),
    lambda clinic, job_id: (bury(clinic), clinic.take(job_id, OTHER)),
    bury_and_take_without_noting,
)


@pytest.mark.parametrize("late", LATE, ids=["finish", "fail", "open", "record", "look", "load"])
@pytest.mark.parametrize("meanwhile", MEANWHILE, ids=["taken over", "in other hands", "claimed anew"])
def test_one_who_lost_the_lease_changes_nothing(
    clinic: Clinic, late: Callable[..., object], meanwhile: Callable[..., object]
) -> None:
    job_id = clinic.take(clinic.hand_over())
    attempt = clinic.leave(job_id)
    meanwhile(clinic, job_id)
    before = (columns(clinic.job(job_id)), [columns(row) for row in clinic.attempts(job_id)])
    with pytest.raises(LeaseLost):
        late(clinic, job_id, attempt)
    assert (columns(clinic.job(job_id)), [columns(row) for row in clinic.attempts(job_id)]) == before


ENDS = ((success(""), Status.TERKIRIM), (Verdict(Status.GAGAL, Reason.REFUSED, "x"), Status.GAGAL))


@pytest.mark.parametrize(("verdict", "status"), ENDS, ids=["success", "refusal"])
def test_an_answer_counts_whatever_the_time_while_nobody_took_the_job(
    clinic: Clinic, verdict: Verdict, status: Status
) -> None:
    job_id = clinic.take(clinic.hand_over())
    attempt = clinic.leave(job_id)
    clinic.clock.advance(seconds=120)
    clinic.finish(job_id, verdict, attempt=attempt)
    assert (clinic.status(job_id), clinic.attempts(job_id)[0].outcome) == (status, "rejected")


def test_a_lease_that_ran_out_is_renewed_while_nobody_took_the_job(clinic: Clinic) -> None:
    job_id = clinic.take(clinic.hand_over())
    die(clinic)
    assert renew(clinic.database, [clinic.held(job_id)], lease=LEASE) == {clinic.held(job_id)}
    assert take_over(clinic.database) == 0
    bury(clinic)
    assert renew(clinic.database, [clinic.held(job_id)], lease=LEASE) == set()


def test_each_claim_of_a_job_has_a_greater_number(clinic: Clinic) -> None:
    job_id = clinic.hand_over()
    numbers = []
    for owner in (ME, OTHER, ME):
        clinic.take(job_id, owner)
        numbers.append(clinic.held(job_id, owner).token)
        bury(clinic)
    clinic.claim()
    assert [*numbers, clinic.held(job_id).token] == [1, 2, 3, 4]


def columns(row: object) -> dict[str, object]:
    return {name: value for name, value in vars(row).items() if not name.startswith("_")}


def test_finishing_a_job_that_does_not_exist_says_so(clinic: Clinic) -> None:
    with pytest.raises(JobNotFound):
        clinic.finish(99, success(""))


def test_a_released_job_waits_again_at_once(clinic: Clinic) -> None:
    begun, not_begun = (clinic.take(clinic.hand_over(norm=norm)) for norm in ("RM-1", "RM-2"))
    clinic.leave(begun)
    release(clinic.database, [clinic.held(each, OTHER) for each in (begun, not_begun, 99)])
    assert clinic.status(not_begun) == Status.PROSES
    release(clinic.database, [clinic.held(begun), clinic.held(not_begun)])
    assert (clinic.status(begun), clinic.status(not_begun)) == (Status.TIDAK_PASTI, Status.MENUNGGU)
    release(clinic.database, [])


def test_opening_an_attempt_renews_the_lease(clinic: Clinic) -> None:
    job_id = clinic.take(clinic.hand_over())
    clinic.clock.advance(seconds=55)
    clinic.leave(job_id)
    assert clinic.job(job_id).lease_until == clinic.clock.now + LEASE
