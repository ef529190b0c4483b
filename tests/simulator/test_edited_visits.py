"""`PUT kunjungan/v1` edits a visit that is held, and nothing else."""

from dataclasses import replace
from typing import Any

import httpx
import pytest

from bpjs_simulator.server import Clinic
from tests.simulator.caller import CARD, DAY, DOCTOR, Caller, Reply, kunjungan, opened, pendaftaran
from tests.simulator.conftest import Running

KEY = ("tglDaftar", "kdPoli")
REFERRAL: dict[str, Any] = {
    "tglEstRujuk": "15-09-2026",
    "kdppk": "0000R001",
    "subSpesialis": {},
    "khusus": None,
}


@pytest.fixture
def number(clinic: Caller) -> str:
    clinic.register()
    return clinic.visit()


def edit(clinic: Caller, number: Any, *, without: tuple[str, ...] = (), **changes: Any) -> Reply:
    body = kunjungan(noKunjungan=number, **changes)
    return clinic.pcare("PUT", "kunjungan/v1", {name: body[name] for name in body if name not in without})


def history(clinic: Caller) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = clinic.pcare("GET", f"kunjungan/peserta/{CARD}").response["list"]
    return rows


def body_held(clinic: Caller) -> dict[str, Any]:
    (held,) = clinic.simulator.ledger()["kunjungan"]
    body: dict[str, Any] = held["body"]
    return body


def test_an_edit_is_a_200_and_replaces_the_body_under_the_same_number(clinic: Caller, number: str) -> None:
    reply = edit(clinic, number, kdDiag1="J01", keluhan="demam")

    assert (reply.http, reply.code, reply.message, reply.response) == (200, 200, "OK", None)
    assert body_held(clinic) == kunjungan(noKunjungan=number, kdDiag1="J01", keluhan="demam")
    (write,) = [write for write in clinic.simulator.ledger()["writes"] if write["method"] == "PUT"]
    assert (write["endpoint"], write["committed"], write["code"]) == ("kunjungan/v1", True, 200)


def test_the_history_shows_what_an_edit_made_of_a_visit(clinic: Caller, number: str) -> None:
    edit(
        clinic,
        number,
        kdDiag1="J01",
        kdDiag2="J02",
        kdDiag3="J03",
        kdDokter=str(DOCTOR + 1),
        kdStatusPulang="4",
        rujukLanjut=REFERRAL,
        tglPulang="15-09-2026",
    )

    (row,) = history(clinic)
    assert (row["noKunjungan"], row["tglKunjungan"], row["poli"]["kdPoli"]) == (number, DAY, "001")
    assert [row[f"diagnosa{at}"]["kdDiag"] for at in (1, 2, 3)] == ["J01", "J02", "J03"]
    assert row["dokter"]["kdDokter"] == str(DOCTOR + 1)
    assert row["statusPulang"]["kdStatusPulang"] == "4"
    assert row["tglPulang"] == "15-09-2026"


def test_a_field_that_an_edit_leaves_out_is_gone(clinic: Caller) -> None:
    clinic.register()
    number = clinic.visit(kdDiag2="J02")

    edit(clinic, number, without=("kdDiag2",))

    assert history(clinic)[0]["diagnosa2"]["kdDiag"] is None


@pytest.mark.parametrize("without", [KEY, KEY[:1], KEY[1:]], ids=str)
def test_an_edit_without_day_or_poli_leaves_them_as_they_are(
    clinic: Caller, number: str, without: tuple[str, ...]
) -> None:
    reply = edit(clinic, number, without=without, kdDiag1="J01")

    assert reply.code == 200
    assert body_held(clinic) == kunjungan(noKunjungan=number, kdDiag1="J01")
    assert (history(clinic)[0]["tglKunjungan"], history(clinic)[0]["poli"]["kdPoli"]) == (DAY, "001")


def test_a_poli_that_is_null_in_an_edit_stays_too(clinic: Caller, number: str) -> None:
    assert edit(clinic, number, kdPoli=None, tglDaftar=None, kdDiag1="J01").code == 200
    assert body_held(clinic) == kunjungan(noKunjungan=number, kdDiag1="J01")


@pytest.mark.parametrize("unknown", ["012345670926Y999999", None, "", 5, ["x"]])
def test_an_edit_of_a_number_that_is_not_held_is_refused_by_that_field(
    clinic: Caller, number: str, unknown: Any
) -> None:
    reply = edit(clinic, unknown, kdDiag1="J01")

    assert (reply.http, reply.message, reply.fields) == (412, "PRECONDITION_FAILED", {"noKunjungan"})
    assert body_held(clinic)["kdDiag1"] == "J00"


def test_an_edit_of_a_deleted_visit_is_refused(clinic: Caller, number: str) -> None:
    clinic.pcare("DELETE", f"kunjungan/{number}")

    assert edit(clinic, number).fields == {"noKunjungan"}
    assert clinic.simulator.ledger()["kunjungan"] == []


def test_a_visit_of_another_clinic_is_not_edited(running: Running) -> None:
    ours = Clinic()
    theirs = replace(ours, cons_id="67890", kd_provider="01234568")
    clinic = running(clinics=[ours, theirs])
    clinic.register()
    number = clinic.visit()

    reply = edit(Caller(clinic.simulator, theirs), number, kdDiag1="J01")

    assert (reply.http, reply.fields) == (412, {"noKunjungan"})
    assert body_held(clinic)["kdDiag1"] == "J00"


@pytest.mark.parametrize(
    ("field", "value"),
    [("kdDiag1", "X077"), ("kdDokter", "999999"), ("kdSadar", None), ("sistole", "tinggi"), ("noKartu", "1")],
)
def test_a_wrong_field_of_an_edit_is_named_as_in_a_new_visit(
    clinic: Caller, number: str, field: str, value: Any
) -> None:
    new = clinic.pcare("POST", "kunjungan/v1", kunjungan(**{field: value}))

    reply = edit(clinic, number, **{field: value})

    assert (reply.http, reply.response) == (412, new.response)
    assert reply.fields == {field}
    assert body_held(clinic) == kunjungan()


def test_an_edit_to_a_referral_needs_where_to(clinic: Caller, number: str) -> None:
    reply = edit(clinic, number, kdStatusPulang="4")

    assert (reply.http, "Newtonsoft" in reply.message) == (500, True)
    assert body_held(clinic) == kunjungan()


@pytest.mark.parametrize(
    "changes", [{"kdPoli": "002"}, {"tglDaftar": "13-09-2026"}, {"noKartu": "0001234567891"}], ids=str
)
def test_an_edit_moves_no_visit_to_another_registration(
    clinic: Caller, number: str, changes: dict[str, Any]
) -> None:
    clinic.register(**changes)

    reply = edit(clinic, number, **changes)

    assert (reply.http, reply.fields) == (412, {"noKartu"})
    assert body_held(clinic) == kunjungan()


def test_an_edit_leaves_numbers_and_registrations_as_they_are(clinic: Caller, number: str) -> None:
    before = clinic.simulator.ledger()

    edit(clinic, number, kdDiag1="J01")

    after = clinic.simulator.ledger()
    assert after["pendaftaran"] == before["pendaftaran"]
    assert before["kunjungan"][0]["body"]["kdDiag1"] == "J00", "a ledger once taken stays as it was"
    clinic.register(noKartu="0001234567891")
    assert int(clinic.visit(noKartu="0001234567891")[-6:]) == int(number[-6:]) + 1


@pytest.mark.parametrize(
    ("path", "message"),
    [
        ("pendaftaran", "No Mapping Rule matched"),
        ("kunjungan", "Unauthorized! You are not registered for this service!"),
    ],
)
def test_nothing_else_can_be_put(clinic: Caller, path: str, message: str) -> None:
    reply = clinic.pcare("PUT", path, pendaftaran())

    assert (reply.http, reply.message) == (404, message)
    assert clinic.simulator.ledger()["pendaftaran"] == []


@pytest.mark.parametrize("method", ["PUT", "PATCH"])
def test_a_queue_entry_is_only_posted(clinic: Caller, method: str) -> None:
    reply = clinic.antrean(method, "antrean/add", {"nomorkartu": CARD})

    assert (reply.http, reply.message) == (404, "No Mapping Rule matched")


@pytest.mark.parametrize(
    ("fault", "diagnosis"),
    [("drop-after", "J01"), ("504-after", "J01"), ("drop-before", "J00"), ("429", "J00")],
)
def test_a_fault_meets_an_edit_like_any_other_write(
    clinic: Caller, number: str, fault: str, diagnosis: str
) -> None:
    clinic.simulator.fault_once(fault)
    body = kunjungan(noKunjungan=number, kdDiag1="J01")
    try:
        answered = clinic.raw("pcare", "PUT", "kunjungan/v1", body).status_code
    except httpx.TransportError:
        answered = None

    assert answered == {"504-after": 504, "429": 429}.get(fault)
    assert body_held(clinic)["kdDiag1"] == diagnosis
    write = clinic.simulator.ledger()["writes"][-1]
    assert (write["method"], write["fault"], write["committed"]) == ("PUT", fault, diagnosis == "J01")


def test_garbage_for_an_edit_is_a_200_that_nobody_can_open(clinic: Caller, number: str) -> None:
    clinic.simulator.fault_once("garbage")
    headers = clinic.headers("pcare")

    answer = clinic.raw("pcare", "PUT", "kunjungan/v1", kunjungan(noKunjungan=number), headers)

    assert answer.status_code == 200
    with pytest.raises(ValueError):  # whichever step of opening meets it first
        opened(answer.json()["response"], clinic.clinic, headers["X-timestamp"])
