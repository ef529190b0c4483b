"""PCare's rules for registrations and visits."""

import re
from typing import Any

import pytest

from tests.simulator.caller import CARD, DAY, Caller, kunjungan, pendaftaran

DUPLICATE = "Peserta sudah di-entri di poli yang sama pada hari yang sama."
NOT_IN_REFERENCE = "Tidak sesuai dengan referensi sistem."
REFERRAL: dict[str, Any] = {
    "tglEstRujuk": "15-09-2026",
    "kdppk": "0000R001",
    "subSpesialis": {},
    "khusus": None,
}


def delete_path(number: str, *, card: str = CARD, day: str = DAY, poli: str = "001") -> str:
    return f"pendaftaran/peserta/{card}/tglDaftar/{day}/noUrut/{number}/kdPoli/{poli}"


def test_a_registration_is_created_with_a_sealed_number(clinic: Caller) -> None:
    reply = clinic.pcare("POST", "pendaftaran", pendaftaran())

    assert (reply.http, reply.code, reply.message, reply.sealed) == (201, 201, "CREATED", True)
    assert reply.response["field"] == "noUrut"
    assert re.fullmatch(r"[A-Z]1", reply.response["message"])


def test_numbers_run_by_poli_and_day(clinic: Caller) -> None:
    first = clinic.register()
    second = clinic.register(noKartu="0001234567891")
    other_poli = clinic.register(kdPoli="002")
    other_day = clinic.register(tglDaftar="15-09-2026")

    assert (first[1:], second[1:], other_poli[1:], other_day[1:]) == ("1", "2", "1", "1")
    assert first[0] == second[0] != other_poli[0]


def test_a_number_is_not_given_again_after_a_deletion(clinic: Caller) -> None:
    first = clinic.register()
    clinic.pcare("DELETE", delete_path(first))

    assert clinic.register()[1:] == "2"


@pytest.mark.parametrize(
    ("code", "response"),
    [(401, None), (428, None), (412, [{"field": "noKartu", "message": DUPLICATE}])],
)
def test_a_second_registration_is_refused_in_each_form_that_was_seen(
    clinic: Caller, code: int, response: Any
) -> None:
    clinic.simulator.set_options(duplicate_code=code)
    clinic.register()

    reply = clinic.pcare("POST", "pendaftaran", pendaftaran(keluhan="lain"))

    assert (reply.http, reply.code, reply.response) == (code, code, response)
    assert reply.message == ("PRECONDITION_FAILED" if code == 412 else DUPLICATE)
    assert len(clinic.simulator.ledger()["pendaftaran"]) == 1


@pytest.mark.parametrize(
    ("field", "value", "message"),
    [
        ("kdPoli", "077", NOT_IN_REFERENCE),
        ("kdPoli", ["001"], NOT_IN_REFERENCE),
        ("kdPoli", None, NOT_IN_REFERENCE),
        ("kdProviderPeserta", "99999999", NOT_IN_REFERENCE),
        ("noKartu", "8000000000001", "Peserta tidak ditemukan."),
        ("noKartu", "123", "Nomor kartu tidak valid."),
        ("tglDaftar", "2026-09-14", "Format tanggal harus dd-MM-yyyy."),
        ("tglDaftar", "1-9-2026", "Format tanggal harus dd-MM-yyyy."),
        ("tglDaftar", "31-02-2026", "Format tanggal harus dd-MM-yyyy."),
        ("kunjSakit", "true", "Harus true atau false."),
        ("sistole", "120 mmHg", "Harus berupa angka."),
        ("sistole", True, "Harus berupa angka."),
    ],
)
def test_a_wrong_field_of_a_registration_is_named(
    clinic: Caller, field: str, value: Any, message: str
) -> None:
    reply = clinic.pcare("POST", "pendaftaran", pendaftaran(**{field: value}))

    assert (reply.http, reply.code, reply.message) == (412, 412, "PRECONDITION_FAILED")
    assert {"field": field, "message": message} in reply.response
    assert clinic.simulator.ledger()["pendaftaran"] == []


def test_measurements_may_come_as_text(clinic: Caller) -> None:
    reply = clinic.pcare("POST", "pendaftaran", pendaftaran(sistole="120", diastole="80"))

    assert (reply.http, reply.code) == (201, 201)


def test_a_member_by_convention_needs_the_screening_until_it_is_filled(clinic: Caller) -> None:
    card = "9000000000001"
    refused = clinic.pcare("POST", "pendaftaran", pendaftaran(noKartu=card))
    clinic.simulator.require_screening(card, needed=False)

    assert (refused.code, "skrining kesehatan" in refused.message) == (401, True)
    clinic.register(noKartu=card)


def test_a_visit_is_created_with_a_sealed_list(clinic: Caller) -> None:
    clinic.register()

    reply = clinic.pcare("POST", "kunjungan/v1", kunjungan())

    assert (reply.http, reply.code, reply.sealed) == (201, 201, True)
    assert [row["field"] for row in reply.response] == ["noKunjungan"]
    assert re.fullmatch(r"012345670926Y\d{6}", reply.response[0]["message"])


@pytest.mark.parametrize(
    "changes", [{}, {"kdPoli": "002"}, {"tglDaftar": "13-09-2026"}, {"noKartu": "0001234567891"}]
)
def test_a_visit_without_its_registration_is_refused_twice_over(
    clinic: Caller, changes: dict[str, str]
) -> None:
    if changes:
        clinic.register()

    reply = clinic.pcare("POST", "kunjungan/v1", kunjungan(**changes))

    wanted = {"field": "noKartu", "message": "Belum melakukan pendaftaran pada poli tersebut."}
    assert (reply.http, reply.response) == (412, [wanted, wanted])


def test_a_second_visit_is_refused(clinic: Caller) -> None:
    clinic.register()
    clinic.visit()

    reply = clinic.pcare("POST", "kunjungan/v1", kunjungan())

    assert (reply.http, reply.response) == (412, [{"field": "noKartu", "message": DUPLICATE}])
    assert len(clinic.simulator.ledger()["kunjungan"]) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("kdDiag1", "X077"),
        ("kdDiag1", None),
        ("kdDiag2", "X077"),
        ("kdDokter", "999999"),
        ("kdDokter", 200101),
        ("kdSadar", "09"),
        ("kdPrognosa", "77"),
        ("kdStatusPulang", "8"),
        ("alergiObat", "77"),
    ],
)
def test_a_code_that_is_in_no_reference_is_named(clinic: Caller, field: str, value: Any) -> None:
    clinic.register()

    reply = clinic.pcare("POST", "kunjungan/v1", kunjungan(**{field: value}))

    assert (reply.http, reply.response) == (412, [{"field": field, "message": NOT_IN_REFERENCE}])


@pytest.mark.parametrize("written", ["A01.0", "A010"])
def test_a_diagnosis_may_be_written_with_its_dot_or_without(clinic: Caller, written: str) -> None:
    clinic.register()

    assert clinic.visit(kdDiag1=written)


@pytest.mark.parametrize(("referral", "code"), [(None, 500), (REFERRAL, 201)])
def test_a_referral_needs_where_to(clinic: Caller, referral: Any, code: int) -> None:
    clinic.register()

    reply = clinic.pcare("POST", "kunjungan/v1", kunjungan(kdStatusPulang="4", rujukLanjut=referral))

    assert reply.http == reply.code == code
    if code == 500:
        assert reply.message == "Cannot access child value on Newtonsoft.Json.Linq.JValue."
        assert reply.response == []


def test_the_plain_visit_endpoint_is_not_granted(clinic: Caller) -> None:
    clinic.register()

    reply = clinic.pcare("POST", "kunjungan", kunjungan())

    assert (reply.http, reply.message, reply.response) == (
        404,
        "Unauthorized! You are not registered for this service!",
        None,
    )


def test_a_registration_is_deleted_once(clinic: Caller) -> None:
    number = clinic.register()

    first = clinic.pcare("DELETE", delete_path(number))
    second = clinic.pcare("DELETE", delete_path(number))

    assert (first.http, first.message, first.envelope["response"]) == (200, "OK", "")
    assert (second.http, second.code) == (404, 404)
    assert clinic.simulator.ledger()["pendaftaran"] == []


@pytest.mark.parametrize(
    "other", [{"card": "0001234567891"}, {"day": "15-09-2026"}, {"poli": "002"}, {"number": "Z9"}]
)
def test_a_registration_is_deleted_only_by_its_whole_key(clinic: Caller, other: dict[str, str]) -> None:
    number = clinic.register()

    assert clinic.pcare("DELETE", delete_path(**{"number": number} | other)).http == 404
    assert len(clinic.simulator.ledger()["pendaftaran"]) == 1


def test_a_visit_goes_before_its_registration(clinic: Caller) -> None:
    number = clinic.register()
    visit = clinic.visit()

    too_early = clinic.pcare("DELETE", delete_path(number))
    gone = clinic.pcare("DELETE", f"kunjungan/{visit}")
    again = clinic.pcare("DELETE", f"kunjungan/{visit}")
    now = clinic.pcare("DELETE", delete_path(number))

    assert too_early.http == 412
    assert (gone.http, gone.message, gone.response) == (200, "OK", None)
    assert again.http == 404
    assert now.http == 200


def test_after_its_deletion_a_visit_may_be_made_again_under_a_new_number(clinic: Caller) -> None:
    clinic.register()
    first = clinic.visit()
    clinic.pcare("DELETE", f"kunjungan/{first}")

    assert clinic.visit() != first


@pytest.mark.parametrize(
    "content_type", ["text/plain", "application/json", "application/x-www-form-urlencoded"]
)
def test_the_content_type_does_not_matter(clinic: Caller, content_type: str) -> None:
    headers = clinic.headers("pcare") | {"Content-Type": content_type}

    assert clinic.call("pcare", "POST", "pendaftaran", pendaftaran(), headers).code == 201


@pytest.mark.parametrize("body", [b"", b"bukan json", b"[1]", b'"teks"', b"\xff"])
def test_a_body_that_is_no_object_is_refused(clinic: Caller, body: bytes) -> None:
    reply = clinic.pcare("POST", "pendaftaran", body)

    assert (reply.http, reply.message) == (400, "Format json tidak valid")


@pytest.mark.parametrize(
    ("method", "path"),
    [("POST", "tidak/ada"), ("GET", "tidak/ada"), ("PUT", "pendaftaran/x"), ("DELETE", "pendaftaran")],
)
def test_an_unknown_path_has_no_mapping(clinic: Caller, method: str, path: str) -> None:
    reply = clinic.pcare(method, path, {} if method in {"POST", "PUT"} else None)

    assert (reply.http, reply.message) == (404, "No Mapping Rule matched")


def test_another_service_is_a_page_in_html(clinic: Caller) -> None:
    answer = clinic.raw("pcare", "GET", "../vclaim-rest/peserta")

    assert (answer.status_code, answer.headers["content-type"].split(";")[0]) == (404, "text/html")
