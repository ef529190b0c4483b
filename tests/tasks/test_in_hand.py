"""What is in this process's hands is kept there for as long as any of its runs goes on."""

from tasks.lease_keeper import InHand


def test_a_job_that_is_claimed_twice_is_kept_until_both_are_done() -> None:
    hands = InHand()
    for job_id in (7, 7, 3):
        hands.add(job_id)
    hands.remove(7)
    assert hands.ids() == [3, 7]
    hands.remove(7)
    assert hands.ids() == [3]


def test_what_was_never_claimed_is_not_owed() -> None:
    hands = InHand()
    hands.remove(7)
    hands.add(7)
    assert hands.ids() == [7]
