"""The shape of a text: what is alike is one, and nobody is named in it."""

import pytest

from bpjs_client.text_shape import LONGEST, shape_of
from tests.tasks.bodies import CARD, NIK

PATIENT = "Siti Nurhaliza binti Umar"
SHAPES = [
    ("Kuota 30 dari 30 terpakai", "Kuota # dari # terpakai"),
    (f"Peserta {CARD} dengan NIK {NIK} ditolak", "Peserta # dengan NIK # ditolak"),
    ("Peserta SITI NURHALIZA ditolak", "Peserta … ditolak"),
    ("peserta siti nurhaliza, umar, ditolak", "peserta …, ditolak"),
    ("PESERTA SITI NURHALIZA DITOLAK", "PESERTA … DITOLAK"),
    ("Sudah dipakai BUDI SANTOSO di hari itu", "Sudah dipakai … di hari itu"),
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


def test_it_is_short() -> None:
    assert len(shape_of("entah " * 1_000)) <= LONGEST
