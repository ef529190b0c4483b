"""Who is let in: consumer id, signature, clock, key of the service, PCare's login."""

import time
from dataclasses import replace

import pytest

from tests.simulator.caller import Caller, add, batal, kunjungan, panggil, pendaftaran
from tests.simulator.conftest import Running

READS = {"pcare": "kesadaran", "antrean": "ref/poli/tanggal/2026-09-14"}
SIGNATURE, EXPIRED = "Signature Service Tidak Sesuai", "Service Expired"
KEY, LOGIN = "Unauthorized! User key tidak sesuai!", "Username atau password tidak sesuai"


@pytest.mark.parametrize("service", READS)
@pytest.mark.parametrize(
    ("header", "value", "message"),
    [
        ("X-cons-id", "99999", SIGNATURE),
        ("X-cons-id", "", SIGNATURE),
        ("X-signature", "bukan tanda tangan", SIGNATURE),
        ("X-timestamp", "1", SIGNATURE),
        ("user_key", "kunci lain", KEY),
    ],
)
def test_a_wrong_header_is_refused(
    clinic: Caller, service: str, header: str, value: str, message: str
) -> None:
    headers = clinic.headers(service) | {header: value}

    reply = clinic.call(service, "GET", READS[service], headers=headers)

    assert (reply.code, reply.message, reply.response) == (401, message, None)
    assert reply.http == (401 if service == "pcare" else 200)


@pytest.mark.parametrize("service", READS)
@pytest.mark.parametrize(("seconds", "code"), [(-590, 0), (590, 0), (-700, 401), (700, 401)])
def test_a_timestamp_may_lie_ten_minutes_off(clinic: Caller, service: str, seconds: int, code: int) -> None:
    headers = clinic.headers(service, at=time.time() + seconds)

    reply = clinic.call(service, "GET", READS[service], headers=headers)

    assert (reply.message == EXPIRED) == (code == 401)
    assert (reply.code == 401) == (code == 401)


@pytest.mark.parametrize("service", READS)
def test_the_key_of_the_other_service_opens_nothing(clinic: Caller, service: str) -> None:
    swapped = replace(
        clinic.clinic,
        pcare_user_key=clinic.clinic.antrean_user_key,
        antrean_user_key=clinic.clinic.pcare_user_key,
    )

    reply = Caller(clinic.simulator, swapped).call(service, "GET", READS[service])

    assert (reply.code, reply.message) == (401, KEY)


def test_pcare_wants_its_login(clinic: Caller) -> None:
    wrong = Caller(clinic.simulator, replace(clinic.clinic, password="lama"))

    reply = wrong.pcare("GET", "kesadaran")

    assert (reply.http, reply.code, reply.message) == (401, 401, LOGIN)


@pytest.mark.parametrize("given", [None, "a2xpbmlr"], ids=["missing", "without the word Basic"])
def test_a_login_without_basic_is_a_fifty_thousand(clinic: Caller, given: str | None) -> None:
    headers = clinic.headers("pcare")
    del headers["X-authorization"]
    if given:
        headers["X-authorization"] = given

    reply = clinic.call("pcare", "GET", "kesadaran", headers=headers)

    assert (reply.http, reply.code) == (400, 50000)
    assert "StartIndex cannot be less than zero" in reply.message


def test_antrean_does_not_look_at_the_login(clinic: Caller) -> None:
    headers = clinic.headers("antrean") | {"X-authorization": "Basic apa-saja"}

    assert clinic.call("antrean", "POST", "antrean/add", add(), headers).code == 200


@pytest.mark.parametrize(
    ("option", "given", "code"),
    [("required", True, 1), ("required", False, 50000), ("refused", True, 401), ("refused", False, 1)],
)
def test_antrean_may_be_made_to_want_the_login_or_to_refuse_it(
    clinic: Caller, option: str, given: bool, code: int
) -> None:
    clinic.simulator.set_options(antrean_login=option)
    login = clinic.headers("pcare")["X-authorization"]
    headers = clinic.headers("antrean") | ({"X-authorization": login} if given else {})

    assert clinic.call("antrean", "GET", "ref/poli/tanggal/2026-09-14", headers=headers).code == code


def test_how_far_a_timestamp_may_be_off_can_be_changed(clinic: Caller) -> None:
    clinic.simulator.set_options(clock_skew_seconds=120, clock_tolerance_seconds=60)
    assert clinic.pcare("GET", "kesadaran").message == "Service Expired"
    clinic.simulator.set_options(clock_tolerance_seconds=180)
    assert clinic.pcare("GET", "kesadaran").code == 200


@pytest.mark.parametrize(
    ("service", "path", "body"),
    [
        ("pcare", "pendaftaran", pendaftaran()),
        ("pcare", "kunjungan/v1", kunjungan()),
        ("antrean", "antrean/add", add()),
        ("antrean", "antrean/panggil", panggil()),
        ("antrean", "antrean/batal", batal()),
    ],
)
def test_a_refused_write_leaves_nothing_but_its_note(
    clinic: Caller, service: str, path: str, body: dict[str, object]
) -> None:
    headers = clinic.headers(service) | {"X-signature": "salah"}

    clinic.call(service, "POST", path, body, headers)

    ledger = clinic.simulator.ledger()
    assert [(write["committed"], write["code"]) for write in ledger["writes"]] == [(False, 401)]
    assert ledger["pendaftaran"] == ledger["kunjungan"] == ledger["antrean"] == []


def test_header_names_and_paths_may_be_spelled_in_any_case(clinic: Caller) -> None:
    headers = {name.upper(): value for name, value in clinic.headers("pcare").items()}
    clinic.register()

    answer = clinic.raw("pcare", "POST", "KUNJUNGAN/V1", kunjungan(), headers)

    assert answer.status_code == 201


def test_two_clinics_do_not_see_each_others_registrations(running: Running) -> None:
    first = Caller(running().simulator).clinic
    second = replace(first, cons_id="67890", secret_key="rahasia-kedua", kd_provider="01234568")
    one = running(clinics=[first, second])
    two = Caller(one.simulator, second)
    number = one.register()

    reply = two.pcare("GET", "pendaftaran/tglDaftar/14-09-2026/0/10")

    assert reply.response is None
    assert two.register() == number, "each clinic counts by itself"
