"""Wrong data are named field by field before anything reaches BPJS."""

from datetime import date

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
]

REFUSED = [
    *((ADD, name, ...) for name in ("nomorkartu", "nik", "nohp", "kodedokter", "angkaantrean", "norm")),
    (ADD, "nomorkartu", None),
    (ADD, "nomorkartu", "123"),
    (ADD, "nomorkartu", CARD + "\n"),
    (ADD, "nomorkartu", "٠٠٠١٢٣٤٥٦٧٨٩٠"),
    (ADD, "nik", "123"),
    (ADD, "nohp", "  "),
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
    (REGISTER, "sistole", "120"),
    (REGISTER, "sistole", 120.5),
    (REGISTER, "diastole", -1),
    (REGISTER, "beratBadan", "60"),
    (REGISTER, "beratBadan", True),
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
    (VISIT, "kdTacc", "-1"),
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

REFERRALS = [
    (None, "rujukLanjut"),
    ([], "rujukLanjut"),
    (REFERRAL | {"kdppk": None}, "rujukLanjut.kdppk"),
    (REFERRAL | {"tglEstRujuk": "2026-09-15"}, "rujukLanjut.tglEstRujuk"),
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
def test_a_body_that_bpjs_would_take_passes(jenis, changes):
    assert check_body(jenis, body(jenis, **changes)) == []


@pytest.mark.parametrize(("jenis", "name", "value"), REFUSED)
def test_a_wrong_field_is_named_and_no_other(jenis, name, value):
    assert [error.field for error in check_body(jenis, body(jenis, **{name: value}))] == [name]


@pytest.mark.parametrize(("referral", "field"), REFERRALS)
def test_status_pulang_4_needs_a_whole_referral(referral, field):
    errors = check_body(VISIT, body(VISIT, kdStatusPulang="4", rujukLanjut=referral))

    assert [error.field for error in errors] == [field]


def test_every_wrong_field_is_named_at_once():
    errors = check_body(VISIT, body(VISIT, sistole="x", kdDiag1="", kdStatusPulang="4"))

    assert {error.field for error in errors} == {"sistole", "kdDiag1", "rujukLanjut"}


@pytest.mark.parametrize(("jenis", "name"), [(UNREGISTER, "noUrut"), (UNVISIT, "noKunjungan")])
@pytest.mark.parametrize("value", [..., None, "", " "])
def test_a_number_may_come_from_the_chain_but_not_be_missing_when_it_goes_out(jenis, name, value):
    wanting = body(jenis, **{name: value})

    assert check_body(jenis, wanting) == []
    assert [error.field for error in check_body(jenis, wanting, chain_supplies=False)] == [name]


@settings(max_examples=150, deadline=None)
@given(st.sampled_from(Jenis), st.data())
def test_no_body_however_odd_makes_the_check_raise(jenis, data):
    names = st.sampled_from(sorted(body(jenis))) | st.text(max_size=8)
    odd = data.draw(st.dictionaries(names, anything, max_size=6))

    check_body(jenis, odd, chain_supplies=False)
    check_body(jenis, body(jenis) | odd)
    service_date(jenis, odd), poli(jenis, odd), visit_key(jenis, odd), card(odd)


def test_a_very_deep_body_is_refused_without_raising():
    deep: object = "dalam"
    for _ in range(100_000):
        deep = {"a": deep}

    assert [error.field for error in check_body(VISIT, body(VISIT, rujukLanjut=deep))] == ["rujukLanjut"]


@pytest.mark.parametrize("value", [NIK, PHONE, CARD, f"{CARD}9", int(CARD), [CARD], {"a": NIK}])
@pytest.mark.parametrize("jenis", Jenis)
def test_no_sentence_repeats_the_value_it_refuses(jenis, value):
    digits = (NIK, PHONE, CARD, CARD.lstrip("0"))
    errors = check_body(jenis, dict.fromkeys(body(jenis), value))

    assert errors
    assert not any(number in str(error) for error in errors for number in digits)


@pytest.mark.parametrize("jenis", Jenis)
def test_the_body_tells_its_day_poli_and_patient(jenis):
    key = visit_key(jenis, body(jenis))

    assert service_date(jenis, body(jenis)) == date(2026, 9, 14)
    assert poli(jenis, body(jenis)) == "001"
    assert card(body(jenis)) == CARD
    assert key is not None
    assert (key.no_kartu, key.tanggal, key.kd_poli) == (CARD, date(2026, 9, 14), "001")
    assert CARD not in repr(key)


@pytest.mark.parametrize("jenis", Jenis)
def test_an_unreadable_body_tells_nothing(jenis):
    odd = {name: ["bukan", "teks"] for name in body(jenis)}

    assert (service_date(jenis, odd), poli(jenis, odd), visit_key(jenis, odd)) == (None, None, None)
    assert card(odd) is None


def test_three_jenis_belong_to_antrean_and_four_to_pcare():
    assert [jenis for jenis in Jenis if jenis.service is Service.ANTREAN] == [ADD, CALL, CANCEL]
