"""A duplicate answer proves existence: the content is compared with all that came from here, and all that is shown."""

from typing import Any

import pytest

from database import Database
from database.errors import MoveRefused
from database.jobs import held_content
from database.jobs.by_hand import Settled
from tests.conftest import SQLITE
from tests.database.clinic import FakeClock
from tests.tasks.bodies import BODIES
from tests.tasks.desk import antrean
from tests.tasks.simulated import AFTER, BABY, BEFORE, MOTHER, SharedDay, SimulatedBpjs

MINUTE, PROVIDER = 60, "01234567"
OLD_CONTENT = ("gagal", "isi-lama")
OTHER: dict[str, dict[str, Any]] = {
    "tambah-kunjungan": {"keluhan": "demam"},
    "tambah-pendaftaran": {"kunjSakit": False},
}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def here(database: Database, clock: FakeClock) -> SharedDay:
    return SharedDay(database, clock, SimulatedBpjs())


@pytest.mark.parametrize("frame", [{"norm": "RM-1"}, {"rantai": "keluarga-7"}], ids=str)
@pytest.mark.parametrize("jenis", OTHER)
def test_what_was_sent_under_another_norm_or_chain_counts_too(
    here: SharedDay, jenis: str, frame: dict[str, str]
) -> None:
    here.visited(MOTHER, "RM-01")
    same, other = here.give(jenis, **frame), here.give(jenis, **frame, **OTHER[jenis])
    here.pass_time(MINUTE)
    assert here.job(same).status == "terkirim"
    assert here.ends(other) == OLD_CONTENT


def test_a_correction_is_named_by_all_that_were_delivered_under_its_number(here: SharedDay) -> None:
    first = here.visited(MOTHER, "RM-1")
    again = here.give("tambah-kunjungan", rantai="keluarga-7")
    here.pass_time(MINUTE)
    correction = here.again(first, keluhan="demam").job_id
    here.pass_time(MINUTE)
    assert here.ends(first) == here.ends(again) == ("terkirim", "diganti")
    with pytest.raises(MoveRefused, match=f"#{correction}; perbaiki yang itu"):
        here.again(again, kdDiag2="A01")


@pytest.mark.parametrize("how", Settled)
@pytest.mark.parametrize("jenis", OTHER)
def test_what_was_lost_and_closed_by_hand_may_be_what_is_there(
    here: SharedDay, jenis: str, how: Settled
) -> None:
    if jenis == "tambah-kunjungan":
        here.give("tambah-pendaftaran")
        here.pass_time(5)
    here.bpjs.lose.append(AFTER)
    first = here.give(jenis)
    here.pass_time(1)
    here.close(first, how)
    other, same = here.give(jenis, **OTHER[jenis]), here.give(jenis, rantai="lain")
    here.pass_time(MINUTE)
    assert here.ends(other) == OLD_CONTENT
    assert here.job(same).status == "terkirim"


@SQLITE
def test_an_outage_of_the_whole_clinic_hides_nothing_of_the_patients_own(
    here: SharedDay, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(held_content, "_MOST", 3)
    here.give("tambah-pendaftaran")
    here.pass_time(5)
    here.bpjs.lose.append(AFTER)
    first = here.give("tambah-kunjungan")
    here.pass_time(1)
    here.close(first, Settled.ALREADY_THERE)
    here.bpjs.lose.extend([BEFORE] * 5)
    for number in range(5):
        here.give("tambah-kunjungan", f"00020000000{number:02d}", f"RM-{number}")
    here.pass_time(1)
    other = here.give("tambah-kunjungan", keluhan="demam")
    here.pass_time(MINUTE)
    assert here.ends(other) == OLD_CONTENT


@SQLITE
def test_a_lost_correction_that_was_closed_by_hand_may_be_what_is_there(here: SharedDay) -> None:
    visit = here.visited()
    here.bpjs.lose.append(AFTER)
    correction = here.again(visit, keluhan="demam").job_id
    here.pass_time(1)
    here.close(correction, Settled.ALREADY_THERE)
    as_before = here.give("tambah-kunjungan")
    here.pass_time(MINUTE)
    assert here.ends(as_before) == OLD_CONTENT


@SQLITE
def test_a_chain_of_two_visits_keeps_their_contents_apart(here: SharedDay) -> None:
    for poli in ("001", "002"):
        here.visited(rantai="keluarga-7", kdPoli=poli)
    same = here.give("tambah-kunjungan", rantai="keluarga-7", kdPoli="001")
    removal = here.give("hapus-kunjungan", rantai="keluarga-7", kdPoli="002")
    here.pass_time(MINUTE)
    other = here.give("tambah-kunjungan", rantai="keluarga-7", kdPoli="001", keluhan="demam")
    here.pass_time(MINUTE)
    assert here.job(same).status == here.job(removal).status == "terkirim"
    assert here.ends(other) == OLD_CONTENT


@SQLITE
def test_the_deletion_of_another_number_deleted_nothing_of_this(here: SharedDay) -> None:
    first = here.visited()
    here.bpjs.double.web_app.remove_kunjungan(here.number(first))
    second = here.give("tambah-kunjungan", keluhan="demam")
    here.pass_time(MINUTE)
    late = here.give("hapus-kunjungan", noKunjungan=here.number(first))
    here.pass_time(MINUTE)
    assert here.job(second).status == "terkirim"
    assert here.ends(late) == ("terkirim", "sudah-tidak-ada")
    third = here.give("tambah-kunjungan", keluhan="batuk")
    here.pass_time(MINUTE)
    assert here.ends(third) == OLD_CONTENT


@SQLITE
@pytest.mark.parametrize(
    ("typed", "ours", "status"),
    [
        ({}, {"kdDiag2": "A01"}, "gagal"),
        ({"kdDiag3": "A01"}, {}, "gagal"),
        ({"kdDiag1": "A01"}, {"kdDiag1": "A01"}, "terkirim"),
        ({"kdStatusPulang": "3"}, {}, "terkirim"),
    ],
    ids=str,
)
def test_a_visit_typed_by_hand_is_compared_by_all_diagnoses(
    here: SharedDay, typed: dict[str, Any], ours: dict[str, Any], status: str
) -> None:
    registration = here.give("tambah-pendaftaran")
    here.pass_time(5)
    body = {**BODIES["tambah-kunjungan"], "kdDokter": "200101", "noKartu": MOTHER}
    here.bpjs.double.web_app.hold_kunjungan({**body, **typed}, PROVIDER)
    visit = here.give("tambah-kunjungan", **ours)
    here.pass_time(MINUTE)
    assert here.job(registration).status == "terkirim"
    assert here.job(visit).status == status


@SQLITE
@pytest.mark.parametrize(
    ("typed", "status"),
    [({"kunjSakit": False}, "gagal"), ({"kdTkp": "50"}, "gagal"), ({}, "terkirim")],
    ids=str,
)
@pytest.mark.parametrize("lost", ["", BEFORE], ids=["answered", "lost"])
def test_a_registration_typed_by_hand_is_of_the_same_kind(
    here: SharedDay, typed: dict[str, Any], status: str, lost: str
) -> None:
    body = {**BODIES["tambah-pendaftaran"], "noKartu": MOTHER, **typed}
    here.bpjs.double.web_app.hold_pendaftaran(body, PROVIDER)
    here.bpjs.lose.append(lost)
    registration = here.give("tambah-pendaftaran")
    here.pass_time(MINUTE)
    assert here.job(registration).status == status


@SQLITE
@pytest.mark.parametrize(
    ("change", "status"),
    [({"kodedokter": 200102}, "gagal"), ({"nomorantrean": "A-08"}, "gagal"), ({}, "terkirim")],
)
def test_a_queue_entry_with_another_content_is_not_delivered_by_a_duplicate_answer(
    here: SharedDay, change: dict[str, Any], status: str
) -> None:
    held: list[int] = []

    def once(request: Any) -> Any:
        if "antrean/add" not in request.url.path:
            return None
        held.append(1)
        ours = "Peserta sudah terdaftar di poli tersebut pada hari ini"
        return antrean(200) if len(held) == 1 else antrean(201, ours)

    here.bpjs.odd = once
    first = here.give("tambah-antrean")
    here.pass_time(5)
    again = here.give("tambah-antrean", **change)
    here.pass_time(5)
    assert here.job(first).status == "terkirim"
    assert here.job(again).status == status
    if change:
        assert "batalkan dulu" in (here.job(again).message or "")


@SQLITE
def test_a_queue_entry_corrected_after_a_lost_answer_is_not_there_because_something_is(
    here: SharedDay,
) -> None:
    ours = "Peserta sudah terdaftar di poli tersebut pada hari ini"
    here.bpjs.odd = lambda r: antrean(201, ours) if "antrean/add" in r.url.path else None
    here.bpjs.lose.append(BEFORE)
    entry = here.give("tambah-antrean")
    here.pass_time(1)
    here.again(entry, kodedokter=200102)
    here.pass_time(MINUTE)
    assert here.ends(entry) == ("tidak_pasti", "perlu-orang")
    here.again(entry)
    here.pass_time(MINUTE)
    assert here.ends(entry) == OLD_CONTENT


@SQLITE
@pytest.mark.parametrize(
    "patch", [{"noKartu": BABY}, {"kdPoli": "002"}, {"noKunjungan": "012345670926Y000002"}], ids=str
)
def test_a_correction_is_not_led_to_another_visit(here: SharedDay, patch: dict[str, Any]) -> None:
    visit, of_the_baby = here.visited(), here.visited(BABY)
    correction = here.again(visit, kdDiag1="X077").job_id
    here.pass_time(5)
    assert here.job(correction).status == "gagal"
    with pytest.raises(MoveRefused, match="kunjungan lain"):
        here.again(correction, kdDiag1="A01", **patch)
    with pytest.raises(MoveRefused, match="kunjungan lain"):
        here.again(correction, noKartu=BABY, noKunjungan=here.number(of_the_baby))
    here.again(correction, kdDiag1="A01", noKunjungan=None)
    here.pass_time(5)
    assert here.job(correction).status == "terkirim"
    held = here.bpjs.held_visits()
    assert held[here.number(of_the_baby)]["kdDiag1"] == "J00"
    assert held[here.number(visit)]["kdDiag1"] == "A01"
