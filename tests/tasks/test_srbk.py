"""Where referrals go through Satu Sehat, a visit that ends in one is held; all others go as ever."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from bpjs_client.jenis import Jenis
from bpjs_client.referral import refers_through_satusehat
from bpjs_simulator.server import Simulator
from database import Database
from database.jobs.by_hand import Settled, close_by_hand
from database.jobs.resend import Resend, ask_again
from database.status import Status
from database.views.alarms import FEWEST, many_failures
from database.views.detail import show
from tasks.clinics import Clinics, configured_clinics, read_clinics
from tests.database.clinic import MORNING, FakeClock, new_row
from tests.database.outage import store
from tests.simulator.caller import DOCTOR, kunjungan
from tests.tasks.screening import PatientDay, untouched
from tests.tasks.test_clinics import SECRET, WHOLE, written

SPECIALIST = {"kdSubSpesialis1": "3", "kdSarana": None}
TO = {"tglEstRujuk": "15-09-2026", "kdppk": "0000R000"}
REFERRED: dict[str, Any] = {
    "kdStatusPulang": "4",
    "rujukLanjut": {**TO, "subSpesialis": SPECIALIST, "khusus": None},
}


def special(code: Any) -> dict[str, Any]:
    """A referral for one of the special services."""
    khusus = {"kdKhusus": code, "kdSubSpesialis": None, "catatan": "contoh"}
    return {"kdStatusPulang": "4", "rujukLanjut": {**TO, "subSpesialis": None, "khusus": khusus}}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def day(database: Database, clock: FakeClock) -> Iterator[PatientDay]:
    """A clinic whose referrals go through Satu Sehat."""
    with Simulator() as simulator:
        day = PatientDay(database, clock, untouched, simulator=simulator)  # type: ignore[arg-type]
        day.at.clinics = Clinics(srbk=True)
        yield day


def visit(day: PatientDay, number: int = 1, **changes: Any) -> tuple[int, int]:
    """A registration and its visit, at a doctor whom the simulator has."""
    registration = day.hand_over("tambah-pendaftaran", number)
    return registration, day.hand_over("tambah-kunjungan", number, kdDokter=str(DOCTOR), **changes)


def visits_sent(day: PatientDay) -> int:
    assert day.simulator is not None
    writes = day.simulator.ledger()["writes"]
    return sum(write["method"] == "POST" and "kunjungan" in write["endpoint"] for write in writes)


def test_a_referral_is_held_with_what_to_do_and_never_leaves(day: PatientDay) -> None:
    registration, held = visit(day, **REFERRED)
    day.pass_time(3_600)
    job = day.job(held)
    assert day.job(registration).status == "terkirim"
    assert (job.status, job.reason, job.attempts) == ("gagal", "lewat-satusehat", 0)
    assert "lewat Satu Sehat (SRBK)" in (job.message or "")
    assert "tutup pekerjaan ini sebagai sudah ada di BPJS" in (job.message or "")
    assert visits_sent(day) == 0


def test_asked_again_it_is_held_again(day: PatientDay) -> None:
    _, held = visit(day, **REFERRED)
    day.pass_time(60)
    ask_again(day.database, held, Resend(by="Sari"))
    day.pass_time(60)
    assert day.job(held).reason == "lewat-satusehat"
    assert visits_sent(day) == 0


@pytest.mark.parametrize("how", Settled)
def test_it_is_closed_by_a_person_and_holds_up_nothing(day: PatientDay, how: Settled) -> None:
    _, held = visit(day, **REFERRED)
    day.pass_time(60)
    close_by_hand(day.database, held, how, reason="dirujuk lewat aplikasi", by="Sari")
    assert day.job(held).status == "ditutup"
    _, other = visit(day, 2)
    day.pass_time(60)
    assert day.job(other).status == "terkirim"


def test_the_registration_can_be_deleted_while_the_visit_is_held(day: PatientDay) -> None:
    registration, held = visit(day, **REFERRED)
    day.pass_time(60)
    deletion = day.hand_over("hapus-pendaftaran", 1)
    day.pass_time(60)
    found = [day.job(each).status for each in (registration, held, deletion)]
    assert found == ["terkirim", "gagal", "terkirim"]


@pytest.mark.parametrize("code", ["HDL", "THA", "HEM", "HIV", "hiv"])
def test_what_stays_on_the_old_path_is_sent(day: PatientDay, code: str) -> None:
    _, sent = visit(day, **special(code))
    day.pass_time(60)
    assert (day.job(sent).status, visits_sent(day)) == ("terkirim", 1), day.job(sent).message


def test_a_visit_without_a_referral_is_sent(day: PatientDay) -> None:
    _, sent = visit(day)
    day.pass_time(60)
    assert day.job(sent).status == "terkirim"


def test_elsewhere_referrals_are_sent_as_ever(day: PatientDay) -> None:
    day.at.clinics = Clinics()
    _, sent = visit(day, **REFERRED)
    day.pass_time(60)
    assert day.job(sent).status == "terkirim", day.job(sent).message


BODIES: list[tuple[dict[str, Any], bool]] = [
    (REFERRED, True),
    ({"kdStatusPulang": 4, "rujukLanjut": None}, True),
    ({"kdStatusPulang": "4", "rujukLanjut": "lewat telepon"}, True),
    (special("JIW"), True),
    (special(None), True),
    (special("HDL"), False),
    ({"kdStatusPulang": "3"}, False),
    ({"kdStatusPulang": None}, False),
]


@pytest.mark.parametrize(("changes", "refers"), BODIES)
def test_a_body_tells_whether_its_referral_goes_there(changes: dict[str, Any], refers: bool) -> None:
    assert refers_through_satusehat(Jenis.TAMBAH_KUNJUNGAN, kunjungan(**changes)) is refers
    assert refers_through_satusehat(Jenis.TAMBAH_PENDAFTARAN, kunjungan(**changes)) is False


def test_a_missing_number_of_a_referral_that_was_made_is_found(day: PatientDay) -> None:
    """The old way too may meet these words: the visit is looked up, and never sent twice."""
    day.at.clinics = Clinics()
    assert day.simulator is not None
    day.simulator.script_answer("no-referral-number", after=True)
    _, sent = visit(day, **REFERRED)
    day.pass_time(60)
    job = day.job(sent)
    assert (job.status, job.reason) == ("terkirim", "ditemukan")
    assert set(job.result or {}) == {"noKunjungan"}
    assert visits_sent(day) == 1


def test_a_missing_number_is_never_a_refusal_and_never_sent_again(day: PatientDay) -> None:
    day.at.clinics = Clinics()
    assert day.simulator is not None
    day.simulator.script_answer("no-referral-number")
    _, sent = visit(day, **REFERRED)
    day.pass_time(26 * 3_600)
    job = day.job(sent)
    assert (job.status, job.reason) == ("tidak_pasti", "perlu-orang")
    assert "Gagal mendapatkan nomor Rujukan Satu Sehat" in (job.message or "")
    assert [each.outcome for each in show(day.database, sent).history] == ["unknown"]
    assert day.held() == {}


def test_a_clinics_table_says_so_or_the_variable_for_all(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("MELATI_SECRET", SECRET)
    (tmp_path / "melati.key").write_text("kunci")
    second = WHOLE.replace("klinik-melati", "klinik-mawar")
    file = written(
        tmp_path, f"{WHOLE}srbk = true\n{second}srbk = false\n{second.replace('mawar', 'kenanga')}"
    )
    clinics = read_clinics(file)
    names = ("klinik-melati", "klinik-mawar", "klinik-kenanga")
    assert [clinics.uses_srbk(name) for name in names] == [True, False, False]

    monkeypatch.setenv("BPJS_SRBK", "true")
    for faskes_file, expected in ((str(file), [True, False, True]), ("", [True, True, True])):
        if faskes_file:
            monkeypatch.setenv("BPJS_FASKES_FILE", faskes_file)
        else:
            monkeypatch.delenv("BPJS_FASKES_FILE")
        configured_clinics.cache_clear()
        found = configured_clinics()
        assert [found.uses_srbk(name) for name in names] == expected
    configured_clinics.cache_clear()
    assert Clinics().uses_srbk("utama") is False


def test_what_the_setting_holds_raises_no_alarm_of_failures(database: Database) -> None:
    values: dict[str, Any] = {"message": "ditahan", "reason": "lewat-satusehat"}
    held = [new_row(Status.GAGAL, kunci=f"h-{n}", rantai=f"h-{n}", **values) for n in range(FEWEST)]
    refused = [
        new_row(Status.GAGAL, kunci=f"g-{n}", rantai=f"g-{n}", message="Ditolak.") for n in range(FEWEST)
    ]
    assert MORNING.date() == held[0].tanggal
    store(database, held)
    assert many_failures(database, 0.2) == []
    store(database, refused)
    assert [each.failed for each in many_failures(database, 0.2)] == [FEWEST]
