"""What is in this process's hands is kept there for as long as its lease lasts, and not a moment longer."""

import pytest

from bpjs_client.jenis import Jenis
from database.jobs.claim import ClaimedJob
from database.jobs.held_claim import Claim
from tasks.delivery.in_hand import InHand


def claimed(job_id: int, token: int = 1, *, until: float = 60.0) -> ClaimedJob:
    claim = Claim(job_id, "saya", token)
    return ClaimedJob(job_id, "utama", Jenis.TAMBAH_ANTREAN, "RM-1", "P", claim, until)


def test_a_job_that_is_claimed_anew_is_kept_until_both_claims_are_done() -> None:
    hands = InHand()
    first, second, other = claimed(7), claimed(7, 2), claimed(3)
    for job in (first, second, other):
        hands.add(job)
    hands.remove([first.claim])
    assert hands.claims() == [second.claim, other.claim]
    hands.remove([second.claim])
    assert hands.claims() == [other.claim]


def test_what_was_never_claimed_is_not_owed() -> None:
    hands = InHand()
    hands.remove([claimed(7).claim, None])
    hands.add(ClaimedJob(7, "utama", Jenis.TAMBAH_ANTREAN, "RM-1", "P"))  # only to be seen
    assert hands.claims() == []


@pytest.mark.parametrize(("now", "good"), [(59.9, True), (60.0, False), (3600.0, False)])
def test_a_claim_is_good_until_its_lease_ends_by_our_own_clock(now: float, good: bool) -> None:
    hands = InHand(lambda: now)
    hands.add(job := claimed(7))
    assert hands.is_good(job.claim) is good
    assert not hands.is_good(claimed(7, 2).claim)
    assert not hands.is_good(None)


def test_a_renewed_lease_makes_a_claim_good_again_and_never_shorter() -> None:
    hands = InHand(lambda: 70.0)
    hands.add(job := claimed(7))
    hands.extend([Claim(7, "saya", 1), Claim(9, "saya", 1)], 80.0)
    hands.extend([Claim(7, "saya", 1)], 65.0)
    assert hands.is_good(job.claim)
    assert hands.claims() == [job.claim]


def test_what_nobody_awaits_any_more_may_end_but_is_not_kept() -> None:
    now = [0.0]
    hands = InHand(lambda: now[0])
    hands.add(job := claimed(7))
    hands.let_go([claimed(7).claim, claimed(9).claim])  # type: ignore[list-item]
    assert (hands.claims(), hands.is_good(job.claim)) == ([], True)
    now[0] = 60.0
    hands.let_go([])
    assert not hands.is_good(job.claim)
    hands.extend([job.claim], 90.0)  # type: ignore[list-item]
    assert not hands.is_good(job.claim)
