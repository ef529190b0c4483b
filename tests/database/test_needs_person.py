"""What needs a person is told, whatever became of other jobs."""

from database.status import Status
from database.storage.models import Attempt
from database.views.needs_person import needing_somebody
from database.vocabulary import Outcome
from tests.database.clinic import MORNING, Clinic, new_row

LONG_AGO = MORNING


def job_with(clinic: Clinic, status: Status, *outcomes: Outcome) -> int:
    """A job in a chain of its own, whose attempts ended so; its id."""
    mark = f"{clinic.count()}"
    with clinic.database.write() as session:
        job = new_row(status, kunci=f"k{mark}", rantai=f"r{mark}")
        session.add(job)
        session.flush()
        session.add_all(
            Attempt(job_id=job.id, number=number, started_at=LONG_AGO, finished_at=LONG_AGO, outcome=outcome)
            for number, outcome in enumerate(outcomes, start=1)
        )
        return job.id


def test_a_job_uncertain_for_long_is_told_though_another_job_has_a_clear_answer(clinic: Clinic) -> None:
    job_with(clinic, Status.TERKIRIM, Outcome.TEMPORARY, Outcome.TEMPORARY, Outcome.SUCCESS)
    uncertain = job_with(clinic, Status.TIDAK_PASTI, Outcome.UNKNOWN)
    clinic.clock.advance(hours=3)
    assert needing_somebody(clinic.database, limit=9) == [uncertain]


def test_a_job_whose_own_answer_is_clear_since_is_not_told(clinic: Clinic) -> None:
    job_with(clinic, Status.TIDAK_PASTI, Outcome.UNKNOWN, Outcome.REJECTED)
    clinic.clock.advance(hours=3)
    assert needing_somebody(clinic.database, limit=9) == []


def test_failed_jobs_are_told_beside_uncertain_ones_and_no_more_than_asked_for(clinic: Clinic) -> None:
    failed = [job_with(clinic, Status.GAGAL) for _ in range(3)]
    uncertain = job_with(clinic, Status.TIDAK_PASTI, Outcome.UNKNOWN)
    clinic.clock.advance(hours=3)
    assert needing_somebody(clinic.database, limit=9) == [uncertain, *reversed(failed)]
    assert needing_somebody(clinic.database, limit=2) == [uncertain, failed[-1]]
