"""What a person types into a form becomes a body with BPJS's types, or stays as typed for the check to name."""

from typing import Any

import pytest

from bpjs_client.bodies import MODELS, check_body
from bpjs_client.form import DATES, body_from_form
from bpjs_client.jenis import Jenis

from .samples import body

VISIT, ADD = Jenis.TAMBAH_KUNJUNGAN, Jenis.TAMBAH_ANTREAN


@pytest.mark.parametrize(
    ("name", "typed", "value"),
    [
        ("kdTacc", "-1", -1),
        ("kdTacc", " 3 ", 3),
        ("sistole", "120", 120),
        ("beratBadan", "60,5", 60.5),
        ("alasanTacc", " < 3 Hari ", "< 3 Hari"),
        ("kdDiag2", " I10 ", "I10"),
        ("rujukLanjut", '{"kdppk": "0000R000"}', {"kdppk": "0000R000"}),
        ("kdTacc", "tidak", "tidak"),
        ("sistole", "120 mmHg", "120 mmHg"),
    ],
)
def test_each_field_is_read_as_its_type(name: str, typed: str, value: Any) -> None:
    read = body_from_form(VISIT, {name: typed})

    assert (read, type(read[name])) == ({name: value}, type(value))


@pytest.mark.parametrize("typed", ["05-01-2026", "2026-01-05", " 5-1-2026 ", "20260105", "31-02-2026"])
@pytest.mark.parametrize(
    ("jenis", "name", "wire"),
    [
        (VISIT, "tglDaftar", "05-01-2026"),
        (VISIT, "tglPulang", "05-01-2026"),
        (ADD, "tanggalperiksa", "2026-01-05"),
    ],
)
def test_a_date_is_typed_either_way_and_written_as_bpjs_wants_it(
    jenis: Jenis, name: str, wire: str, typed: str
) -> None:
    read = body_from_form(jenis, {name: typed})[name]

    assert read == (wire if typed in {"05-01-2026", "2026-01-05"} else typed)


def test_every_date_of_a_form_is_read_so() -> None:
    ours = {
        name
        for model in MODELS.values()
        for name in model.model_fields
        if name.startswith(("tgl", "tanggal"))
    }

    assert ours == DATES.keys()


@pytest.mark.parametrize("name", ["kdTacc", "alasanTacc", "rujukLanjut"])
def test_what_may_be_left_out_is_left_out_when_nothing_was_typed(name: str) -> None:
    read = body_from_form(VISIT, {**body(VISIT), name: ""})

    assert name not in read
    assert check_body(VISIT, read) == []


def test_an_empty_card_of_the_queue_is_kept_for_it_means_something() -> None:
    assert body_from_form(ADD, {"nomorkartu": "", "nik": ""}) == {"nomorkartu": ""}
