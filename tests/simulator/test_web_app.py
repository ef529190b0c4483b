"""What people type into PCare's own page, or remove there: BPJS holds it, and the clinic's system never sent it."""

import re
from typing import Any

import pytest

from bpjs_simulator.server import WebAppRefusal
from tests.simulator.caller import CARD, DAY, Caller, kunjungan, pendaftaran
from tests.simulator.test_control import control

ELSEWHERE = "09990001"  # another clinic's provider code
DUPLICATE = "Peserta sudah di-entri di poli yang sama pada hari yang sama."


def delete_path(number: str, poli: str = "001") -> str:
    return f"pendaftaran/peserta/{CARD}/tglDaftar/{DAY}/noUrut/{number}/kdPoli/{poli}"


def registrations(clinic: Caller) -> list[dict[str, Any]]:
    listed = clinic.pcare("GET", f"pendaftaran/tglDaftar/{DAY}/0/100").response or {"list": []}
    rows: list[dict[str, Any]] = listed["list"]
    return rows


def history(clinic: Caller) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = (clinic.pcare("GET", f"kunjungan/peserta/{CARD}").response or {"list": []})[
        "list"
    ]
    return rows


def test_a_registration_typed_by_hand_is_held_like_a_sent_one(clinic: Caller) -> None:
    number = clinic.simulator.hold_pendaftaran(CARD, DAY, "001", keluhan="pusing", kunjSakit=False)

    (row,) = registrations(clinic)
    assert (row["noUrut"], row["status"], row["poli"]["kdPoli"]) == (number, "Baru", "001")
    assert (row["keluhan"], row["kunjSakit"], row["peserta"]["noKartu"]) == ("pusing", False, CARD)
    assert clinic.pcare("POST", "pendaftaran", pendaftaran()).message == DUPLICATE
    assert clinic.simulator.ledger()["writes"][:-1] == [], "nobody sent it"
    assert clinic.pcare("DELETE", delete_path(number)).code == 200


def test_a_visit_typed_by_hand_is_held_like_a_sent_one(clinic: Caller) -> None:
    clinic.register()

    number = clinic.simulator.hold_kunjungan(
        CARD, DAY, "001", kdDiag1="J01", kdDokter="200101", tglPulang=DAY
    )

    assert re.fullmatch(r"012345670926Y\d{6}", number)
    (row,) = history(clinic)
    assert (row["noKunjungan"], row["tglKunjungan"], row["poli"]["kdPoli"]) == (number, DAY, "001")
    assert (row["diagnosa1"]["kdDiag"], row["dokter"]["kdDokter"], row["tglPulang"]) == ("J01", "200101", DAY)
    assert registrations(clinic)[0]["status"] == "Sudah dilayani"
    assert clinic.pcare("POST", "kunjungan/v1", kunjungan()).response[0]["message"] == DUPLICATE
    assert clinic.pcare("DELETE", f"kunjungan/{number}").code == 200


def test_a_visit_typed_by_hand_may_be_edited(clinic: Caller) -> None:
    clinic.register()
    number = clinic.simulator.hold_kunjungan(CARD, DAY, "001", kdDiag1="J01")

    assert clinic.pcare("PUT", "kunjungan/v1", kunjungan(noKunjungan=number, kdDiag1="J02")).code == 200
    assert history(clinic)[0]["diagnosa1"]["kdDiag"] == "J02"


def test_numbers_go_on_after_what_was_typed_by_hand(clinic: Caller) -> None:
    typed = clinic.simulator.hold_pendaftaran(CARD, DAY, "001")
    sent = clinic.register(noKartu="0001234567891")
    visit = clinic.simulator.hold_kunjungan(CARD, DAY, "001")
    later = clinic.visit(noKartu="0001234567891")

    assert (typed[1:], sent[1:]) == ("1", "2")
    assert (int(visit[-6:]), int(later[-6:])) == (1, 2)


def test_an_entry_under_another_poli_leaves_ours_free(clinic: Caller) -> None:
    clinic.simulator.hold_pendaftaran(CARD, DAY, "003")
    clinic.simulator.hold_kunjungan(CARD, DAY, "003")

    clinic.register()
    clinic.visit()

    assert [row["poli"]["kdPoli"] for row in registrations(clinic)] == ["003", "001"]
    assert [row["poli"]["kdPoli"] for row in history(clinic)] == ["001", "003"]


def test_an_entry_of_another_provider_is_in_the_history_only(clinic: Caller) -> None:
    clinic.simulator.hold_pendaftaran(CARD, DAY, "001", kd_provider=ELSEWHERE)
    number = clinic.simulator.hold_kunjungan(CARD, DAY, "001", kd_provider=ELSEWHERE)

    assert number.startswith(ELSEWHERE)
    assert registrations(clinic) == []
    assert [row["providerPelayanan"]["kdProvider"] for row in history(clinic)] == [ELSEWHERE]
    assert clinic.pcare("DELETE", f"kunjungan/{number}").code == 404
    clinic.register()


def test_the_history_may_show_a_visit_without_its_poli(clinic: Caller) -> None:
    clinic.register()
    clinic.simulator.hold_kunjungan(CARD, DAY, "001", shows_poli=False)

    assert [(row["poli"], row["tglKunjungan"]) for row in history(clinic)] == [(None, DAY)]
    assert clinic.pcare("POST", "kunjungan/v1", kunjungan()).response[0]["message"] == DUPLICATE


def test_the_history_of_one_card_may_show_no_poli_at_all(clinic: Caller) -> None:
    clinic.simulator.set_options(no_poli=[CARD])
    clinic.register()
    clinic.visit()
    clinic.register(noKartu="0001234567891")
    clinic.visit(noKartu="0001234567891")

    assert [row["poli"] for row in history(clinic)] == [None]
    other = clinic.pcare("GET", "kunjungan/peserta/0001234567891").response["list"]
    assert [row["poli"]["kdPoli"] for row in other] == ["001"]


def test_what_was_sent_can_be_removed_by_hand_and_typed_anew_under_another_number(clinic: Caller) -> None:
    first = clinic.register()
    visit = clinic.visit()

    clinic.simulator.remove_kunjungan(visit)
    assert history(clinic) == []
    assert registrations(clinic)[0]["status"] == "Baru"
    clinic.simulator.remove_pendaftaran(CARD, DAY, "001")
    assert registrations(clinic) == []
    second = clinic.simulator.hold_pendaftaran(CARD, DAY, "001")

    assert first != second
    assert clinic.pcare("DELETE", delete_path(first)).code == 404
    assert [write["method"] for write in clinic.simulator.ledger()["writes"]] == ["POST", "POST", "DELETE"]


def test_an_entry_of_another_provider_is_removed_by_hand_too(clinic: Caller) -> None:
    clinic.simulator.hold_pendaftaran(CARD, DAY, "001", kd_provider=ELSEWHERE)
    number = clinic.simulator.hold_kunjungan(CARD, DAY, "001", kd_provider=ELSEWHERE)

    clinic.simulator.remove_kunjungan(number)
    clinic.simulator.remove_pendaftaran(CARD, DAY, "001", kd_provider=ELSEWHERE)

    ledger = clinic.simulator.ledger()
    assert ledger["pendaftaran"] == ledger["kunjungan"] == []


def test_a_card_that_needs_the_screening_is_typed_all_the_same_when_asked(clinic: Caller) -> None:
    # The page is not asked here what it would refuse: a test says what BPJS holds.
    assert clinic.simulator.hold_pendaftaran("9000000000001", DAY, "077")


def test_what_the_page_would_not_take_is_refused(clinic: Caller) -> None:
    simulator = clinic.simulator
    number = clinic.register()
    visit = clinic.visit()
    before = simulator.ledger()

    for refused in (
        lambda: simulator.hold_pendaftaran(CARD, DAY, "001"),
        lambda: simulator.hold_kunjungan(CARD, DAY, "001"),
        lambda: simulator.hold_pendaftaran(CARD, "2026-09-14", "001"),
        lambda: simulator.hold_kunjungan(CARD, "31-02-2026", "001"),
        lambda: simulator.hold_kunjungan("123", DAY, "001"),
        lambda: simulator.hold_pendaftaran(CARD, DAY, ""),
        lambda: simulator.remove_pendaftaran(CARD, DAY, "001"),  # its visit goes first
        lambda: simulator.remove_pendaftaran(CARD, DAY, "002"),
        lambda: simulator.remove_pendaftaran(CARD, DAY, "001", kd_provider=ELSEWHERE),
        lambda: simulator.remove_kunjungan(number),
        lambda: simulator.remove_kunjungan(visit[:-1]),
    ):
        with pytest.raises(WebAppRefusal, match=r"\w+ \w+ \w+"):
            refused()

    assert simulator.ledger() == before


def test_holding_and_removing_by_the_control_endpoint(clinic: Caller) -> None:
    key = {"noKartu": CARD, "tglDaftar": DAY, "kdPoli": "003"}
    registration = control(
        clinic, "hold", {"what": "pendaftaran", **key, "body": {"keluhan": "pusing"}}
    ).json()
    visit = control(
        clinic,
        "hold",
        {"what": "kunjungan", **key, "body": {"kdDiag1": "J01", "noKartu": "x"}, "shows_poli": False},
    ).json()
    elsewhere = control(clinic, "hold", {"what": "kunjungan", **key, "kdProvider": ELSEWHERE}).json()

    assert [row["noUrut"] for row in registrations(clinic)] == [registration["number"]]
    assert registrations(clinic)[0]["keluhan"] == "pusing"
    assert [row["noKunjungan"] for row in history(clinic)] == [elsewhere["number"], visit["number"]]
    assert [row["poli"] and row["poli"]["kdPoli"] for row in history(clinic)] == ["003", None]

    for number in (visit["number"], elsewhere["number"]):
        assert control(clinic, "remove", {"what": "kunjungan", "noKunjungan": number}).json() == {"ok": True}
    assert control(clinic, "remove", {"what": "pendaftaran", **key}).json() == {"ok": True}
    assert (registrations(clinic), history(clinic)) == ([], [])
