"""Wrong data are named field by field before anything reaches BPJS."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpjs_client.bodies import card, check_body, poli, service_date, visit_key
from bpjs_client.jenis import Jenis, Service

from .samples import CARD, NIK, PHONE, REFERRAL, SPECIAL_REFERRAL, body

ADD, CALL, CANCEL = Jenis.TAMBAH_ANTREAN, Jenis.PANGGIL_ANTREAN, Jenis.BATAL_ANTREAN
REGISTER, VISIT = Jenis.TAMBAH_PENDAFTARAN, Jenis.TAMBAH_KUNJUNGAN
UNREGISTER, UNVISIT = Jenis.HAPUS_PENDAFTARAN, Jenis.HAPUS_KUNJUNGAN

ACCEPTED = [
    *((jenis, {}) for jenis in Jenis),
    (ADD, {"nomorkartu": ""}),
    (ADD, {"keterangan": ...}),
    (ADD, {"jampraktek": "20:00-24:00"}),
    (ADD, {"fieldBaru": {"apa": ["saja", 1.5]}}),
    (CALL, {"status": 2}),
    (CALL, {"status": "1", "waktu": "1789351200000"}),
    (CALL, {"nomorkartu": ""}),
    (REGISTER, {"keluhan": ...}),
    (REGISTER, {"beratBadan": 60.5}),
    (VISIT, {"noKunjungan": ..., "rujukLanjut": ...}),
    (VISIT, {"kdStatusPulang": "4", "rujukLanjut": REFERRAL}),
    (VISIT, {"kdStatusPulang": "4", "rujukLanjut": SPECIAL_REFERRAL}),
    (VISIT, {"kdStatusPulang": "9"}),
    (VISIT, {"rujukLanjut": {"kdppk": None, "khusus": {}}}),
    (VISIT, {"suhu": "36.4"}),
    (VISIT, {"kdTacc": 0}),
    (VISIT, {"beratBadan": 0, "tinggiBadan": 0}),
    (VISIT, {"tglDaftar": "29-02-2028"}),
    (UNVISIT, {"noKartu": ..., "tglDaftar": ..., "kdPoli": ...}),
    (ADD, {"nik": ""}),
    *(
        (ADD, {"nohp": phone})
        for phone in ("0812", "+62 812-0000-0001", "(021) 8123-4567", "021.8123456 ext 9")
    ),
    (REGISTER, {"sistole": "120", "diastole": "80", "respRate": "20", "heartRate": "80"}),
    (REGISTER, {"beratBadan": "60", "tinggiBadan": "165.5", "lingkarPerut": "75,25"}),
    (VISIT, {"sistole": "0", "beratBadan": "36,5"}),
    *((VISIT, {"kdTacc": tacc}) for tacc in (..., None, -1, 0, "-1", "0")),
    *((VISIT, {"kdTacc": tacc, "alasanTacc": None}) for tacc in (-1, 0, "-1")),
    (VISIT, {"kdTacc": 1, "alasanTacc": "< 3 Hari"}),
    (VISIT, {"kdTacc": "1", "alasanTacc": ">= 3 - 7 Hari"}),
    (VISIT, {"kdTacc": 4, "alasanTacc": ">= 7 hari"}),
    (VISIT, {"kdTacc": 2, "alasanTacc": "< 1 Bulan"}),
    (VISIT, {"kdTacc": 2, "alasanTacc": ">= 1 Bulan s/d < 12 Bulan"}),
    (VISIT, {"kdTacc": 2, "alasanTacc": ">= 55 Tahun"}),
    (VISIT, {"kdTacc": 3, "alasanTacc": "J01 - contoh diagnosa"}),
    (VISIT, {"kdTacc": 3, "alasanTacc": "E11.9 - Diabetes - tanpa komplikasi"}),
    (VISIT, {"kdTacc": 9}),
]
PLACEHOLDERS = ("-", "null", "NULL", "undefined", " - ", "nil")

REFUSED = [
    *((ADD, name, ...) for name in ("nomorkartu", "nik", "nohp", "kodedokter", "angkaantrean", "norm")),
    (ADD, "nomorkartu", None),
    (ADD, "nomorkartu", "123"),
    (ADD, "nomorkartu", CARD + "\n"),
    (ADD, "nomorkartu", "٠٠٠١٢٣٤٥٦٧٨٩٠"),
    (ADD, "nik", "123"),
    (ADD, "nohp", "  "),
    *((ADD, name, value) for name in ("nomorkartu", "nik", "nohp") for value in PLACEHOLDERS),
    *((CALL, "nomorkartu", value) for value in PLACEHOLDERS),
    *((REGISTER, "noKartu", value) for value in (*PLACEHOLDERS, f"{CARD}/{CARD}", f"{CARD} {CARD}")),
    (ADD, "nomorkartu", f"{CARD}/0009998887776"),
    (ADD, "nik", f"{NIK}/{NIK}"),
    *(
        (ADD, "nohp", f"{PHONE}{between}{PHONE}")
        for between in ("/", ";", ",", " / ", " ", "\n", " atau ", "|", " & ")
    ),
    (ADD, "nohp", "0812345/0812346"),
    (ADD, "nohp", "tidak ada"),
    (ADD, "kodedokter", 0),
    (ADD, "kodedokter", -1),
    (ADD, "tanggalperiksa", "14-09-2026"),
    (ADD, "tanggalperiksa", "2026-02-30"),
    (ADD, "kodedokter", "123456"),
    (ADD, "kodedokter", True),
    (ADD, "angkaantrean", "7"),
    (ADD, "angkaantrean", 7.0),
    (ADD, "jampraktek", "08:00:00-12:00:00"),
    (ADD, "jampraktek", "8-12"),
    (ADD, "jampraktek", "25:00-26:00"),
    (ADD, "namapoli", ["POLI"]),
    (CALL, "status", 3),
    (CALL, "status", True),
    (CALL, "waktu", 1789351200),
    (CALL, "waktu", "kemarin"),
    (CANCEL, "alasan", ""),
    (CANCEL, "alasan", ...),
    (REGISTER, "tglDaftar", "2026-09-14"),
    (REGISTER, "tglDaftar", "31-11-2026"),
    (REGISTER, "tglDaftar", "1-9-2026"),
    (REGISTER, "noKartu", ""),
    (REGISTER, "noKartu", 1234567890123),
    (REGISTER, "kunjSakit", "true"),
    (REGISTER, "kunjSakit", 1),
    *((REGISTER, "sistole", value) for value in (120.5, "120.5", "", " 120", "120 mmHg", "-5", "١٢٠", "1e2")),
    (REGISTER, "diastole", -1),
    *(
        (REGISTER, "beratBadan", value)
        for value in (True, "", "60 kg", "60,", ",5", "6.0.0", "-60", "nan", "inf")
    ),
    (REGISTER, "beratBadan", float("nan")),
    (REGISTER, "tinggiBadan", float("inf")),
    (REGISTER, "kdTkp", "99"),
    (REGISTER, "rujukBalik", None),
    (REGISTER, "fieldBaru", float("inf")),
    (REGISTER, "keluhan", "huruf rusak \ud800"),
    (VISIT, "noKunjungan", "012345670926Y000123"),
    (VISIT, "kdSadar", "09"),
    (VISIT, "kdSadar", 1),
    (VISIT, "kdPrognosa", "9"),
    (VISIT, "kdStatusPulang", 3),
    (VISIT, "kdStatusPulang", "pulang"),
    (VISIT, "kdDiag1", None),
    *((VISIT, "kdTacc", value) for value in ("", "tidak", 1.5, True, "- 1")),
    (VISIT, "alasanTacc", 7),
    (VISIT, "suhu", 36.5),
    (VISIT, "suhu", "panas"),
    (VISIT, "tglPulang", "2026-09-14"),
    (VISIT, "anamnesa", ...),
    (VISIT, "rujukLanjut", REFERRAL),
    (UNREGISTER, "noKartu", ...),
    (UNREGISTER, "kdPoli", ""),
    (UNREGISTER, "noUrut", 12),
    (UNVISIT, "noKunjungan", 12),
    (UNVISIT, "tglDaftar", "besok"),
]

TACC = [
    *(
        (tacc, reason)
        for tacc in (1, 2, 3, 4, "1", "4")
        for reason in (..., None, "", " ", "-", "lama sakit")
    ),
    (1, ">= 55 Tahun"),
    (4, "J01 - contoh"),
    (2, "< 3 Hari"),
    (3, "< 3 Hari"),
    (3, "J01"),
    (3, "J01 -"),
    (3, "- contoh"),
]

REFERRALS: list[tuple[Any, str]] = [
    (None, "rujukLanjut"),
    ([], "rujukLanjut"),
    (REFERRAL | {"kdppk": None}, "rujukLanjut.kdppk"),
    (REFERRAL | {"tglEstRujuk": "2026-09-15"}, "rujukLanjut.tglEstRujuk"),
    (REFERRAL | {"tglEstRujuk": "13-09-2026"}, "rujukLanjut.tglEstRujuk"),
    (SPECIAL_REFERRAL | {"tglEstRujuk": "30-08-2026"}, "rujukLanjut.tglEstRujuk"),
    (REFERRAL | {"subSpesialis": None}, "rujukLanjut"),
    (REFERRAL | {"khusus": SPECIAL_REFERRAL["khusus"]}, "rujukLanjut"),
    (REFERRAL | {"subSpesialis": {}}, "rujukLanjut.subSpesialis.kdSubSpesialis1"),
    (REFERRAL | {"subSpesialis": "3"}, "rujukLanjut.subSpesialis"),
    (SPECIAL_REFERRAL | {"khusus": {"kdKhusus": ""}}, "rujukLanjut.khusus.kdKhusus"),
]

anything = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(CARD),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3),
    max_leaves=8,
)


@pytest.mark.parametrize(("jenis", "changes"), ACCEPTED)
def test_a_body_that_bpjs_would_take_passes(jenis: Jenis, changes: dict[str, Any]) -> None:
    assert check_body(jenis, body(jenis, **changes)) == []


@pytest.mark.parametrize(("jenis", "name", "value"), REFUSED)
def test_a_wrong_field_is_named_and_no_other(jenis: Jenis, name: str, value: Any) -> None:
    assert [error.field for error in check_body(jenis, body(jenis, **{name: value}))] == [name]


@pytest.mark.parametrize(("referral", "field"), REFERRALS)
def test_status_pulang_4_needs_a_whole_referral(referral: Any, field: str) -> None:
    errors = check_body(VISIT, body(VISIT, kdStatusPulang="4", rujukLanjut=referral))

    assert [error.field for error in errors] == [field]


@pytest.mark.parametrize(("tacc", "reason"), TACC)
def test_a_tacc_needs_a_reason_from_its_own_list(tacc: int | str, reason: Any) -> None:
    errors = check_body(VISIT, body(VISIT, kdTacc=tacc, alasanTacc=reason))

    assert [error.field for error in errors] == ["alasanTacc"]


def test_a_list_of_reasons_is_told_so_that_staff_can_choose() -> None:
    told = {tacc: check_body(VISIT, body(VISIT, kdTacc=tacc))[0].message for tacc in (1, 2, 3, 4)}

    assert told[1] == told[4] == "Wajib untuk TACC ini, salah satu: < 3 Hari, >= 3 - 7 Hari, >= 7 Hari."
    assert told[2].endswith(">= 12 Tahun s/d < 55 Tahun, >= 55 Tahun.")
    assert told[3] == "Wajib untuk TACC 3, ditulis: kode - nama diagnosa."


@pytest.mark.parametrize("day", ["14-09-2026", "15-09-2026", "01-01-2027"])
def test_a_referral_may_be_for_the_same_day_or_later(day: str) -> None:
    referral = REFERRAL | {"tglEstRujuk": day}

    assert check_body(VISIT, body(VISIT, kdStatusPulang="4", rujukLanjut=referral)) == []


def test_an_unreadable_day_of_the_visit_is_named_alone() -> None:
    changes = {"kdStatusPulang": "4", "rujukLanjut": REFERRAL, "tglDaftar": "besok"}

    assert [error.field for error in check_body(VISIT, body(VISIT, **changes))] == ["tglDaftar"]


@pytest.mark.parametrize(("jenis", "name"), [(UNREGISTER, "noUrut"), (UNVISIT, "noKunjungan")])
@pytest.mark.parametrize("value", PLACEHOLDERS)
def test_what_only_stands_for_a_number_names_nothing_that_could_be_deleted(
    jenis: Jenis, name: str, value: Any
) -> None:
    assert [error.field for error in check_body(jenis, body(jenis, **{name: value}))] == [name]


def test_every_wrong_field_is_named_at_once() -> None:
    errors = check_body(VISIT, body(VISIT, sistole="x", kdDiag1="", kdStatusPulang="4"))

    assert {error.field for error in errors} == {"sistole", "kdDiag1", "rujukLanjut"}


@pytest.mark.parametrize(("jenis", "name"), [(UNREGISTER, "noUrut"), (UNVISIT, "noKunjungan")])
@pytest.mark.parametrize("value", [..., None, "", " "])
def test_a_number_may_come_from_the_chain_but_not_be_missing_when_it_goes_out(
    jenis: Jenis, name: str, value: Any
) -> None:
    wanting = body(jenis, **{name: value})

    assert check_body(jenis, wanting) == []
    assert [error.field for error in check_body(jenis, wanting, chain_supplies=False)] == [name]


@pytest.mark.long
@settings(max_examples=150, deadline=None)
@given(st.sampled_from(Jenis), st.data())
def test_no_body_however_odd_makes_the_check_raise(jenis: Jenis, data: st.DataObject) -> None:
    names = st.sampled_from(sorted(body(jenis))) | st.text(max_size=8)
    odd = data.draw(st.dictionaries(names, anything, max_size=6))

    check_body(jenis, odd, chain_supplies=False)
    check_body(jenis, body(jenis) | odd)
    service_date(jenis, odd), poli(jenis, odd), visit_key(jenis, odd), card(odd)


def test_a_very_deep_body_is_refused_without_raising() -> None:
    deep: object = "dalam"
    for _ in range(100_000):
        deep = {"a": deep}

    assert [error.field for error in check_body(VISIT, body(VISIT, rujukLanjut=deep))] == ["rujukLanjut"]


@pytest.mark.parametrize("value", [NIK, PHONE, CARD, f"{CARD}9", int(CARD), [CARD], {"a": NIK}])
@pytest.mark.parametrize("jenis", Jenis)
def test_no_sentence_repeats_the_value_it_refuses(jenis: Jenis, value: Any) -> None:
    digits = (NIK, PHONE, CARD, CARD.lstrip("0"))
    errors = check_body(jenis, dict.fromkeys(body(jenis), value))

    assert errors
    assert not any(number in str(error) for error in errors for number in digits)


@pytest.mark.parametrize(
    "name", [CARD, f"nik {NIK}", f"{PHONE[:4]}-{PHONE[4:]}", "０００１２３４５６７８９０"]
)
@pytest.mark.parametrize("jenis", Jenis)
def test_no_field_name_shows_a_number(jenis: Jenis, name: str) -> None:
    (error,) = check_body(jenis, {**body(jenis), name: float("nan")})

    assert error.message == "Tidak dapat ditulis sebagai JSON."
    assert sum(map(str.isdigit, error.field)) == 0


@pytest.mark.parametrize("jenis", Jenis)
def test_the_body_tells_its_day_poli_and_patient(jenis: Jenis) -> None:
    key = visit_key(jenis, body(jenis))

    assert service_date(jenis, body(jenis)) == date(2026, 9, 14)
    assert poli(jenis, body(jenis)) == "001"
    assert card(body(jenis)) == CARD
    assert key is not None
    assert (key.no_kartu, key.tanggal, key.kd_poli) == (CARD, date(2026, 9, 14), "001")
    assert CARD not in repr(key)


@pytest.mark.parametrize("jenis", Jenis)
def test_an_unreadable_body_tells_nothing(jenis: Jenis) -> None:
    odd = {name: ["bukan", "teks"] for name in body(jenis)}

    assert (service_date(jenis, odd), poli(jenis, odd), visit_key(jenis, odd)) == (None, None, None)
    assert card(odd) is None


def test_three_jenis_belong_to_antrean_and_four_to_pcare() -> None:
    assert [jenis for jenis in Jenis if jenis.service is Service.ANTREAN] == [ADD, CALL, CANCEL]
