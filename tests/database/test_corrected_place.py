"""A corrected job stands where its body says: its chain, its order and its number follow."""

from typing import Any

import pytest

from database.jobs.moves import load
from database.jobs.resend import Resend, ask_again
from database.status import Status
from tests.database.clinic import Clinic, ending, success

REGISTER, VISIT = "tambah-pendaftaran", "tambah-kunjungan"
DROP_VISIT, UNREGISTER = "hapus-kunjungan", "hapus-pendaftaran"
ADD, CALL = "tambah-antrean", "panggil-antrean"
BABY = "0009998887777"

# what was wrong with a visit's bodies, and what staff made of it
PCARE: list[dict[str, Any]] = [{"kdPoli": "002"}, {"tglDaftar": "13-09-2026"}, {"noKartu": BABY}]
ANTREAN: list[dict[str, Any]] = [{"kodepoli": "002"}, {"tanggalperiksa": "2026-09-13"}, {"nomorkartu": BABY}]


def correct(clinic: Clinic, job_id: int, **changes: Any) -> Status:
    return ask_again(clinic.database, job_id, Resend(patch=changes, reason="salah", by="Sari")).status


def send_all(clinic: Clinic) -> list[int]:
    order: list[int] = []
    while claimed := clinic.claim():
        for job_id in claimed:
            clinic.finish(job_id, success(""))
        order += claimed
    return order


def chains(clinic: Clinic, *job_ids: int) -> set[str]:
    return {clinic.job(job_id).rantai for job_id in job_ids}


@pytest.mark.parametrize("change", PCARE)
def test_a_registration_and_its_visit_corrected_alike_keep_their_order(
    clinic: Clinic, change: dict[str, Any]
) -> None:
    # Handed over to be sent, both refused for the same reason; the visit is corrected first.
    registration = clinic.bring_to(clinic.hand_over(REGISTER), Status.GAGAL)
    visit = clinic.hand_over(VISIT)
    before = chains(clinic, registration, visit)
    correct(clinic, visit, **change)
    correct(clinic, registration, **change)
    if "noKartu" not in change:
        assert not chains(clinic, registration, visit) & before
    assert send_all(clinic) == [registration, visit]


@pytest.mark.parametrize("change", ANTREAN)
def test_an_add_and_its_call_corrected_alike_keep_their_order(clinic: Clinic, change: dict[str, Any]) -> None:
    add = clinic.bring_to(clinic.hand_over(ADD), Status.GAGAL)
    call = clinic.hand_over(CALL)
    correct(clinic, call, **change)
    correct(clinic, add, **change)
    assert send_all(clinic) == [add, call]


@pytest.mark.parametrize("change", PCARE)
@pytest.mark.parametrize(
    ("creation", "deletion", "number"), [(REGISTER, UNREGISTER, "noUrut"), (VISIT, DROP_VISIT, "noKunjungan")]
)
def test_the_deletion_of_what_was_corrected_finds_its_number(
    clinic: Clinic, creation: str, deletion: str, number: str, change: dict[str, Any]
) -> None:
    created = clinic.bring_to(clinic.hand_over(creation), Status.GAGAL)
    correct(clinic, created, **change)
    clinic.bring_to(created, Status.TERKIRIM)
    removal = clinic.take(clinic.hand_over(deletion, **change))
    found = load(clinic.database, clinic.held(removal))
    assert found.numbers[number] == success("").result[number]  # type: ignore[index]

    of_before = clinic.take(clinic.hand_over(deletion))
    assert load(clinic.database, clinic.held(of_before)).numbers == {}


def test_who_waited_for_it_waits_no_more_and_who_is_of_its_new_visit_does(clinic: Clinic) -> None:
    registration = clinic.bring_to(clinic.hand_over(REGISTER), Status.GAGAL)
    stays, joins = clinic.hand_over(VISIT), clinic.hand_over(VISIT, kdPoli="002")
    correct(clinic, joins)  # as it is
    correct(clinic, registration, kdPoli="002")
    assert sorted(clinic.claim()) == sorted([registration, stays])
    clinic.finish(registration, ending(Status.TERKIRIM))
    assert clinic.claim() == [joins]


def test_in_its_new_chain_it_is_placed_behind_what_is_there(clinic: Clinic) -> None:
    for jenis in (REGISTER, UNREGISTER):
        clinic.bring_to(clinic.hand_over(jenis, kdPoli="002"), Status.TERKIRIM)
    registration = clinic.bring_to(clinic.hand_over(REGISTER), Status.GAGAL)
    correct(clinic, registration, kdPoli="002")
    assert clinic.job(registration).position == 11
    visit = clinic.hand_over(VISIT, kdPoli="002")
    assert send_all(clinic) == [registration, visit]


@pytest.mark.parametrize("change", [{"keluhan": "batuk"}, {}, {"sistole": "x"}])
def test_a_correction_of_anything_else_leaves_its_place(clinic: Clinic, change: dict[str, Any]) -> None:
    for jenis in (REGISTER, UNREGISTER):
        clinic.hand_over(jenis)
    registration = clinic.bring_to(clinic.hand_over(REGISTER, norm="RM-2"), Status.GAGAL)
    clinic.hand_over(UNREGISTER, norm="RM-2")
    before = clinic.job(registration)
    correct(clinic, registration, **change)
    after = clinic.job(registration)
    assert (after.rantai, after.position) == (before.rantai, before.position)


@pytest.mark.parametrize("change", PCARE[:2])
def test_a_chain_that_the_clinic_named_is_kept(clinic: Clinic, change: dict[str, Any]) -> None:
    registration = clinic.bring_to(clinic.hand_over(REGISTER, rantai="kunjungan-7"), Status.GAGAL)
    visit = clinic.hand_over(VISIT, rantai="kunjungan-7")
    correct(clinic, registration, **change)
    assert chains(clinic, registration) == {"kunjungan-7"}
    assert send_all(clinic) == [registration, visit]


def test_in_a_named_chain_a_corrected_card_takes_the_place_of_its_own_patient(clinic: Clinic) -> None:
    """The mother's card was typed into the baby's registration."""
    registration = clinic.bring_to(clinic.hand_over(REGISTER, rantai="keluarga"), Status.GAGAL)
    visit = clinic.hand_over(VISIT, rantai="keluarga", noKartu=BABY)
    correct(clinic, registration, noKartu=BABY)
    assert send_all(clinic) == [registration, visit]


UNREADABLE: list[dict[str, Any]] = [{"tglDaftar": "13/09/2026"}, {"kdPoli": None}, {"tglDaftar": None}]


@pytest.mark.parametrize("slip", UNREADABLE)
def test_a_correction_that_names_no_visit_frees_nobody_and_the_next_one_follows(
    clinic: Clinic, slip: dict[str, Any]
) -> None:
    registration = clinic.bring_to(clinic.hand_over(REGISTER), Status.GAGAL)
    visit = clinic.hand_over(VISIT)
    assert correct(clinic, registration, **slip) is Status.GAGAL
    assert clinic.claim() == []

    correct(clinic, registration, tglDaftar="14-09-2026", kdPoli="002")
    correct(clinic, visit, kdPoli="002")
    assert chains(clinic, registration, visit) == {"RM-1|2026-09-14|002"}
    assert send_all(clinic) == [registration, visit]


@pytest.mark.parametrize("slip", UNREADABLE)
def test_a_job_that_named_no_visit_joins_it_once_it_does(clinic: Clinic, slip: dict[str, Any]) -> None:
    registration = clinic.hand_over(REGISTER, **slip)
    assert clinic.status(registration) == "gagal"
    visit = clinic.hand_over(VISIT)
    correct(clinic, registration, tglDaftar="14-09-2026", kdPoli="001")
    assert send_all(clinic) == [registration, visit]


def test_a_deletion_by_number_joins_its_visit_as_soon_as_that_is_known(clinic: Clinic) -> None:
    alone: dict[str, Any] = {"noKartu": None, "tglDaftar": None, "kdPoli": None}
    number = success("").result["noKunjungan"]  # type: ignore[index]
    removal = clinic.bring_to(clinic.hand_over(DROP_VISIT, noKunjungan=number, **alone), Status.GAGAL)
    visit = clinic.bring_to(clinic.hand_over(VISIT), Status.TERKIRIM)
    assert len(chains(clinic, removal, visit)) == 2
    correct(clinic, removal)
    assert len(chains(clinic, removal, visit)) == 1


def test_whoever_comes_back_to_a_visit_finds_its_place_among_those_there(clinic: Clinic) -> None:
    registration = clinic.bring_to(clinic.hand_over(REGISTER), Status.GAGAL)
    visit = clinic.hand_over(VISIT)
    correct(clinic, registration, kdPoli="002")
    correct(clinic, registration, kdPoli="001")
    assert len(chains(clinic, registration, visit)) == 1
    assert send_all(clinic) == [registration, visit]
