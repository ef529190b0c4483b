"""What BPJS refused for want of something goes again by itself once that is there, and only then."""

from typing import Any

import pytest

from database.detail import show
from database.jobs.by_hand import Settled, close_by_hand
from database.jobs.moves import load
from database.jobs.resend import Resend, ask_again
from database.jobs.revival import REVIVALS
from database.jobs.verdict import Verdict
from database.status import Status
from database.vocabulary import Outcome, Reason
from tests.conftest import SQLITE
from tests.database.clinic import Clinic, ending
from tests.tasks.bodies import CARD

ADD, CALL, CANCEL = "tambah-antrean", "panggil-antrean", "batal-antrean"
REGISTER, VISIT = "tambah-pendaftaran", "tambah-kunjungan"
DROP_VISIT, UNREGISTER = "hapus-kunjungan", "hapus-pendaftaran"

# what was missing, what was refused for want of it, and under which reason
WANTS = [
    (REGISTER, VISIT, Reason.WITHOUT_REGISTRATION),
    (ADD, CALL, Reason.WITHOUT_ADD),
    (ADD, CANCEL, Reason.WITHOUT_ADD),
]


def refused(clinic: Clinic, jenis: str, reason: Reason, **changes: Any) -> int:
    """A job that BPJS answered with a refusal."""
    job_id = clinic.take(clinic.hand_over(jenis, **changes))
    attempt = clinic.leave(job_id)
    clinic.finish(job_id, Verdict(Status.GAGAL, reason, "Belum ada"), attempt=attempt)
    return job_id


def found(clinic: Clinic, job_id: int) -> None:
    clinic.bring_to(job_id, Status.TERKIRIM)


def settled(clinic: Clinic, job_id: int) -> None:
    clinic.bring_to(job_id, Status.GAGAL)
    close_by_hand(clinic.database, job_id, Settled.ALREADY_THERE, reason="ada di PCare", by="Sari")


@pytest.mark.parametrize("arrive", [found, settled])
@pytest.mark.parametrize(("missing", "jenis", "reason"), WANTS)
def test_it_goes_again_when_what_it_lacked_is_at_bpjs(
    clinic: Clinic, missing: str, jenis: str, reason: Reason, arrive: Any
) -> None:
    job_id = refused(clinic, jenis, reason)
    clinic.clock.advance(hours=2)
    arrive(clinic, cause := clinic.hand_over(missing))

    job = clinic.job(job_id)
    assert (job.status, job.reason, job.message) == ("menunggu", None, None)
    assert job.due_at == clinic.clock.now
    assert clinic.claim() == [job_id]
    last = show(clinic.database, job_id)["history"][-1]
    assert (last["outcome"], last["requested_by"]) == (Outcome.ASKED_AGAIN, "sistem")
    assert last["reason"] == f"{missing} #{cause} sudah ada di BPJS"
    assert not load(clinic.database, clinic.held(job_id)).uncertain


@pytest.mark.parametrize("end", [Status.GAGAL, Status.TIDAK_PASTI, Status.DITUTUP])
@pytest.mark.parametrize(("missing", "jenis", "reason"), WANTS)
def test_what_does_not_reach_bpjs_revives_nobody(
    clinic: Clinic, missing: str, jenis: str, reason: Reason, end: Status
) -> None:
    job_id = refused(clinic, jenis, reason)
    clinic.bring_to(clinic.hand_over(missing), end)
    assert clinic.status(job_id) == "gagal"


@SQLITE
def test_what_a_person_found_not_needed_revives_nobody(clinic: Clinic) -> None:
    visit = refused(clinic, VISIT, Reason.WITHOUT_REGISTRATION)
    registration = clinic.bring_to(clinic.hand_over(REGISTER), Status.GAGAL)
    close_by_hand(clinic.database, registration, Settled.NOT_NEEDED, reason="batal", by="Sari")
    assert clinic.status(visit) == "gagal"


# in what the registration differs from what the visit needs
OTHER: list[dict[str, Any]] = [
    {"noKartu": "0009998887777"},
    {"kdPoli": "002"},
    {"tglDaftar": "15-09-2026"},
    {"rantai": "lain"},
    {"faskes": "cabang"},
]


@pytest.mark.parametrize("other", OTHER)
def test_a_registration_of_another_visit_revives_nobody(clinic: Clinic, other: dict[str, Any]) -> None:
    visit = refused(clinic, VISIT, Reason.WITHOUT_REGISTRATION, rantai="satu")
    clinic.bring_to(clinic.hand_over(REGISTER, **{"rantai": "satu", **other}), Status.TERKIRIM)
    assert clinic.status(visit) == "gagal"


@pytest.mark.parametrize("reason", ["ditolak", "isi-salah", Reason.WITHOUT_ADD])
@SQLITE
def test_a_visit_refused_for_another_reason_stays_refused(clinic: Clinic, reason: Reason) -> None:
    visit = refused(clinic, VISIT, reason)
    clinic.bring_to(clinic.hand_over(REGISTER), Status.TERKIRIM)
    assert clinic.status(visit) == "gagal"


def test_of_a_visit_and_the_one_that_took_its_place_only_the_newer_goes(clinic: Clinic) -> None:
    first = refused(clinic, VISIT, Reason.WITHOUT_REGISTRATION, kdDiag1="J00")
    second = refused(clinic, VISIT, Reason.WITHOUT_REGISTRATION, kdDiag1="J01")
    clinic.bring_to(clinic.hand_over(REGISTER), Status.TERKIRIM)
    assert [clinic.status(job_id) for job_id in (first, second)] == ["gagal", "menunggu"]


@pytest.mark.parametrize("end", [Status.MENUNGGU, Status.DITUTUP, Status.GAGAL])
def test_a_visit_that_was_asked_to_be_deleted_does_not_come_back(clinic: Clinic, end: Status) -> None:
    visit = refused(clinic, VISIT, Reason.WITHOUT_REGISTRATION)
    drop = clinic.hand_over(DROP_VISIT)
    if end is not Status.MENUNGGU:
        clinic.bring_to(drop, end)
    clinic.bring_to(clinic.hand_over(REGISTER), Status.TERKIRIM)
    assert clinic.status(visit) == "gagal"


@pytest.mark.parametrize("deletion", [DROP_VISIT, UNREGISTER])
@SQLITE
def test_a_failed_deletion_never_wakes_by_itself(clinic: Clinic, deletion: str) -> None:
    job_id = clinic.bring_to(clinic.hand_over(deletion), Status.GAGAL)
    for jenis in (REGISTER, VISIT):
        clinic.bring_to(clinic.hand_over(jenis), Status.TERKIRIM)
    assert clinic.status(job_id) == "gagal"
    assert not {revival.reason for revival in REVIVALS.values()} & {clinic.job(job_id).reason}


def test_a_registration_that_was_corrected_to_the_visits_poli_revives_it(clinic: Clinic) -> None:
    registration = clinic.bring_to(clinic.hand_over(REGISTER, kdPoli="999"), Status.GAGAL)
    visit = refused(clinic, VISIT, Reason.WITHOUT_REGISTRATION)
    ask_again(clinic.database, registration, Resend(patch={"kdPoli": "001"}, by="Sari"))
    clinic.finish(clinic.take(registration), ending(Status.TERKIRIM))
    assert clinic.claim() == [visit]


def test_a_visit_that_is_refused_again_waits_for_the_next_registration(clinic: Clinic) -> None:
    visit = refused(clinic, VISIT, Reason.WITHOUT_REGISTRATION)
    clinic.bring_to(clinic.hand_over(REGISTER), Status.TERKIRIM)
    clinic.take(visit)
    clinic.finish(visit, Verdict(Status.GAGAL, Reason.WITHOUT_REGISTRATION, "Belum ada"))
    assert clinic.claim() == []
    clinic.bring_to(clinic.hand_over(REGISTER), Status.TERKIRIM)
    assert clinic.claim() == [visit]
    assert clinic.job(visit).body["noKartu"] == CARD
