"""A person settles what no look-up can: who and why are kept."""

import pytest

from database import Database, JobNotFound, MoveRefused, enqueue
from database.detail import show
from database.jobs.by_hand import Settled, close_by_hand
from database.status import Status
from database.vocabulary import Reason
from tests.database.clinic import Clinic, success
from tests.tasks.bodies import BODIES


def handed(database: Database, **changes: object) -> int:
    body = {**BODIES["tambah-antrean"], **changes}
    return enqueue("tambah-antrean", "RM-1", "Contoh", body, database=database).id


@pytest.mark.parametrize("how", list(Settled))
def test_a_failed_job_is_closed_with_who_and_why(database: Database, how: Settled) -> None:
    job_id = handed(database, kodedokter="dua")
    close_by_hand(database, job_id, how, reason="dicek di P-Care", by="Sari")
    seen = show(database, job_id)
    assert seen["status"] == "ditutup"
    assert (seen["history"][-1]["requested_by"], seen["history"][-1]["reason"]) == ("Sari", "dicek di P-Care")


def test_what_is_closed_cannot_be_closed_again(database: Database) -> None:
    job_id = handed(database)
    close_by_hand(database, job_id, Settled.NOT_NEEDED, reason="batal", by="Sari")
    with pytest.raises(MoveRefused, match="ditutup"):
        close_by_hand(database, job_id, Settled.NOT_NEEDED, reason="batal", by="Sari")


def test_closing_what_does_not_exist_says_so(database: Database) -> None:
    with pytest.raises(JobNotFound):
        close_by_hand(database, 999, Settled.NOT_NEEDED, reason="x", by="y")


def test_what_waits_for_an_addition_that_is_not_needed_is_asked_about_and_not_sent(clinic: Clinic) -> None:
    """BPJS would refuse the call of an entry that it never got."""
    added = clinic.hand_over("tambah-antrean", "RM-1")
    called, other = clinic.hand_over("panggil-antrean", "RM-1"), clinic.hand_over("panggil-antrean", "RM-2")
    asked = close_by_hand(clinic.database, added, Settled.NOT_NEEDED, reason="pulang", by="Sari")
    assert asked == [called]
    assert clinic.claim() == [other]
    job = clinic.job(called)
    assert (job.status, job.reason) == ("gagal", Reason.WITHOUT_ADD)
    assert job.message == (
        f"tambah-antrean #{added} ditutup sebagai tidak perlu; kirim ulang bila tetap perlu, atau tutup juga"
    )


def test_what_waits_goes_by_itself_once_the_addition_comes_after_all(clinic: Clinic) -> None:
    added = clinic.hand_over("tambah-antrean", "RM-1")
    called = clinic.hand_over("panggil-antrean", "RM-1")
    close_by_hand(clinic.database, added, Settled.NOT_NEEDED, reason="pulang", by="Sari")
    again = clinic.hand_over("tambah-antrean", "RM-1", kunci="sekali-lagi")
    clinic.finish(clinic.take(again), success(""))
    assert clinic.claim() == [called]


@pytest.mark.parametrize("jenis", ["tambah-pendaftaran", "tambah-antrean"])
@pytest.mark.parametrize("end", [Status.TERKIRIM, Status.MENUNGGU])
def test_what_another_addition_of_the_visit_covers_goes_on_waiting(
    clinic: Clinic, jenis: str, end: Status
) -> None:
    first = clinic.hand_over(jenis, "RM-1")
    second = clinic.hand_over(jenis, "RM-1", kunci="kedua")
    follower = clinic.hand_over(
        {"tambah-pendaftaran": "tambah-kunjungan", "tambah-antrean": "panggil-antrean"}[jenis], "RM-1"
    )
    if end is Status.TERKIRIM:
        clinic.finish(clinic.take(first), success(""))
        first, second = second, first
    assert close_by_hand(clinic.database, first, Settled.NOT_NEEDED, reason="dobel", by="Sari") == []
    assert clinic.status(follower) == "menunggu"


def test_a_visit_waits_for_a_person_when_its_registration_is_not_needed(clinic: Clinic) -> None:
    registered = clinic.hand_over("tambah-pendaftaran", "RM-1")
    visit = clinic.hand_over("tambah-kunjungan", "RM-1")
    assert close_by_hand(clinic.database, registered, Settled.NOT_NEEDED, reason="salah", by="Sari") == [
        visit
    ]
    assert clinic.claim() == []


def test_what_bpjs_is_said_to_have_lets_its_followers_go(clinic: Clinic) -> None:
    added = clinic.hand_over("tambah-antrean", "RM-1")
    called = clinic.hand_over("panggil-antrean", "RM-1")
    assert close_by_hand(clinic.database, added, Settled.ALREADY_THERE, reason="ada", by="Sari") == []
    assert clinic.claim() == [called]
