"""Only "already there" about this patient, at this poli, on this day counts as delivered."""

from typing import Any

import pytest

from bpjs_client.errors import AlreadyThere, BpjsError, Rejected
from bpjs_client.jenis import Jenis, Service

from .samples import BODIES, CARD, NIK, answering, body, clinic, envelope

ADD, REGISTER, VISIT = Jenis.TAMBAH_ANTREAN, Jenis.TAMBAH_PENDAFTARAN, Jenis.TAMBAH_KUNJUNGAN
OTHER_CARD = "0009998887776"

OWN_ANTREAN = [
    "Peserta sudah terdaftar di poli tersebut pada hari ini",
    "Peserta sudah terdaftar di poli tersebut pada hari ini.",
    "PESERTA SUDAH TERDAFTAR DI POLI TERSEBUT PADA HARI INI",
    "Pasien sudah terdaftar pada poli ini hari ini",
    "Maaf, peserta sudah terdaftar di poli yang sama pada hari yang sama",
    "Anda sudah terdaftar di poli tujuan",
    "Peserta sdh terdaftar; peserta sudah terdaftar di poli tsb pd hari ini",
    "Peserta sudah terdaftar di poli yg sama pada hari yg sama",
    "Sudah terdaftar",
    "Peserta sudah  terdaftar",
    "Nomor kartu sudah terdaftar di poli tersebut pada hari ini",
    f"Nomor kartu {CARD} sudah terdaftar di poli tersebut pada hari ini",
    f"Peserta dengan nomor kartu {CARD[:4]} {CARD[4:8]} {CARD[8:]} sudah terdaftar",
    f"Peserta {CARD} NIK {NIK} sudah terdaftar",
    "Peserta sudah terdaftar di poli 001 tanggal 2026-09-14",
    "Peserta sudah terdaftar di POLI UMUM pada 14-09-2026 pukul 08:00-12:00",
    "Peserta sudah terdaftar di poli umum tanggal 14 September 2026",
    "Peserta sudah terdaftar di poli tersebut pada hari ini dengan nomor antrean A-07",
    "Peserta sudah terdaftar di poli tersebut pada hari ini, no. antrian: 7",
    "Peserta dengan no RM RM-000001 sudah terdaftar di poli tersebut",
    "Peserta sudah terdaftar di poli (001) di faskes ini",
    "Peserta sudah terdaftar di FKTP tersebut pada hari ini",
    "Peserta sudah terdaftar di poli tersebut pada hari ini melalui Mobile JKN",
    "Peserta sudah terdaftar di poli tersebut pada 14-09-26",
]
OTHERS_ANTREAN = [
    "Nomor antrean A-7 sudah terdaftar atas nama peserta lain",
    "Nomor antrean A-07 sudah terdaftar",
    "No antrian A-07 sudah terdaftar di poli tersebut pada hari ini",
    "Peserta sudah terdaftar di FKTP lain",
    "Peserta sudah terdaftar di poli tersebut pada sesi sore",
    "Peserta sudah terdaftar pada jadwal siang",
    "Peserta sudah terdaftar di faskes lainnya",
    "Nomor kartu sudah terdaftar pada poli lain",
    "Peserta sudah terdaftar pada tanggal lain",
    "Peserta sudah terdaftar pada hari yang berbeda",
    "Peserta sudah terdaftar di poli yang berlainan",
    "Peserta sudah terdaftar di poli tersebut kemarin",
    "NIK sudah terdaftar dengan nomor kartu lain",
    f"NIK {NIK} sudah terdaftar dengan nomor kartu {OTHER_CARD}",
    "NIK sudah terdaftar",
    "Maaf, nomor HP sudah terdaftar",
    "Nomor Induk Kependudukan sudah terdaftar",
    f"Nomor kartu {OTHER_CARD} sudah terdaftar di poli tersebut pada hari ini",
    f"Nomor kartu {OTHER_CARD[:4]}-{OTHER_CARD[4:]} sudah terdaftar",
    f"Peserta {CARD} sudah terdaftar sebagai {OTHER_CARD}",
    "Nomor kartu sudah terdaftar atas nama CONTOH",
    "Peserta sudah terdaftar di FKTP 0099B002 pada hari ini",
    "Peserta sudah terdaftar di Klinik Contoh Sentosa",
    "Peserta sudah terdaftar di poli 002 pada hari ini",
    "Peserta sudah terdaftar di poli GIGI pada hari ini",
    "Peserta sudah terdaftar di Poli: KIA",
    "Peserta sudah terdaftar di poli tersebut pada tanggal 2026-09-13",
    "Peserta sudah terdaftar tanggal 13/09/2026",
    "Peserta sudah terdaftar tanggal 14 Oktober 2026",
    "Peserta sudah terdaftar tanggal 14 Entah 2026",
    "Peserta sudah terdaftar tanggal 31-09-2026",
    "Peserta sudah terdaftar dengan nomor antrean B-07",
    "Peserta dengan no RM RM-000002 sudah terdaftar di poli tersebut",
    "Peserta SITI CONTOH sudah terdaftar di poli tersebut pada hari ini",
    "Contoh Pasien sudah terdaftar di poli tersebut pada hari ini",
    "Peserta sudah terdaftar di PKM Contoh pada hari ini",
    "Peserta sudah terdaftar di RSUD Contoh",
    "Peserta sudah terdaftar di dokter Contoh pada hari ini",
    "Peserta sudah terdaftar di poli tersebut pada 13-09-26",
    "Peserta sudah terdaftar di poli tersebut tanggal 13",
    "Peserta sudah terdaftar di poli tersebut kemaren",
    "Peserta sudah terdaftar minggu lalu",
    "Peserta sudah terdaftar di poli tersebut hari Senin",
    "Keluarga peserta sudah terdaftar di poli tersebut pada hari ini",
]
OWN_PCARE = [
    "Peserta sudah di-entri di poli yang sama pada hari yang sama.",
    "Peserta sudah di-entri pada hari yang sama",
    "Peserta sudah dientri di poli yang sama",
    "Peserta sudah di entri di poli 001 tanggal 14-09-2026",
    "Peserta sudah di-entri di poli Umum pada hari yang sama",  # no body of PCare holds a poli's name
    f"Peserta {CARD} sudah di-entri",
    "Peserta sudah di-entri di poli yang sama dengan nomor kunjungan 012345670926Y000123",
]
OTHERS_PCARE = [
    "Peserta sudah di-entri di poli lain pada hari yang sama.",
    "Peserta sudah di-entri di faskes lain",
    "Peserta sudah di-entri di poli 002 pada hari yang sama",
    "Peserta sudah di-entri di Puskesmas Contoh pada hari yang sama",
    "Peserta sudah di-entri tanggal 13-09-2026",
    f"Peserta {OTHER_CARD} sudah di-entri di poli yang sama pada hari yang sama.",
    "Nomor kartu sudah di-entri atas nama peserta lain",
]


def answer_to(jenis: Jenis, content: object, status: int, **changes: object) -> BpjsError:
    with pytest.raises(BpjsError) as caught:
        clinic(answering(status, content)).send(jenis, body(jenis, **changes))
    return caught.value


@pytest.mark.parametrize("words", OWN_ANTREAN)
def test_words_about_this_patient_in_the_queue_mean_that_it_is_there(words: str) -> None:
    assert type(answer_to(ADD, envelope(Service.ANTREAN, 201, words), 200)) is AlreadyThere


@pytest.mark.parametrize("words", OTHERS_ANTREAN)
def test_words_about_something_else_in_the_queue_are_a_refusal_in_bpjs_words(words: str) -> None:
    error = answer_to(ADD, envelope(Service.ANTREAN, 201, words), 200)

    assert type(error) is Rejected
    assert "sudah terdaftar" in error.reason
    assert OTHER_CARD not in error.reason


@pytest.mark.parametrize("jenis", [REGISTER, VISIT])
@pytest.mark.parametrize("code", [401, 412, 428])
@pytest.mark.parametrize("words", OWN_PCARE)
def test_words_about_this_patient_at_pcare_mean_that_it_is_there(jenis: Jenis, code: int, words: str) -> None:
    assert type(answer_to(jenis, envelope(Service.PCARE, code, words), code)) is AlreadyThere


@pytest.mark.parametrize("jenis", [REGISTER, VISIT])
@pytest.mark.parametrize("code", [401, 412, 428])
@pytest.mark.parametrize("words", OTHERS_PCARE)
def test_words_about_something_else_at_pcare_are_a_refusal_in_bpjs_words(
    jenis: Jenis, code: int, words: str
) -> None:
    error = answer_to(jenis, envelope(Service.PCARE, code, words), code)

    assert type(error) is Rejected
    assert "sudah di-entri" in error.reason


@pytest.mark.parametrize(
    ("fields", "kind"),
    [
        ([("noKartu", OWN_PCARE[0])], AlreadyThere),
        ([("noKartu", OWN_PCARE[0]), ("kdDiag1", "Pilih diagnosa lain")], AlreadyThere),
        ([("noKartu", OTHERS_PCARE[0])], Rejected),
        ([("noKartu", OWN_PCARE[0]), ("noKartu", OTHERS_PCARE[1])], Rejected),
    ],
)
def test_each_text_that_says_so_must_speak_of_this_patient(
    fields: list[tuple[str, str]], kind: type[BpjsError]
) -> None:
    response = [{"field": name, "message": message} for name, message in fields]
    error = answer_to(VISIT, envelope(Service.PCARE, 412, "PRECONDITION_FAILED", response), 412)

    assert type(error) is kind
    assert [field.field for field in error.fields] == [name for name, _ in fields]


@pytest.mark.parametrize(
    ("words", "changes", "kind"),
    [
        (f"Peserta {CARD} sudah terdaftar", {"nomorkartu": ""}, Rejected),
        (f"Peserta dengan NIK {NIK} sudah terdaftar di poli tersebut", {"nomorkartu": ""}, AlreadyThere),
        ("Peserta sudah terdaftar di poli 002", {"kodepoli": "002"}, AlreadyThere),
        ("Peserta sudah terdaftar di poli ANA", {"kodepoli": "ANA", "namapoli": "Anak"}, AlreadyThere),
        ("Peserta sudah terdaftar di poli gigi", {"namapoli": "Gigi & Mulut"}, AlreadyThere),
        ("Peserta sudah terdaftar di poli umum", {"namapoli": "Gigi & Mulut"}, Rejected),
        ("Peserta sudah terdaftar pada 15-09-2026", {"tanggalperiksa": "2026-09-15"}, AlreadyThere),
        ("Peserta sudah terdaftar, nomor antrean 12", {"nomorantrean": "A-12"}, AlreadyThere),
    ],
)
def test_what_is_named_is_held_against_this_request(
    words: str, changes: dict[str, Any], kind: type[BpjsError]
) -> None:
    assert type(answer_to(ADD, envelope(Service.ANTREAN, 201, words), 200, **changes)) is kind


def test_panggil_and_batal_know_no_duplicates() -> None:
    for jenis in (Jenis.PANGGIL_ANTREAN, Jenis.BATAL_ANTREAN):
        assert type(answer_to(jenis, envelope(Service.ANTREAN, 201, OWN_ANTREAN[0]), 200)) is Rejected
        assert BODIES[jenis]["nomorkartu"] == CARD
