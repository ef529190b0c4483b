"""When a service was down is written down as it happens, without gaps or overlaps."""

from datetime import timedelta

import pytest

from bpjs_client.jenis import Service
from database.services.clinic_service import ClinicService
from database.services.evidence import Heard, note
from database.services.harmless_read import Answer, Reading, judge
from database.services.outages import outages
from database.services.pauses import pause, resume
from database.services.probes import probe_failed, try_again
from tests.database.clinic import MORNING, Clinic

DOWN, WELL = Heard("PCare tidak menjawab"), Heard(None)
MINUTE = timedelta(minutes=1)


def goes_down(clinic: Clinic) -> None:
    judge(clinic.database, "utama", Service.PCARE, Reading(Answer.FAILED, "diam"), probes=[MINUTE])


def hear(clinic: Clinic, heard: Heard) -> None:
    with clinic.database.write() as session:
        note(session, ClinicService("utama", "pcare", "tambah-pendaftaran"), 1, heard, clinic.clock())


def told(clinic: Clinic) -> list[tuple[str, float, float]]:
    """State, and begin and end in minutes after the morning began."""
    found = outages(clinic.database, MORNING, clinic.clock())
    return [
        (each.state, (each.began_at - MORNING) / MINUTE, (each.ended_at - MORNING) / MINUTE) for each in found
    ]


def test_an_outage_lasts_from_the_failure_that_opened_to_the_answer_that_closed(clinic: Clinic) -> None:
    hear(clinic, DOWN)
    assert told(clinic) == []
    clinic.clock.advance(minutes=5)
    goes_down(clinic)
    clinic.clock.advance(minutes=5)
    probe_failed(clinic.database, "utama", Service.PCARE, "masih diam", probes=[MINUTE])
    assert told(clinic) == [("open", 5, 10)]  # so far
    clinic.clock.advance(minutes=5)
    try_again(clinic.database, ClinicService("utama", "pcare"))
    clinic.clock.advance(minutes=60)
    hear(clinic, WELL)
    assert told(clinic) == [("open", 5, 15)]


def test_a_failure_of_the_job_let_through_goes_on_with_the_same_outage(clinic: Clinic) -> None:
    clinic.hand_over("tambah-pendaftaran")
    goes_down(clinic)
    clinic.clock.advance(minutes=5)
    try_again(clinic.database, ClinicService("utama", "pcare"))  # half-open: a job waits
    goes_down(clinic)
    clinic.clock.advance(minutes=5)
    hear(clinic, WELL)
    assert told(clinic) == [("open", 0, 10)]


def test_a_pause_follows_an_outage_without_overlap(clinic: Clinic) -> None:
    goes_down(clinic)
    clinic.clock.advance(minutes=5)
    pause(clinic.database, "utama", Service.PCARE, "Kata sandi ditolak.", mark="tanda")
    clinic.clock.advance(minutes=5)
    resume(clinic.database, "utama", Service.PCARE)
    clinic.clock.advance(minutes=5)
    assert told(clinic) == [("open", 0, 5), ("paused", 5, 10)]


@pytest.mark.parametrize(
    ("since", "until", "hours"), [(-5, 20, 10 / 60), (3, 7, 4 / 60), (0, 3, 3 / 60), (10, 20, 0)]
)
def test_only_the_part_within_the_time_asked_for_counts(
    clinic: Clinic, since: int, until: int, hours: float
) -> None:
    goes_down(clinic)
    clinic.clock.advance(minutes=10)
    resume(clinic.database, "utama", Service.PCARE)
    first = MORNING + since * MINUTE
    found = outages(clinic.database, first, MORNING + until * MINUTE, only=["utama"])
    assert sum(each.hours for each in found) == pytest.approx(hours)
    assert outages(clinic.database, first, MORNING + until * MINUTE, only=["lain"]) == []
