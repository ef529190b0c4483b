"""The shape of a text: what is alike is one, and nobody is named in it."""

import pytest

from bpjs_client.text_shape import LONGEST, shape_of, shape_of_field
from tests.tasks.bodies import CARD, NIK

PATIENT = "Siti Nurhaliza binti Umar"
SHAPES = [
    ("Kuota 30 dari 30 terpakai", "Kuota # dari # terpakai"),
    (f"Peserta {CARD} dengan NIK {NIK} ditolak", "Peserta # dengan NIK # ditolak"),
    ("Peserta SITI NURHALIZA ditolak", "Peserta … ditolak"),
    ("peserta siti nurhaliza, umar, ditolak", "peserta …, ditolak"),
    ("PESERTA SITI NURHALIZA DITOLAK", "PESERTA … DITOLAK"),
    ("Sudah dipakai BUDI SANTOSO di hari itu", "Sudah dipakai … di hari itu"),
    ("Peserta Sitinurhaliza binti Umar ditolak", "Peserta … ditolak"),
    ("Sudah dipakai Ahmad bin Ali Yani hari itu", "Sudah dipakai Ahmad bin … hari itu"),
    ("Nomor dipakai atas nama Budi Santoso", "Nomor dipakai atas nama …"),
    ("Nilai 'batuk pilek' pada keluhan tidak diterima", "Nilai … pada keluhan tidak diterima"),
    ('Nilai "batuk pilek" tidak diterima', "Nilai … tidak diterima"),
    ("Ditolak\n  pada   14-09-2026 08:00", "Ditolak pada # #"),
]


@pytest.mark.parametrize(("text", "shape"), SHAPES)
def test_numbers_names_and_quoted_texts_leave_a_sign(text: str, shape: str) -> None:
    assert shape_of(text, PATIENT) == shape


def test_a_short_part_of_a_name_does_not_tear_words_apart() -> None:
    assert shape_of("Al Quran di poli", "Al Di") == "Al Quran di poli"


@pytest.mark.parametrize("name", ["Li Na", "LI NA", "LiNa", "li-na"])
def test_a_whole_name_is_masked_however_short_and_split(name: str) -> None:
    assert shape_of(f"Peserta {name} ditolak", "Tuan Besar\nLi Na") == "Peserta … ditolak"


FIELDS = [
    ("kdDiag1", "Kode 12 tidak ada", "kdDiag1: Kode # tidak ada"),
    ("umar", "belum terdaftar", "…: belum terdaftar"),
    ("nama", "BUDI tidak cocok", "nama: … tidak cocok"),
    ("nik", f"{NIK} salah", "nik: # salah"),
]


@pytest.mark.parametrize(("field", "why", "shape"), FIELDS)
def test_a_field_keeps_its_numbers_and_names_nobody(field: str, why: str, shape: str) -> None:
    assert shape_of_field(field, why, PATIENT) == shape


def test_it_is_short() -> None:
    assert len(shape_of("entah " * 1_000)) <= LONGEST
