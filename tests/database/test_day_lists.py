"""Numbers of a day and the lists behind them, from one question."""

import pytest
from sqlalchemy import event

from bpjs_client.jenis import Jenis
from database.status import CARDS, Status
from database.views.day_lists import day_lists
from tests.database.clinic import Clinic, FakeClock


@pytest.fixture
def day(clinic: Clinic, clock: FakeClock) -> Clinic:
    """Yesterday's job; today three that wait and one that was closed."""
    clinic.hand_over(norm="RM-0")
    clock.advance(days=1)
    for number in range(1, 4):
        clinic.hand_over(norm=f"RM-{number}")
    clinic.bring_to(clinic.hand_over(norm="RM-4"), Status.DITUTUP)
    return clinic


def test_a_number_counts_what_its_list_holds(day: Clinic) -> None:
    found = day_lists(day.database, most=10)
    for card in CARDS:
        for jenis in (None, *Jenis):
            assert found.count(card, jenis) == len(found.listed(card, jenis))
    assert found.count("total") == found.count("menunggu", Jenis.TAMBAH_ANTREAN) == 3
    assert [job.norm for job in found.listed("total")] == ["RM-3", "RM-2", "RM-1"]


def test_a_long_list_holds_the_newest_and_its_number_counts_all(day: Clinic) -> None:
    found = day_lists(day.database, most=2)
    assert found.count("menunggu") == 3
    assert [job.norm for job in found.listed("menunggu")] == ["RM-3", "RM-2"]


def test_it_says_what_a_job_waits_for_and_reads_no_body(day: Clinic) -> None:
    asked: list[str] = []
    engine = day.database.engine
    event.listen(engine, "before_cursor_execute", lambda *call: asked.append(str(call[2])))
    (first, *_) = day_lists(day.database, most=10).listed("menunggu")
    assert first.message == ""
    assert not any("jobs.body" in question for question in asked)
