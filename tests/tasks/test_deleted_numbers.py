"""A deletion deletes the number that it names, of the patient whom it names, and is done when that is gone."""

from collections.abc import Callable

import pytest

from database import Database
from tests.database.clinic import FakeClock
from tests.tasks.desk import pcare
from tests.tasks.simulated import AFTER, BABY, BEFORE, MOTHER, SharedDay, SimulatedBpjs

MINUTE = 60


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def here(database: Database, clock: FakeClock) -> SharedDay:
    return SharedDay(database, clock, SimulatedBpjs())


MISSPELT: list[Callable[[str], str]] = [
    str.lower,
    lambda number: f"{number} ",
    lambda number: f" {number}",
    lambda number: f"{number}\n",
    lambda number: f"{number}x",
    lambda number: f"{number}%20",
]


@pytest.mark.parametrize("lost", ["", BEFORE], ids=["answered", "lost"])
@pytest.mark.parametrize("spelt", MISSPELT)
def test_a_visit_is_not_gone_because_its_number_was_misspelt(
    here: SharedDay, spelt: Callable[[str], str], lost: str
) -> None:
    visit = here.visited()
    here.bpjs.lose.append(lost)
    removal = here.give("hapus-kunjungan", noKunjungan=spelt(here.number(visit)))
    here.pass_time(10 * MINUTE)
    assert here.number(visit) in here.bpjs.held_visits()
    assert here.job(removal).status in {"gagal", "tidak_pasti"}
    assert here.job(removal).message


@pytest.mark.parametrize("spelt", MISSPELT[:3])
def test_a_registration_is_not_gone_because_its_number_was_misspelt(
    here: SharedDay, spelt: Callable[[str], str]
) -> None:
    registration = here.give("tambah-pendaftaran")
    here.pass_time(5)
    (number,) = here.bpjs.held_registrations()
    removal = here.give("hapus-pendaftaran", noUrut=spelt(number))
    here.pass_time(10 * MINUTE)
    assert list(here.bpjs.held_registrations()) == [number]
    assert here.job(removal).status == "gagal"
    assert here.job(registration).status == "terkirim"


def test_what_bpjs_denies_and_shows_is_said(here: SharedDay) -> None:
    visit = here.visited()
    here.bpjs.odd = lambda r: pcare(404, "Data kunjungan tidak ditemukan") if r.method == "DELETE" else None
    removal = here.give("hapus-kunjungan")
    here.pass_time(MINUTE)
    assert here.job(removal).status == "gagal"
    assert "masih terlihat di daftar BPJS" in (here.job(removal).message or "")
    assert here.number(visit) in here.bpjs.held_visits()


@pytest.mark.parametrize("lost", ["", BEFORE], ids=["answered", "lost"])
@pytest.mark.parametrize("norm", ["-", "RM-2"])
def test_the_number_of_another_patient_is_not_deleted(here: SharedDay, norm: str, lost: str) -> None:
    mothers, _ = here.visited(MOTHER), here.visited(BABY, norm)
    here.bpjs.lose.append(lost)
    removal = here.give("hapus-kunjungan", BABY, norm, noKunjungan=here.number(mothers))
    here.pass_time(10 * MINUTE)
    assert here.ends(removal) == ("gagal", "isi-salah")
    assert "milik pasien lain" in (here.job(removal).message or "")
    assert len(here.bpjs.held_visits()) == 2


def test_a_number_from_before_a_correction_is_not_the_other_patients(here: SharedDay) -> None:
    """Its answer was lost, its card corrected, BPJS seen to hold the first: that number stays the first's."""
    for card in (MOTHER, BABY):
        here.give("tambah-pendaftaran", card)
    here.pass_time(5)
    here.bpjs.lose.append(AFTER)
    visit = here.give("tambah-kunjungan", MOTHER)
    here.pass_time(1)
    here.again(visit, noKartu=BABY)
    here.pass_time(MINUTE)
    assert here.ends(visit) == ("gagal", "isi-lama")
    fields = [{"field": "kdDiag1", "message": "salah"}]
    here.bpjs.odd = lambda r: pcare(412, "PRECONDITION_FAILED", fields) if r.method == "POST" else None
    here.bpjs.lose.append(BEFORE)
    here.again(visit)
    here.pass_time(MINUTE)
    assert here.desk.outcomes(visit)[-3:] == ["unknown", "absent", "rejected"]

    of_the_baby = here.give("hapus-kunjungan", BABY)
    here.pass_time(MINUTE)
    assert here.job(of_the_baby).status == "gagal"
    assert len(here.bpjs.held_visits()) == 1
    of_the_mother = here.give("hapus-kunjungan", MOTHER)
    here.pass_time(MINUTE)
    assert here.job(of_the_mother).status == "terkirim"
    assert here.bpjs.held_visits() == {}
