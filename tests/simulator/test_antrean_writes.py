"""Antrean's rules for add, panggil and batal: HTTP 200 whatever happened, 201 for a refusal."""

import time
from typing import Any

import pytest

from tests.simulator.caller import CARD, QUEUE_DAY, Caller, add, batal, panggil

THERE = "Peserta sudah terdaftar di poli tersebut pada hari ini"
NOT_THERE = "Antrean tidak ditemukan"
NO_SESSION = "Jadwal dokter tersebut belum tersedia, silahkan reschedule tanggal dan jam praktek lainnya"
SECOND = 1000


def statuses(clinic: Caller) -> list[str]:
    return [held["status"] for held in clinic.simulator.ledger()["antrean"]]


def test_an_entry_is_added_called_and_cancelled_with_plain_answers(clinic: Caller) -> None:
    for path, body, status in [
        ("antrean/add", add(), "menunggu"),
        ("antrean/panggil", panggil(), "hadir"),
        ("antrean/batal", batal(), "batal"),
    ]:
        reply = clinic.antrean("POST", path, body)

        assert reply.envelope == {"response": None, "metadata": {"message": "Ok", "code": 200}}
        assert statuses(clinic) == [status]


def test_a_patient_who_did_not_come_is_held_so(clinic: Caller) -> None:
    clinic.antrean("POST", "antrean/add", add())
    clinic.antrean("POST", "antrean/panggil", panggil(status=2))

    assert statuses(clinic) == ["tidak hadir"]


@pytest.mark.parametrize(
    ("changes", "message"),
    [
        ({"nomorkartu": "9000000000001"}, "skrining kesehatan"),
        ({"nomorkartu": "9000000000001", "kodepoli": "077"}, "skrining kesehatan"),
        ({"nomorkartu": "8000000000001"}, "tidak ditemukan"),
        ({"kodepoli": "077"}, "Poli tidak ditemukan"),
        ({"kodepoli": ["001"]}, "Poli tidak ditemukan"),
        ({"kodedokter": 999999}, "Dokter tidak ditemukan"),
        ({"kodedokter": "200101"}, "Dokter tidak ditemukan"),
        ({"kodepoli": "002"}, "Dokter tidak ditemukan"),
        ({"jampraktek": "07:00-12:30"}, NO_SESSION),
        ({"jampraktek": None}, NO_SESSION),
        ({"tanggalperiksa": "14-09-2026"}, "Format tanggal"),
        ({"tanggalperiksa": "20260914"}, "Format tanggal"),
        ({"tanggalperiksa": None}, "Format tanggal"),
    ],
)
def test_a_wrong_entry_is_refused_with_201(clinic: Caller, changes: dict[str, Any], message: str) -> None:
    reply = clinic.antrean("POST", "antrean/add", add(**changes))

    assert (reply.http, reply.code, reply.response) == (200, 201, None)
    assert message in reply.message
    assert statuses(clinic) == []


def test_a_second_entry_of_a_card_is_refused_for_the_same_poli_and_day_only(clinic: Caller) -> None:
    other_poli = {"kodepoli": "002", "kodedokter": 200103}
    codes = [
        clinic.antrean("POST", "antrean/add", body).code
        for body in (add(), add(keterangan="lain"), add(tanggalperiksa="2026-09-15"), add(**other_poli))
    ]

    assert codes == [200, 201, 200, 200]
    assert clinic.antrean("POST", "antrean/add", add()).message == THERE


def test_patients_without_a_card_are_never_duplicates(clinic: Caller) -> None:
    body = add(nomorkartu="")

    assert [clinic.antrean("POST", "antrean/add", body).code for _ in range(2)] == [200, 200]
    assert len(statuses(clinic)) == 2


def test_without_a_card_the_first_who_still_waits_is_called(clinic: Caller) -> None:
    for _ in range(2):
        clinic.antrean("POST", "antrean/add", add(nomorkartu=""))

    codes = [clinic.antrean("POST", "antrean/panggil", panggil(nomorkartu="")).code for _ in range(2)]

    assert codes == [200, 200]
    assert statuses(clinic) == ["hadir", "hadir"]


@pytest.mark.parametrize(
    ("ahead_ms", "code"), [(-86_400 * SECOND, 200), (0, 200), (50 * SECOND, 200), (70 * SECOND, 201)]
)
def test_a_call_may_not_lie_a_minute_ahead_of_bpjs_clock(clinic: Caller, ahead_ms: int, code: int) -> None:
    clinic.antrean("POST", "antrean/add", add())

    reply = clinic.antrean("POST", "antrean/panggil", panggil(waktu=int(time.time() * 1000) + ahead_ms))

    assert reply.code == code
    assert (reply.message == "Waktu tidak valid") == (code == 201)


@pytest.mark.parametrize(("skew", "code"), [(-300, 201), (300, 200)])
def test_a_call_is_compared_with_bpjs_clock_and_not_with_ours(clinic: Caller, skew: int, code: int) -> None:
    clinic.simulator.set_options(clock_skew_seconds=skew)
    clinic.antrean("POST", "antrean/add", add())

    assert clinic.antrean("POST", "antrean/panggil", panggil()).code == code


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"status": "1", "waktu": "1700000000000"}, 200),
        ({"status": "dua", "waktu": 1}, 201),
        ({"status": 3, "waktu": 1}, 201),
        ({"waktu": "besok"}, 201),
        ({"waktu": "9" * 5000}, 201),
        ({"waktu": "\u0661"}, 201),
        ({"waktu": -1}, 201),
        ({"waktu": None}, 201),
    ],
)
def test_numbers_of_a_call_may_be_text_but_must_be_numbers(
    clinic: Caller, changes: dict[str, Any], code: int
) -> None:
    clinic.antrean("POST", "antrean/add", add())

    reply = clinic.antrean("POST", "antrean/panggil", panggil(**changes))

    assert reply.code == code


@pytest.mark.parametrize(("path", "body"), [("antrean/panggil", panggil), ("antrean/batal", batal)])
@pytest.mark.parametrize(("is_ok", "code"), [(False, 201), (True, 200)])
def test_an_entry_that_is_not_there_is_answered_as_asked_for(
    clinic: Caller, path: str, body: Any, is_ok: bool, code: int
) -> None:
    clinic.simulator.set_options(missing_antrean_is_ok=is_ok)

    reply = clinic.antrean("POST", path, body())

    assert reply.code == code
    assert reply.message == ("Ok" if is_ok else NOT_THERE)
    assert [write["committed"] for write in clinic.simulator.ledger()["writes"]] == [False]


def test_a_cancelled_entry_is_no_longer_called(clinic: Caller) -> None:
    clinic.antrean("POST", "antrean/add", add())
    clinic.antrean("POST", "antrean/batal", batal())

    assert clinic.antrean("POST", "antrean/panggil", panggil()).message == NOT_THERE


def test_a_number_taken_in_mobile_jkn_is_called_but_not_added_again(clinic: Caller) -> None:
    clinic.simulator.hold_antrean(CARD, "001", QUEUE_DAY)

    assert clinic.antrean("POST", "antrean/add", add()).message == THERE
    assert clinic.antrean("POST", "antrean/panggil", panggil()).code == 200
    assert statuses(clinic) == ["hadir"]
