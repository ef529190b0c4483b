"""What a job lacks by the other jobs of its visit, stored or in the same list."""

from datetime import date, timedelta
from typing import Any

import pytest

from database.jobs.by_hand import Settled, close_by_hand
from database.jobs.verdict import Verdict
from database.status import Status
from database.views.around_visit import Visit
from database.vocabulary import Reason
from tasks.readiness import check
from tests.tasks.bodies import CARD
from tests.tasks.readiness.conftest import Desk, certain, new

OTHER_CARD = "0001112223334"


def waits_for_screening(desk: Desk, jenis: str = "tambah-antrean", norm: str = "RM-9", **changes: Any) -> int:
    job_id = desk.clinic.take(desk.clinic.hand_over(jenis, norm, **changes))
    desk.clinic.finish(job_id, Verdict(Status.MENUNGGU, Reason.NEEDS_SCREENING, "skrining kesehatan"))
    return job_id


def test_a_visit_without_any_registration_is_a_hint(desk: Desk) -> None:
    found = desk.lacks("tambah-kunjungan")
    assert set(found) == {"tanpa-pendahulu"}
    assert not certain(found)
    assert "Tidak ada pendaftaran" in found["tanpa-pendahulu"].says


@pytest.mark.parametrize("changes", [{"noKartu": OTHER_CARD}, {"tglDaftar": "13-09-2026"}, {"kdPoli": "002"}])
def test_the_registration_of_another_card_day_or_poli_does_not_count(
    desk: Desk, changes: dict[str, Any]
) -> None:
    desk.delivered("tambah-pendaftaran", **changes)
    assert "tanpa-pendahulu" in desk.lacks("tambah-kunjungan")


def test_the_registration_may_stand_in_a_chain_of_its_own(desk: Desk) -> None:
    desk.delivered("tambah-pendaftaran", rantai="lain")
    assert desk.lacks("tambah-kunjungan") == {}


def test_the_registration_of_another_clinic_does_not_count(desk: Desk) -> None:
    desk.delivered("tambah-pendaftaran", faskes="klinik-melati")
    assert "tanpa-pendahulu" in desk.lacks("tambah-kunjungan")


def test_a_registration_that_was_closed_as_already_there_counts(desk: Desk) -> None:
    job_id = desk.clinic.bring_to(desk.clinic.hand_over("tambah-pendaftaran"), Status.GAGAL)
    close_by_hand(desk.database, job_id, Settled.ALREADY_THERE, reason="ada", by="Sari")
    assert desk.lacks("tambah-kunjungan") == {}


def test_a_registration_in_the_same_list_counts_wherever_it_stands(desk: Desk) -> None:
    visit, registration = new("tambah-kunjungan"), new("tambah-pendaftaran")
    assert desk.lacks_each(visit, registration) == [[], []]
    assert desk.lacks_each(registration, visit) == [[], []]


def test_behind_a_failed_registration_the_visit_stands_still(desk: Desk) -> None:
    job_id = desk.clinic.bring_to(desk.clinic.hand_over("tambah-pendaftaran"), Status.GAGAL)
    found = desk.lacks("tambah-kunjungan")
    assert certain(found) == {"pendahulu-gagal"}
    assert f"#{job_id}" in found["pendahulu-gagal"].says


def test_a_later_registration_mends_a_failed_one(desk: Desk) -> None:
    desk.clinic.bring_to(desk.clinic.hand_over("tambah-pendaftaran"), Status.GAGAL)
    desk.delivered("tambah-pendaftaran")
    assert desk.lacks("tambah-kunjungan") == {}


def test_a_deleted_registration_is_certain(desk: Desk) -> None:
    desk.delivered("tambah-pendaftaran")
    desk.delivered("hapus-pendaftaran", noUrut="A12")
    assert certain(desk.lacks("tambah-kunjungan")) == {"pendahulu-dihapus"}
    assert "sudah-ada" not in desk.lacks("tambah-pendaftaran")


def test_a_deletion_that_was_closed_as_done_already_deletes(desk: Desk) -> None:
    desk.delivered("tambah-pendaftaran")
    deletion = desk.clinic.bring_to(desk.clinic.hand_over("hapus-pendaftaran", noUrut="A12"), Status.GAGAL)
    assert "sudah-ada" in certain(desk.lacks("tambah-pendaftaran"))
    close_by_hand(desk.database, deletion, Settled.ALREADY_THERE, reason="dihapus di PCare", by="petugas")
    assert certain(desk.lacks("tambah-pendaftaran")) == set()
    assert certain(desk.lacks("tambah-kunjungan")) == {"pendahulu-dihapus"}


def test_a_registration_that_is_handed_over_again_after_its_deletion_counts(desk: Desk) -> None:
    desk.delivered("tambah-pendaftaran")
    desk.delivered("hapus-pendaftaran", noUrut="A12")
    listed = desk.lacks_each(new("tambah-pendaftaran", kunci="lagi"), new("tambah-kunjungan"))
    assert listed == [[], []]
    desk.delivered("tambah-pendaftaran")
    assert desk.lacks("tambah-kunjungan") == {}


def test_a_waiting_registration_is_told_and_stops_nothing(desk: Desk) -> None:
    job_id = desk.clinic.hand_over("tambah-pendaftaran")
    found = desk.lacks("tambah-kunjungan")
    assert (set(found), certain(found)) == ({"pendahulu-menunggu"}, set())
    assert f"#{job_id}" in found["pendahulu-menunggu"].says


@pytest.mark.parametrize("jenis", ["panggil-antrean", "batal-antrean"])
def test_a_call_or_cancellation_wants_its_queue_entry(desk: Desk, jenis: str) -> None:
    assert "tanpa-pendahulu" in desk.lacks(jenis)
    desk.delivered("tambah-antrean")
    assert desk.lacks(jenis) == {}


@pytest.mark.parametrize("jenis", ["tambah-antrean", "tambah-pendaftaran", "tambah-kunjungan"])
def test_what_bpjs_has_already_is_refused(desk: Desk, jenis: str) -> None:
    desk.delivered("tambah-pendaftaran")
    if jenis != "tambah-pendaftaran":
        desk.delivered(jenis)
    found = desk.lacks(jenis, kunci="lain")
    assert certain(found) == {"sudah-ada"}
    assert "sudah ada di BPJS" in found["sudah-ada"].says


def test_what_waits_already_is_refused(desk: Desk) -> None:
    desk.clinic.hand_over("tambah-pendaftaran")
    found = desk.lacks("tambah-pendaftaran", kunci="lain")
    assert "belum selesai" in found["sudah-ada"].says
    assert certain(desk.lacks("tambah-pendaftaran", noKartu=OTHER_CARD)) == set()


def test_a_failed_one_may_be_handed_over_again(desk: Desk) -> None:
    desk.clinic.bring_to(desk.clinic.hand_over("tambah-pendaftaran"), Status.GAGAL)
    assert desk.lacks("tambah-pendaftaran", kunci="lain") == {}


def test_without_a_card_nobody_knows_whether_it_is_taken_twice(desk: Desk) -> None:
    desk.delivered("tambah-antrean", nomorkartu="")
    found = desk.lacks("tambah-antrean", nomorkartu="", kunci="lain")
    assert (set(found), certain(found)) == ({"mungkin-sudah-ada"}, set())
    assert desk.lacks("tambah-antrean", "RM-2", nomorkartu="") == {}


def test_the_same_visit_twice_in_a_list_is_refused_the_second_time(desk: Desk) -> None:
    first, second = desk.lacks_each(
        new("tambah-pendaftaran", kunci="a"), new("tambah-pendaftaran", kunci="b")
    )
    assert first == []
    assert [(each.rule, each.is_certain) for each in second] == [("sudah-ada", True)]
    assert "ke-1 di daftar ini" in second[0].says


def test_the_very_same_job_twice_in_a_list_is_one(desk: Desk) -> None:
    first, second = desk.lacks_each(new("tambah-pendaftaran"), new("tambah-pendaftaran"))
    assert first == []
    assert [(each.rule, each.is_certain) for each in second] == [("dua-kali-di-daftar", False)]


def test_what_was_handed_over_so_is_known(desk: Desk) -> None:
    job_id = desk.clinic.hand_over("tambah-pendaftaran", kunci="K")
    found = desk.lacks("tambah-pendaftaran", kunci="K")
    assert (set(found), certain(found)) == ({"sudah-diserahkan"}, set())
    assert f"#{job_id}" in found["sudah-diserahkan"].says


def test_a_kunci_of_other_content_is_refused(desk: Desk) -> None:
    desk.clinic.hand_over("tambah-pendaftaran", "RM-7", noKartu=OTHER_CARD, kunci="K")
    found = desk.lacks("tambah-pendaftaran", kunci="K")
    assert (found["kunci-dipakai"].field, certain(found)) == ("kunci", {"kunci-dipakai"})


def test_an_open_screening_of_the_card_is_told_whatever_the_norm(desk: Desk) -> None:
    job_id = waits_for_screening(desk)
    found = desk.lacks("tambah-pendaftaran", "RM-1")
    assert (set(found), certain(found)) == ({"skrining-terbuka"}, set())
    assert f"#{job_id}" in found["skrining-terbuka"].says
    assert desk.lacks("tambah-pendaftaran", noKartu=OTHER_CARD) == {}


def test_a_screening_that_was_filled_in_is_told_no_more(desk: Desk) -> None:
    job_id = waits_for_screening(desk)
    desk.clinic.clock.advance(days=1)
    desk.clinic.bring_to(job_id, Status.TERKIRIM)
    assert "skrining-terbuka" not in desk.lacks("tambah-pendaftaran")


def test_a_deletion_without_anything_to_delete_is_told(desk: Desk) -> None:
    found = desk.lacks("hapus-kunjungan")
    assert (found["nomor-tidak-diketahui"].field, certain(found)) == ("noKunjungan", set())
    assert desk.lacks("hapus-kunjungan", noKunjungan="0114U1630914Y000123") == {}
    desk.delivered("tambah-pendaftaran")
    desk.delivered("tambah-kunjungan")
    assert desk.lacks("hapus-kunjungan") == {}


def test_a_stored_job_is_not_its_own_duplicate(desk: Desk) -> None:
    job_id = desk.clinic.bring_to(desk.clinic.hand_over("tambah-pendaftaran"), Status.GAGAL)
    assert desk.lacks_of(job_id) == {}
    waiting = waits_for_screening(desk, "tambah-antrean")
    assert "skrining-terbuka" not in desk.lacks_of(waiting)


def test_a_stored_job_lacks_what_others_of_its_visit_tell(desk: Desk) -> None:
    failed = desk.clinic.bring_to(desk.clinic.hand_over("tambah-pendaftaran"), Status.GAGAL)
    visit = desk.clinic.hand_over("tambah-kunjungan")
    assert certain(desk.lacks_of(visit)) == {"pendahulu-gagal"}
    later = desk.delivered("tambah-pendaftaran")
    assert f"#{later}" in desk.lacks_of(failed)["sudah-ada"].says
    assert desk.lacks_of(visit) == {}


def test_nothing_is_written(desk: Desk) -> None:
    desk.delivered()
    before = desk.clinic.job(1).updated_at, desk.clinic.job(1).version
    desk.lacks_each(new("tambah-kunjungan"), new("tambah-pendaftaran", kunci="x"))
    assert (desk.clinic.job(1).updated_at, desk.clinic.job(1).version) == before
    assert desk.clinic.claim() == []


def test_the_card_of_nobody_is_in_no_sentence(desk: Desk) -> None:
    desk.delivered()
    waits_for_screening(desk)
    said = repr(desk.lacks_each(new("tambah-pendaftaran", kunci="x"), new("tambah-kunjungan")))
    assert "sudah-ada" in said
    assert CARD not in said


@pytest.mark.parametrize("status", [Status.GAGAL, Status.MENUNGGU])
def test_a_registration_of_another_chain_holds_nothing_back_and_is_not_waited_for(
    desk: Desk, status: Status
) -> None:
    """The chain alone orders jobs: here the visit may be claimed at once."""
    registration = desk.clinic.hand_over("tambah-pendaftaran", rantai="R-1")
    if status is Status.GAGAL:
        desk.clinic.bring_to(registration, Status.GAGAL)
    found = desk.lacks("tambah-kunjungan")
    assert set(found) == {"pendahulu-di-rantai-lain"}
    assert certain(found) == set()
    visit = desk.clinic.hand_over("tambah-kunjungan")
    assert visit in desk.clinic.claim()


def test_a_listed_registration_of_another_chain_is_not_waited_for(desk: Desk) -> None:
    jobs = [new("tambah-pendaftaran", rantai="R-1"), new("tambah-kunjungan")]
    _, (found,) = desk.lacks_each(*jobs)
    assert found.rule == "pendahulu-di-rantai-lain"
    jobs = [new("tambah-pendaftaran", rantai="R-1"), new("tambah-kunjungan", rantai="R-1")]
    assert desk.lacks_each(*jobs) == [[], []]


def test_what_another_chain_delivered_does_not_free_what_waits_behind_a_failed_one(desk: Desk) -> None:
    desk.clinic.bring_to(desk.clinic.hand_over("tambah-pendaftaran"), Status.GAGAL)
    desk.delivered("tambah-pendaftaran", rantai="R-1")
    assert certain(desk.lacks("tambah-kunjungan")) == {"pendahulu-gagal"}
    visit = desk.clinic.hand_over("tambah-kunjungan")
    assert visit not in desk.clinic.claim()


def test_of_a_long_list_under_one_norm_only_the_jobs_of_a_day_are_compared(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    compared: list[Visit] = []
    agree = check._agree

    def counting(one: Visit, other: Visit) -> bool:
        compared.append(one)
        return agree(one, other)

    monkeypatch.setattr(check, "_agree", counting)
    days = [date(2026, 9, 1) + timedelta(days=ahead) for ahead in range(100)]
    desk.lacks_each(
        *(new("batal-antrean", "-", nomorkartu="", tanggalperiksa=day.isoformat()) for day in days)
    )
    assert len(compared) == len(days)
