"""What a job lacks by its body and by the clinic's copy of BPJS's references."""

from dataclasses import replace
from typing import Any

import pytest

from tests.database.clinic import FakeClock
from tests.tasks.bodies import CARD, NIK
from tests.tasks.readiness.conftest import Desk, certain, new
from tests.tasks.test_code_check import REFERRAL as REFERRED
from tests.tasks.test_srbk import special

REFERRAL: dict[str, Any] = dict(REFERRED)
CALLED = 1789351200000  # 09:00 of the day, epoch milliseconds


def test_a_whole_visit_lacks_nothing(desk: Desk) -> None:
    desk.delivered("tambah-pendaftaran")
    assert desk.lacks("tambah-kunjungan") == {}


@pytest.mark.parametrize("jenis", ["tambah-antrean", "tambah-pendaftaran"])
def test_what_comes_first_lacks_nothing(desk: Desk, jenis: str) -> None:
    assert desk.lacks(jenis) == {}


def test_all_wrong_fields_are_said_at_once(desk: Desk) -> None:
    job = new("tambah-kunjungan", suhu="panas", kdSadar="99", sistole="x", kdPoli="077")
    (findings,) = desk.lacks_each(job)
    said = [(each.rule, each.field) for each in findings if each.is_certain]
    assert said == [
        ("isian-salah", "kdSadar"),
        ("isian-salah", "sistole"),
        ("isian-salah", "suhu"),
        ("kode-tidak-dikenal", "kdPoli"),
    ]


@pytest.mark.parametrize(
    ("jenis", "changes", "field"),
    [
        ("tambah-antrean", {"kodepoli": "099"}, "kodepoli"),
        ("panggil-antrean", {"kodepoli": "099"}, "kodepoli"),
        ("tambah-pendaftaran", {"kdPoli": "099"}, "kdPoli"),
        ("tambah-kunjungan", {"kdDokter": "9"}, "kdDokter"),
        ("tambah-kunjungan", {"kdDiag1": "Z99"}, "kdDiag1"),
        ("tambah-kunjungan", {"kdDiag3": "Z99"}, "kdDiag3"),
        ("tambah-kunjungan", {"kdSadar": "03"}, "kdSadar"),
        ("tambah-kunjungan", {"kdPrognosa": "05"}, "kdPrognosa"),
        ("tambah-kunjungan", {"alergiObat": "07"}, "alergiObat"),
        ("tambah-kunjungan", {"kdStatusPulang": "5"}, "kdStatusPulang"),
    ],
)
def test_a_code_that_the_clinic_does_not_have_is_certain(
    desk: Desk, jenis: str, changes: dict[str, Any], field: str
) -> None:
    found = desk.lacks(jenis, **changes)["kode-tidak-dikenal"]
    assert (found.field, found.is_certain) == (field, True)
    assert "Sinkronisasi" in found.todo


def test_where_codes_are_not_checked_before_sending_they_are_a_hint(desk: Desk) -> None:
    desk.checks_codes = False
    found = desk.lacks("tambah-pendaftaran", kdPoli="099")
    assert certain(found) == set()
    assert found["kode-tidak-diperiksa"].field == "kdPoli"


def test_a_code_that_is_wrong_in_shape_is_said_once(desk: Desk) -> None:
    (findings,) = desk.lacks_each(new("tambah-antrean", kodedokter="dua", jampraktek="x"))
    assert [each.field for each in findings] == ["kodedokter", "jampraktek"]
    (unknown,) = desk.lacks_each(new("tambah-kunjungan", kdDokter="9"), new("tambah-pendaftaran"))[:1]
    assert [each.rule for each in unknown] == ["kode-tidak-dikenal"]


def test_a_code_of_a_referral_is_a_hint(desk: Desk) -> None:
    desk.sync("pcare/poli")
    found = desk.lacks("tambah-kunjungan", kdPoliRujukInternal="099")
    assert (found["kode-diragukan"].field, "kode-diragukan" in certain(found)) == (
        "kdPoliRujukInternal",
        False,
    )
    assert "kode-diragukan" not in desk.lacks("tambah-kunjungan", kdPoliRujukInternal="002")


def test_a_doctor_without_a_session_is_certain(desk: Desk) -> None:
    found = desk.lacks("tambah-antrean", kodedokter=654321)["tanpa-sesi"]
    assert (found.field, found.is_certain) == ("kodedokter", True)
    assert "123456 dr. Uji" in found.says


def test_other_hours_than_the_sessions_are_certain(desk: Desk) -> None:
    found = desk.lacks("tambah-antrean", jampraktek="09:00-11:00")["tanpa-sesi"]
    assert (found.field, found.is_certain) == ("jampraktek", True)
    assert "08:00-12:00, 13:00-15:00" in found.says


def test_a_visit_by_a_doctor_outside_the_schedule_is_a_hint(desk: Desk) -> None:
    desk.delivered()
    found = desk.lacks("tambah-kunjungan", kdDokter="654321")
    assert set(found) == {"dokter-tidak-praktik"}
    assert not certain(found)
    assert "77 dr. Pagi" in found["dokter-tidak-praktik"].says


@pytest.mark.parametrize(
    ("waktu", "says"),
    [
        (CALLED + 8 * 3_600_000, "Di luar jam praktik"),  # 17:00
        (CALLED + 24 * 3_600_000, "Bukan pada tanggalperiksa"),
        (CALLED, None),
        (10**30, None),
    ],
)
def test_a_call_outside_the_sessions_is_a_hint(desk: Desk, waktu: int, says: str | None) -> None:
    desk.delivered("tambah-antrean")
    found = desk.lacks("panggil-antrean", waktu=waktu)
    if says is None:
        assert "waktu-di-luar-praktik" not in found
    else:
        assert says in found["waktu-di-luar-praktik"].says
        assert not certain(found)


@pytest.mark.parametrize(("hours", "field"), [(0, None), (5, "jampraktek"), (24, "tanggalperiksa")])
def test_a_queue_entry_of_a_past_session_or_day_is_a_hint(
    desk: Desk, clock: FakeClock, hours: int, field: str | None
) -> None:
    clock.advance(hours=hours)
    found = desk.lacks("tambah-antrean")
    assert (found["sudah-lewat"].field if "sudah-lewat" in found else None) == field
    assert not certain(found)


def test_a_referral_without_tacc_is_certain(desk: Desk) -> None:
    assert "tanpa-tacc" in certain(desk.lacks("tambah-kunjungan", **REFERRAL))
    assert "tanpa-tacc" not in desk.lacks("tambah-kunjungan", **REFERRAL, kdDiag1="J18.9")


@pytest.mark.parametrize(
    ("uses", "rule", "is_certain"),
    [(True, "lewat-satusehat", True), (None, "rujukan-belum-dinilai", False), (False, None, False)],
)
def test_where_referrals_go_through_satusehat_such_a_visit_is_held(
    desk: Desk, uses: bool | None, rule: str | None, is_certain: bool
) -> None:
    desk.uses_srbk = lambda faskes: uses if faskes == "utama" else False
    found = desk.lacks("tambah-kunjungan", **{**REFERRAL, "kdDiag1": "J18.9"})
    assert set(found) & {"lewat-satusehat", "rujukan-belum-dinilai"} == ({rule} if rule else set())
    assert bool(certain(found) & {"lewat-satusehat"}) is is_certain
    assert "lewat-satusehat" not in desk.lacks("tambah-kunjungan", **special("HDL"))


def test_references_that_were_never_read_are_said(desk: Desk) -> None:
    (found,) = desk.lacks_each(new("tambah-pendaftaran", faskes="utama"))
    assert found == []
    other = Desk(desk.database, desk.clinic)
    (elsewhere,) = other.lacks_each(new("tambah-pendaftaran", faskes="klinik-melati"))
    assert [(each.rule, each.field, each.is_certain) for each in elsewhere] == [
        ("belum-dapat-dinilai", "kdPoli", False)
    ]
    assert "referensi poli belum pernah dibaca" in elsewhere[0].says


def test_references_that_are_old_are_said_with_their_age(desk: Desk, clock: FakeClock) -> None:
    desk.delivered()
    clock.advance(hours=37)
    found = desk.lacks("tambah-kunjungan", kdDiag1="Z99", kdDokter="9")
    assert not certain(found)
    unjudged = found["belum-dapat-dinilai"]
    assert "kdDiag1" in unjudged.field
    assert "kdDokter" in unjudged.field
    assert "diagnosa" in unjudged.says
    assert "terakhir dibaca 14-09-2026 08:00, lebih dari 36 jam" in unjudged.says


def test_a_day_that_the_schedule_does_not_hold_is_said(desk: Desk) -> None:
    found = desk.lacks("tambah-antrean", tanggalperiksa="2026-09-30")
    assert set(found) == {"belum-dapat-dinilai"}
    assert "belum berisi tanggal 30-09-2026" in found["belum-dapat-dinilai"].says


def test_no_sentence_repeats_what_was_handed_over(desk: Desk) -> None:
    secret = "0004445556667"
    jobs = [
        new("tambah-kunjungan", secret, noKartu=secret, kdDiag1=secret, kdPoli=secret, alergiObat=secret),
        new("tambah-antrean", secret, nomorkartu=secret, nik=secret, kodepoli=secret, jampraktek=secret),
        new("panggil-antrean", secret, nomorkartu=secret, waktu=secret, status=secret),
        new("tambah-pendaftaran", secret, noKartu=f"x{secret}", kunci=secret),
    ]
    said = repr(desk.lacks_each(*jobs))
    assert "kode-tidak-dikenal" in said
    for hidden in (secret, CARD, NIK):
        assert hidden not in said


@pytest.mark.parametrize(
    "odd", ["\x00", "J\x0000", "\ud800", "😀" * 200, "%", "_", "a'b", "[" * 500, {"a": [None]}, 10**40]
)
@pytest.mark.parametrize(
    "jenis", ["tambah-antrean", "panggil-antrean", "tambah-kunjungan", "hapus-kunjungan"]
)
def test_whatever_stands_in_a_field_gets_an_answer(desk: Desk, jenis: str, odd: Any) -> None:
    whole = new(jenis).body
    jobs = [replace(new(jenis), body={**whole, name: odd}) for name in whole]
    if isinstance(odd, str):
        jobs += [new(jenis, f"x{odd}"[:64], kunci=f"x{odd}"[:200], rantai=f"x{odd}"[:200])]
    answers = desk.lacks_each(*jobs)
    assert len(answers) == len(jobs)
