"""What is claimed, in which order, and what is left alone."""

from datetime import timedelta

import pytest
from sqlalchemy import update

from database import JobNotFound
from database.jobs.claim import (
    ClaimedJob,
    Waiting,
    claim,
    claim_one,
    has_work,
)
from database.jobs.held_claim import Claim
from database.jobs.moves import load
from database.jobs.verdict import Verdict
from database.status import Status
from database.storage.models import Job
from database.vocabulary import Reason
from tests.database.clinic import LEASE, ME, OTHER, Clinic, success


def test_the_oldest_due_goes_first(clinic: Clinic) -> None:
    ids = [clinic.hand_over(norm=f"RM-{number}") for number in range(4)]
    due = dict(zip(ids, (30, 10, 40, 20), strict=True))
    with clinic.database.write() as session:
        for job_id, minutes in due.items():
            at = clinic.clock.now - timedelta(minutes=minutes)
            session.execute(update(Job).where(Job.id == job_id).values(due_at=at))
    assert clinic.claim() == sorted(ids, key=lambda job_id: -due[job_id])


def test_equally_due_jobs_go_in_the_order_they_came(clinic: Clinic) -> None:
    ids = [clinic.hand_over(norm=f"RM-{number}") for number in range(5)]
    assert clinic.claim(limit=2) == ids[:2]
    assert clinic.claim(limit=2) == ids[2:4]
    assert clinic.claim(limit=2) == ids[4:]
    assert clinic.claim(limit=2) == []


@pytest.mark.parametrize("limit", [0, -1])
def test_nothing_is_claimed_for_no_one(clinic: Clinic, limit: int) -> None:
    clinic.hand_over()
    assert clinic.claim(limit=limit) == []


def test_a_claimed_job_says_what_a_run_is_named_by_and_no_more(clinic: Clinic) -> None:
    clinic.hand_over()
    (job,) = claim(clinic.database, owner=ME, limit=1, lease=LEASE)
    assert {name: value for name, value in vars(job).items() if name not in {"fresh", "until"}} == {
        "id": 1,
        "faskes": "utama",
        "jenis": "tambah-antrean",
        "norm": "RM-1",
        "nama_pasien": "Pasien Contoh",
        "claim": Claim(1, ME, 1),
    }
    row = clinic.job(job.id)
    assert (row.lease_owner, row.lease_until) == (ME, clinic.clock.now + LEASE)
    assert "fresh" not in repr(job)


def test_what_was_never_sent_needs_no_second_look_and_the_rest_does(clinic: Clinic) -> None:
    clinic.hand_over("tambah-pendaftaran")
    (job,) = claim(clinic.database, owner=ME, limit=1, lease=LEASE)
    assert job.claim
    assert job.fresh == load(clinic.database, job.claim)

    clinic.finish(
        job.id, Verdict(Status.TIDAK_PASTI, Reason.LOOK_PENDING, "contoh"), attempt=clinic.leave(job.id)
    )
    (again,) = claim(clinic.database, owner=ME, limit=1, lease=LEASE)
    assert again.fresh is None
    clinic.finish(again.id, success("tambah-pendaftaran"))
    clinic.hand_over("hapus-pendaftaran", noUrut=None)
    (deletion,) = claim(clinic.database, owner=ME, limit=1, lease=LEASE)
    assert deletion.fresh is None


def test_a_job_is_not_claimed_before_it_is_due(clinic: Clinic) -> None:
    job_id = clinic.take(clinic.hand_over())
    clinic.finish(job_id, Verdict(Status.MENUNGGU, Reason.BUSY, "nanti", due_in=timedelta(minutes=5)))
    assert (clinic.claim(), has_work(clinic.database)) == ([], False)
    clinic.clock.advance(minutes=5)
    assert has_work(clinic.database)
    assert clinic.claim() == [job_id]


def test_a_person_may_send_a_job_before_it_is_due(clinic: Clinic) -> None:
    job_id = clinic.take(clinic.hand_over())
    clinic.finish(job_id, Verdict(Status.MENUNGGU, Reason.BUSY, "nanti", due_in=timedelta(minutes=5)))
    assert isinstance(claim_one(clinic.database, job_id, owner=ME, lease=LEASE), ClaimedJob)


@pytest.mark.parametrize("status", [Status.TERKIRIM, Status.GAGAL, Status.DITUTUP, Status.PROSES])
def test_what_is_finished_or_in_hand_is_not_claimed(clinic: Clinic, status: Status) -> None:
    job_id = clinic.bring_to(clinic.hand_over(), status)
    assert clinic.claim(owner=OTHER) == []
    answer = claim_one(clinic.database, job_id, owner=OTHER, lease=LEASE)
    assert isinstance(answer, Waiting)
    assert answer.status is status
    assert answer.why


@pytest.mark.parametrize("reason", [None, Reason.NO_ANSWER, Reason.CUT_SHORT])
def test_an_uncertain_job_is_claimed_for_its_read_back_whatever_its_reason(
    clinic: Clinic, reason: Reason | None
) -> None:
    job_id = clinic.take(clinic.hand_over())
    clinic.finish(job_id, Verdict(Status.TIDAK_PASTI, reason, "menunggu jawaban"))
    assert clinic.claim() == [job_id]


def test_an_uncertain_job_that_needs_a_person_is_not_claimed(clinic: Clinic) -> None:
    job_id = clinic.take(clinic.hand_over())
    clinic.finish(job_id, Verdict(Status.TIDAK_PASTI, Reason.NEEDS_PERSON, "periksa di PCare"))
    assert clinic.claim() == []
    answer = claim_one(clinic.database, job_id, owner=ME, lease=LEASE)
    assert answer == Waiting(Status.TIDAK_PASTI, "periksa di PCare")


def test_claiming_a_job_that_does_not_exist_says_so(clinic: Clinic) -> None:
    with pytest.raises(JobNotFound, match="Pekerjaan 99 tidak ada"):
        claim_one(clinic.database, 99, owner=ME, lease=LEASE)


def test_one_service_can_be_claimed_alone(clinic: Clinic) -> None:
    queue, registration = clinic.hand_over("tambah-antrean"), clinic.hand_over("tambah-pendaftaran")
    assert clinic.claim(room=lambda called, in_hand: 9 if called.service == "pcare" else 0) == [registration]
    assert clinic.claim() == [queue]


def test_antrean_and_pcare_of_one_chain_run_side_by_side(clinic: Clinic) -> None:
    together = [clinic.hand_over("tambah-antrean"), clinic.hand_over("tambah-pendaftaran")]
    clinic.hand_over("panggil-antrean")
    clinic.hand_over("tambah-kunjungan")
    assert len({clinic.job(job_id).rantai for job_id in together}) == 1
    assert clinic.claim() == together


def test_one_chain_and_service_has_one_job_in_hand(clinic: Clinic) -> None:
    first = clinic.hand_over("panggil-antrean", rantai="K-1")
    assert clinic.claim() == [first]
    earlier = clinic.hand_over("tambah-antrean", rantai="K-1")
    assert clinic.claim(owner=OTHER) == []
    answer = claim_one(clinic.database, earlier, owner=OTHER, lease=LEASE)
    assert answer == Waiting(Status.MENUNGGU, f"menunggu panggil-antrean #{first} (proses)")


def test_the_same_chain_of_another_faskes_is_another_chain(clinic: Clinic) -> None:
    here, there = clinic.hand_over(), clinic.hand_over(faskes="cabang")
    assert clinic.claim() == [here, there]
