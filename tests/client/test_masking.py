"""Nothing but codes, dates and numbers of BPJS's own fields is shown unless somebody asks for it."""

import json

import pytest

from bpjs_client.masking import LEFT_OUT, masked, masked_changes
from tests.tasks.bodies import BODIES, CARD, NIK, PHONE

NUMBERS = (CARD, NIK, PHONE)


@pytest.mark.parametrize("number", NUMBERS)
@pytest.mark.parametrize(
    "name",
    [
        "noKartu",
        "no_kartu",
        "NO KARTU",
        "NIK",
        "nomor_peserta",
        "no.hp",
        "Nomor-KTP",
        "noka",
        "kdPoli",
        "bebas",
    ],
)
def test_a_number_is_shown_under_no_name(name: str, number: str) -> None:
    for value in (number, int(number), [number], {"isi": number}, f"a {number} b"):
        assert number not in json.dumps(masked({name: value}))
        changes = [
            {"field": name, "from": value, "to": number},
            {"field": f"rujukLanjut.{name}", "to": value},
        ]
        assert number not in json.dumps(masked_changes(changes))


def test_a_number_that_is_a_name_is_not_shown_either() -> None:
    assert CARD not in json.dumps(masked({CARD: 1}))


def test_codes_dates_and_numbers_of_bpjss_own_fields_are_shown() -> None:
    shown = masked(BODIES["tambah-kunjungan"])
    for name in ("kdPoli", "tglDaftar", "kdDiag1", "sistole", "suhu", "kdStatusPulang"):
        assert shown[name] == BODIES["tambah-kunjungan"][name]


@pytest.mark.parametrize("name", ["keluhan", "anamnesa", "catatan", "isian_sendiri"])
def test_of_free_words_and_of_what_nobody_knows_only_that_it_is_there(name: str) -> None:
    assert masked({name: "Budi Santoso, Jl. Melati 3"}) == {name: LEFT_OUT}
    assert masked({name: ["Budi"], "kdPoli": {name: "Budi"}}) == {
        name: [LEFT_OUT],
        "kdPoli": {name: LEFT_OUT},
    }
    assert masked({name: ""}) == {name: ""}
    assert masked_changes([{"field": name, "from": "Budi", "to": None}]) == [
        {"field": name, "from": LEFT_OUT, "to": None}
    ]


def test_bpjss_words_are_shown_without_the_patients_numbers() -> None:
    said = {"metaData": {"code": 201, "message": f"Peserta {CARD} tidak aktif"}, "response": {"nama": "Budi"}}
    assert masked(said) == {
        "metaData": {"code": 201, "message": "Peserta ••• tidak aktif"},
        "response": {"nama": LEFT_OUT},
    }
    # A short number, which only the request tells to be the patient's.
    request = {"nohp": "021-7712"}
    assert "7712" not in json.dumps(masked({"message": "hp 021 7712 salah"}, request))
    assert masked("<html>peserta 0001234567891</html>") == "<html>peserta •••</html>"
