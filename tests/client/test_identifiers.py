"""A patient's number is masked however it is written, and what staff must read stays readable."""

import re
import string
import time
from typing import Any
from urllib.parse import quote

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpjs_client.identifiers import without_identifiers
from bpjs_client.plain_text import plain

from .samples import CARD, NIK, PHONE

REQUEST = {
    "noKartu": CARD,
    "nik": NIK,
    "nohp": PHONE,
    "noKunjungan": "0114U1630914Y000123",
    "norm": "RM-000001",
    "kodedokter": 123456,
    "jampraktek": "08:00-12:00",
}
FULL_WIDTH = str.maketrans(string.digits, "０１２３４５６７８９")
ARABIC = str.maketrans(string.digits, "٠١٢٣٤٥٦٧٨٩")

# With nothing known of the request: a number may also be another patient's.
LONG = [
    "0009998887776",
    "0009 9988 87776",
    "0009-9988-87776",
    "0009.9988.87776",
    "0009_9988_87776",
    "0009 - 9988 - 87776",
    "0009 – 9988 – 87776",
    "0009  9988  87776",
    "0009\u00a09988\u00a087776",
    "0009\n9988\n87776",
    "0009\u200b9988\u200b87776",
    "0009\u00ad99888\u2060 7776",
    "3201 0101 0101 0001",
    "32.01.01.010101.0001",
    "0812-3456-789",
    "(0812) 3456-789",
    "0812 (3456) 789",
    "0009998887776".translate(FULL_WIDTH),
    "0009998887776".translate(ARABIC),
    "0009%209988%2087776",
    "0009%2D9988%2d87776",
    "0009%25209988%252087776",
    "".join(f"%3{digit}" for digit in "0009998887776"),
    "0009&nbsp;9988&#32;87776",
    "".join(f"&#4{ord(digit) % 10};" for digit in "000111000111"),
]
VISITS = ["0099B0011126Y000123", "0114u1630914y000123", "012345670926Y0001234"]
# Of the request's own also what looks like nobody's number.
OWN = [
    CARD,
    f"{CARD[:7]} dan {CARD[7:]}",
    f"{CARD[:4]} (bagian 'a') {CARD[4:8]}, {CARD[8:]}",
    f"{CARD[:4]}/{CARD[4:8]}/{CARD[8:]}",
    f"{CARD[:4]},{CARD[4:8]},{CARD[8:]}",
    CARD.lstrip("0"),
    f"{NIK[:6]}:{NIK[6:12]}:{NIK[12:]}",
    ".".join(NIK),
    quote(" ".join(NIK)),
    f"01-01-2001{NIK}",
    "0114U-1630914-Y000123",
    "0114 u163 0914 y 000123",
]
READABLE = [
    "kdPoli 001 tidak melayani tanggal 14-09-2026 jam 08:00-12:00, kuota 25",
    "14-09-2026 08:00",
    "Antrean 7 14-09-2026 08:00-12:00 kuota 25",
    "14/09/2026 15/09/2026 16/09/2026",
    "14.09.2026 08.00.00",
    "2026-09-14 2026-09-15 2026-09-16",
    "2026-09-14T08:00:00.000+07:00",
    "2026-09-14 08:00:00 2026-09-14 09:00:00",
    "01-09-2026 - 30-09-2026",
    "01-09-2026 s/d 30-09-2026",
    "jam praktik 08:00-12:00 13:00-15:00 16:00-20:00",
    "jam 08.00 - 12.00 13.00 - 15.00 16.00 - 18.00",
    "08:00-12:00/13:00-15:00",
    "dokter 123456 tidak berpraktik di poli 001 tanggal 14-09-2026",
    "dokter 200101, 200102, 200103",
    "A01.0 J18.9 I10 E11.9",
    "kdDiag1 A01.0 - Demam tifoid; kdDiag2 I10",
    "tindakan 89.52 93.94 99.04",
    "kdPoli 001, 002, 003, 004, 005",
    "suhu 36,5 tinggi 165.5 berat 60.25",
    "tekanan darah 120/80, nadi 80, napas 20",
    "RM-000001 antrean A-07",
    "kdppk 0099B001 dan 0114U163",
    "HTTP 412, kode 50000, baris 12345678",
    "kuota 100%25 penuh &amp; tutup 12:00",
    "tanggal 32-13-2026 bukan tanggal",
    "",
    "Peserta tidak ditemukan",
]
SHORT = [
    ("0812", "Nomor 0812 salah", "Nomor ••• salah"),
    ("08123456", "Nomor 08123456, 0812-3456 atau 0812 3456", "Nomor •••, ••• atau •••"),
    ("08123456 (ibu)", "Nomor 08123456 salah", "Nomor ••• salah"),
    ("+62 812-0000-0001", "Nomor +62 812-0000-0001 salah", "Nomor ••• salah"),
    ("08123456/08129876", "Nomor 08123456 dan 08129876 salah", "Nomor ••• dan ••• salah"),
    ("1409", "14-09-2026 1409", "14-09-2026 •••"),
    ("0800", "08:00-12:00 x108005", "08:00-12:00 x108005"),
    ("0926", "00-0926 14-09-2026", "00-0926 14-09-2026"),
    ("123", "kode 123", "kode 123"),
    ("tidak ada", "Data tidak ada", "Data tidak ada"),
]


TEXTS = ["Nomor %s salah", "%s", "noKartu=%s;", "%s; 14-09-2026", "14-09-2026 %s"]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        *((text, number) for text in (*TEXTS, "x%sx") for number in LONG),
        *((text, number) for text in TEXTS for number in VISITS),
    ],
)
def test_a_long_number_is_masked_however_it_is_written(text: str, number: str) -> None:
    shown = without_identifiers(text.replace("%s", number))

    assert shown.replace("(•••", "•••") == text.replace("%s", "•••")


@pytest.mark.parametrize("number", [*LONG, *VISITS, *OWN])
def test_the_requests_own_numbers_are_masked_however_they_are_split(number: str) -> None:
    shown = without_identifiers(f"Peserta {number} tidak aktif", REQUEST)

    assert shown.endswith("••• tidak aktif")
    assert not re.search(r"[0-9]", plain(shown).text.replace("01-01-2001", ""))


@pytest.mark.parametrize("text", READABLE)
@pytest.mark.parametrize("request_body", [None, REQUEST])
def test_dates_times_and_codes_stay_readable(text: str, request_body: dict[str, Any] | None) -> None:
    without_own = text.replace("RM-000001", "RM-000002")

    assert without_identifiers(without_own, request_body) == without_own


@pytest.mark.parametrize(("phone", "text", "shown"), SHORT)
def test_a_short_identifier_is_masked_as_a_word_of_its_own_only(phone: str, text: str, shown: str) -> None:
    assert without_identifiers(text, {"nohp": phone}) == shown


@pytest.mark.parametrize(
    "name", ["noKartu", "nomorkartu", "nik", "NIK", "nohp", "noHP", "noKTP", "noKunjungan"]
)
@pytest.mark.parametrize("value", ["1234567", 1234567])
def test_the_names_of_identifiers_are_known_in_every_spelling(name: str, value: Any) -> None:
    assert without_identifiers("Nomor 1234567 salah", {name: value}) == "Nomor ••• salah"


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("kunjungan/0114Y9", "0114Y9 tidak ditemukan"),
        ("kunjungan/peserta/0001234", "0001234 tidak ditemukan"),
        (
            "pendaftaran/peserta/12345678/tglDaftar/14-09-2026/noUrut/B12/kdPoli/001",  # pragma: allowlist secret
            "12345678 tidak ditemukan",
        ),
        ("peserta/nik/32010101", "32010101 tidak ditemukan"),
    ],
)
def test_what_only_the_path_of_a_request_names_is_masked_too(path: str, text: str) -> None:
    assert without_identifiers(text, None, path).endswith("••• tidak ditemukan")


@pytest.mark.parametrize("text", ["14-09-2026 poli 001 antrean B12", "noUrut B12 tanggal 14-09-2026"])
def test_a_path_masks_no_date_poli_or_number_of_the_queue(text: str) -> None:
    path = f"pendaftaran/peserta/{CARD}/tglDaftar/14-09-2026/noUrut/B12/kdPoli/001"

    assert without_identifiers(text, None, path) == text


digits = st.text(string.digits, min_size=9, max_size=16)
gaps = st.sampled_from(["", "", "", " ", "-", ".", " - ", "\u2013", "%20", "\u200b"])


@settings(max_examples=200, deadline=None)
@given(digits, st.data(), st.text(string.ascii_letters + " ,;", max_size=12))
def test_no_grouping_of_a_requests_number_gets_through(number: str, data: st.DataObject, around: str) -> None:
    grouped = "".join(digit + data.draw(gaps) for digit in number)
    shown = without_identifiers(f"{around}{grouped}{around}", {"noKartu": number})

    assert sum(map(str.isdigit, plain(shown).text)) == 0


@settings(max_examples=200, deadline=None)
@given(st.text(max_size=60))
def test_no_text_makes_it_fail_and_twice_is_no_more_than_once(text: str) -> None:
    once = without_identifiers(text, REQUEST)

    assert without_identifiers(once, REQUEST) == once


@pytest.mark.parametrize("piece", ["0", "0 ", "1-", "00:00 ", "01-01-2001 ", "%30", "é1 ", "0a", "(1) "])
def test_a_long_text_is_read_in_no_time(piece: str) -> None:
    text = piece * 20_000
    started = time.process_time()
    without_identifiers(text, REQUEST)

    assert time.process_time() - started < 3
