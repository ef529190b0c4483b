"""The answers that the contract describes, each with what happens next."""

from typing import Any

import httpx
import pytest

from bpjs_client.errors import BpjsError
from bpjs_client.jenis import Jenis, Service
from bpjs_client.readback import rows_of

from .samples import BODIES, CARD, Handler, answering, clinic, encrypt, encrypted, envelope, sealed_text

P, A = Service.PCARE, Service.ANTREAN
REGISTER, VISIT = Jenis.TAMBAH_PENDAFTARAN, Jenis.TAMBAH_KUNJUNGAN
UNREGISTER, UNVISIT = Jenis.HAPUS_PENDAFTARAN, Jenis.HAPUS_KUNJUNGAN
ADD, CALL = Jenis.TAMBAH_ANTREAN, Jenis.PANGGIL_ANTREAN

TWICE = "Peserta sudah di-entri di poli yang sama pada hari yang sama."
NO_REGISTRATION = {"field": "noKartu", "message": "Belum melakukan pendaftaran pada poli tersebut."}
JVALUE = "Cannot access child value on Newtonsoft.Json.Linq.JValue."
SCREENING = (
    "Anda belum melakukan skrining kesehatan. Mohon untuk melakukan skrining kesehatan terlebih dahulu"
)
NOT_REGISTERED = "Unauthorized! You are not registered for this service!"
WRONG_DIAGNOSIS = [{"field": "kdDiag1", "message": "kdDiag1 Tidak sesuai dengan referensi sistem."}]
FAILED = "PRECONDITION_FAILED"

REFUSALS = [
    (REGISTER, 401, envelope(P, 401, TWICE), "already-there"),
    (REGISTER, 428, envelope(P, "428", TWICE), "already-there"),
    (REGISTER, 412, envelope(P, 412, FAILED, [{"field": "noKartu", "message": TWICE}]), "already-there"),
    (REGISTER, 412, envelope(P, 412, [TWICE]), "already-there"),
    (REGISTER, 401, envelope(P, 401, "Peserta sudah di-entri pada hari yang sama"), "already-there"),
    (REGISTER, 401, envelope(P, 401, SCREENING), "needs-patient"),
    (REGISTER, 424, envelope(P, 424, "Kode master salah"), "rejected"),
    (REGISTER, 401, envelope(P, 401, "Username atau password salah"), "unauthorized"),
    (VISIT, 412, envelope(P, 412, FAILED, [NO_REGISTRATION, NO_REGISTRATION]), "needs-predecessor"),
    (VISIT, 412, envelope(P, 412, FAILED, [{"field": "noKartu", "message": TWICE}]), "already-there"),
    (VISIT, 500, envelope(P, 500, JVALUE, []), "rejected"),
    (VISIT, 500, envelope(P, 500, "kdSadar Tidak sesuai dengan referensi sistem.", []), "rejected"),
    (VISIT, 500, envelope(P, 500, "Object reference not set", []), "unknown"),
    (VISIT, 404, envelope(P, 404, NOT_REGISTERED), "unauthorized"),
    (VISIT, 400, envelope(P, 50000, "StartIndex cannot be less than zero"), "unauthorized"),
    (VISIT, 412, envelope(P, 412, FAILED, WRONG_DIAGNOSIS), "rejected"),
    (UNREGISTER, 412, envelope(P, 412, "Peserta sudah dilayani"), "rejected"),
    (UNREGISTER, 304, None, "not-found"),
    (UNREGISTER, 404, envelope(P, 404, "Not Found"), "not-found"),
    (UNVISIT, 404, envelope(P, 404, NOT_REGISTERED), "unauthorized"),
    (ADD, 200, envelope(A, 201, "Peserta sudah terdaftar di poli tersebut pada hari ini"), "already-there"),
    (ADD, 200, envelope(A, "201", SCREENING), "needs-patient"),
    (ADD, 200, envelope(A, 201, "Kuota penuh"), "rejected"),
    (CALL, 200, envelope(A, 201, "waktu tidak valid"), "rejected"),
    (CALL, 200, envelope(A, 201, "Peserta sudah terdaftar di poli tersebut"), "rejected"),
    (ADD, 401, envelope(A, 401, "Service Expired"), "unauthorized"),
    (ADD, 200, envelope(A, 401, "Service Expired"), "unauthorized"),
    (ADD, 504, "<html>Gateway Timeout</html>", "unknown"),
    (ADD, 404, "No Mapping Rule matched", "unauthorized"),
    (ADD, 200, "<html>halaman</html>", "unknown"),
    (ADD, 200, None, "unknown"),
    (ADD, 302, None, "unknown"),
    (ADD, 200, envelope(A, None, "Ok"), "unknown"),
    (ADD, 200, {"response": None}, "unknown"),
    (REGISTER, 204, None, "unknown"),
    (REGISTER, 201, envelope(P, 201, "CREATED"), "unknown"),
    (REGISTER, 201, envelope(P, 201, "CREATED", {"field": "noUrut", "message": ""}), "unknown"),
    (REGISTER, 201, envelope(P, 201, "CREATED", encrypt("{}", "kunci lain")), "unknown"),
    (REGISTER, 201, envelope(P, 201, "CREATED", "rusak tak terbaca"), "unknown"),
    (REGISTER, 500, envelope(P, 201, "CREATED", {"field": "noUrut", "message": "B12"}), "unknown"),
    (REGISTER, 503, envelope(P, 0, "Service Unavailable"), "unknown"),
    (VISIT, 400, envelope(P, 400, "Gagal mendapatkan nomor Rujukan Satu Sehat"), "unknown"),
    (VISIT, 400, envelope(P, 400, "Gagal mendapatkan nomor rujukan"), "rejected"),
]

NUMBERS = [
    (REGISTER, {"field": "noUrut", "message": "B12"}, {"noUrut": "B12"}),
    (REGISTER, [{"field": "noUrut", "message": "B12"}], {"noUrut": "B12"}),
    (REGISTER, {"field": "nourut", "message": 12}, {"noUrut": "12"}),
    (REGISTER, {"noUrut": "B12"}, {"noUrut": "B12"}),
    (
        VISIT,
        [{"field": "noKunjungan", "message": "012345670926Y000123"}],
        {"noKunjungan": "012345670926Y000123"},
    ),
    (
        VISIT,
        {"field": "noKunjungan", "message": "012345670926Y000123"},
        {"noKunjungan": "012345670926Y000123"},
    ),
    *(
        (REGISTER, {"field": "noUrut", "message": number}, {"noUrut": number})
        for number in ("1", "007", "a1", "AB12", "A-12", "U1234")
    ),
    *(
        (VISIT, [{"field": "noKunjungan", "message": number}], {"noKunjungan": number})
        for number in (
            "0099B0011126Y000001",
            "0114U1631226Y0001234",
            "p12345670126y000009",
            "0099B0011126P000123",
        )
    ),
]


NO_NUMBERS = [
    "",
    " ",
    "-",
    "0",
    0,
    "00",
    "null",
    "NULL",
    "Anull",
    "A0",
    "A",
    "B 12",
    "B12 B13",
    "B-",
    "-12",
    "1.5",
    "Ｂ１２",
    CARD,
]
NO_VISIT_NUMBERS = [
    *("", "-", "0", 0, "null", "B12", "012345670926Y", "0099B0011126Ynull", "null0926Y000123"),
    *("0099B0011126Y00 123", "0099B0011126Y000000", "0099B0011126Y123", "0099B0011326Y000123"),
    *("0099B001 1126Y000123", "0099B0011126-000123", "0099B001112６Y000123", f"{CARD}{CARD}"),
]


def failure(jenis: Jenis, handler: Handler) -> BpjsError:
    with pytest.raises(BpjsError) as caught:
        clinic(handler).send(jenis, BODIES[jenis])
    return caught.value


@pytest.mark.parametrize(("jenis", "status", "content", "outcome"), REFUSALS)
def test_a_refusal_of_the_contract_says_what_happens_next(
    jenis: Jenis, status: int, content: Any, outcome: str
) -> None:
    assert failure(jenis, answering(status, content)).outcome == outcome


@pytest.mark.parametrize(("jenis", "response", "result"), NUMBERS)
@pytest.mark.parametrize("is_encrypted", [True, False])
@pytest.mark.parametrize("metadata", [("metaData", 201), ("metadata", "201"), ("MetaData", 201.0)])
def test_a_number_is_found_in_every_form_of_the_answer(
    jenis: Jenis, response: Any, result: dict[str, str], is_encrypted: bool, metadata: tuple[str, Any]
) -> None:
    key, code = metadata

    def handle(request: httpx.Request) -> httpx.Response:
        written = encrypted(response, request) if is_encrypted else response
        return httpx.Response(201, json={"response": written, key: {"message": "CREATED", "code": code}})

    receipt = clinic(handle).send(jenis, BODIES[jenis])

    assert receipt.result == result
    assert receipt.exchange.meta_code == "201"
    assert receipt.exchange.response == response


@pytest.mark.parametrize(
    ("jenis", "name", "number"),
    [
        *((REGISTER, "noUrut", number) for number in NO_NUMBERS),
        *((VISIT, "noKunjungan", number) for number in NO_VISIT_NUMBERS),
    ],
)
def test_a_create_whose_number_is_no_number_is_not_proven(jenis: Jenis, name: str, number: Any) -> None:
    for response in (
        {"field": name, "message": number},
        [{"field": name, "message": number}],
        {name: number},
    ):
        assert failure(jenis, answering(201, envelope(P, 201, "CREATED", response))).outcome == "unknown"


@pytest.mark.parametrize("jenis", [UNREGISTER, UNVISIT])
@pytest.mark.parametrize("response", ["", None])
def test_a_delete_succeeds_without_a_number(jenis: Jenis, response: Any) -> None:
    assert clinic(answering(200, envelope(P, 200, "OK", response))).send(jenis, BODIES[jenis]).result == {}


def test_a_delete_answered_with_http_204_is_done() -> None:
    assert clinic(answering(204)).send(UNVISIT, BODIES[UNVISIT]).exchange.http_code == 204


def test_a_refusal_names_its_fields_without_doubles() -> None:
    response = [
        {"field": "kdPoli", "message": "salah"},
        {"field": "kdPoli", "message": "salah"},
        {"field": "kdPoli", "message": "tidak ada"},
        {"field": "noKartu", "message": f"{CARD} tidak aktif"},
    ]
    error = failure(REGISTER, answering(412, envelope(P, 412, FAILED, response)))

    assert error.reason == "kdPoli: salah; kdPoli: tidak ada; noKartu: ••• tidak aktif"
    assert [field.field for field in error.fields] == ["kdPoli", "kdPoli", "noKartu"]
    assert error.exchange.response == response


@pytest.mark.parametrize(
    ("header", "seconds"),
    [
        ("2", 2.0),
        ("0.5", 0.5),
        ("-3", 0.0),
        ("Mon, 14 Sep 2026 02:00:30 GMT", 29.1),
        ("Mon, 14 Sep 2020 02:00:30 GMT", 0.0),
        ("nanti", None),
        ("nan", None),
    ],
)
def test_too_many_requests_says_how_long_to_wait(header: str, seconds: float | None) -> None:
    error = failure(ADD, answering(429, envelope(A, 429, "Too Many Requests"), Retry_After=header))

    assert error.outcome == "temporary"
    assert error.exchange.retry_after == (None if seconds is None else pytest.approx(seconds, abs=0.01))


@pytest.mark.parametrize(
    ("header", "iso"),
    [("Mon, 14 Sep 2026 02:00:30 GMT", "2026-09-14T02:00:30+00:00"), ("kemarin", None)],
)
def test_the_servers_clock_is_kept(header: str, iso: str | None) -> None:
    exchange = clinic(answering(200, envelope(P, 200, "OK", []), Date=header)).probe(P)

    assert (exchange.server_date.isoformat() if exchange.server_date else None) == iso


NO_DATA = [
    (P, 204, None),
    (P, 200, None),
    (P, 200, envelope(P, 204, "NO_CONTENT")),
    (P, 200, envelope(P, 200, "OK", None)),
    (P, 200, envelope(P, 200, "OK", "")),
    (P, 200, envelope(P, 200, "OK", [])),
    (P, 200, envelope(P, 200, "OK", {"count": 0, "list": []})),
    (P, 200, {"metaData": {"code": 200, "message": "OK"}}),
    (A, 200, envelope(A, 201, "No Content")),
    (A, 200, envelope(A, 1, "OK", None)),
    (A, 200, envelope(A, 200, "OK", {"list": []})),
]


@pytest.mark.parametrize(("service", "status", "content"), NO_DATA)
def test_every_form_of_no_data_is_an_empty_list_and_no_error(
    service: Service, status: int, content: Any
) -> None:
    exchange = clinic(answering(status, content)).read(service, "ref")

    assert exchange.response in (None, [])
    assert rows_of(exchange) == []


@pytest.mark.parametrize(
    ("service", "code", "response"),
    [
        (A, 1, {"list": [{"kodepoli": "001"}]}),
        (A, 200, [{"kodepoli": "001"}]),
        (P, 200, {"count": 33, "list": [{"kodepoli": "001"}]}),
    ],
)
def test_a_reference_gives_its_rows_in_every_form(service: Service, code: int, response: Any) -> None:
    def handle(request: httpx.Request) -> httpx.Response:
        return httpx.Response(200, json=envelope(service, code, "OK", encrypted(response, request)))

    assert rows_of(clinic(handle).read(service, "ref")) == [{"kodepoli": "001"}]


UNREADABLE = [
    (200, "<html>"),
    (200, '{"response": NaN, "metaData": {"code": 200}}'),
    (200, envelope(P, 200, "OK", encrypt("{}", "kunci lain"))),
    (200, envelope(P, 200, "OK", "rusak tak terbaca")),
    (200, envelope(P, None, "OK", [])),
    (302, None),
    (408, None),
    (503, envelope(P, 503, "Service Unavailable")),
]


@pytest.mark.parametrize(("status", "content"), UNREADABLE)
def test_a_read_that_cannot_be_understood_is_asked_again_later(status: int, content: Any) -> None:
    with pytest.raises(BpjsError) as caught:
        clinic(answering(status, content)).read(P, "kesadaran")

    assert caught.value.outcome == "temporary"


@pytest.mark.parametrize("escape", ["\\ud83d", "\\u0000", "\\ud83d\\ude00"])
def test_an_answer_can_always_be_stored(escape: str) -> None:
    content = '{"response": [{"nama": "ESCAPE"}], "metaData": {"code": 200}}'.replace("ESCAPE", escape)
    exchange = clinic(answering(200, content)).read(P, "tindakan")

    stored = str(exchange.response)
    assert "\x00" not in stored
    assert stored.encode("utf-8")


ODD_NUMBERS = ["1e999", "-1e999", f"{'9' * 400}.5", "9" * 19, "9" * 400, f"-{'9' * 5000}"]


@pytest.mark.parametrize("number", ODD_NUMBERS, ids=lambda number: number[:8])
@pytest.mark.parametrize("is_encrypted", [True, False])
def test_a_number_that_not_everybody_can_keep_is_kept_as_its_text(number: str, is_encrypted: bool) -> None:
    response = f'[{{"field": "noUrut", "message": "B12", "lain": [{number}]}}]'

    def handle(request: httpx.Request) -> httpx.Response:
        written = f'"{sealed_text(response, request)}"' if is_encrypted else response
        return httpx.Response(201, text=f'{{"response": {written}, "metaData": {{"code": 201}}}}')

    receipt = clinic(handle).send(REGISTER, BODIES[REGISTER])

    assert receipt.result == {"noUrut": "B12"}
    assert receipt.exchange.response == [{"field": "noUrut", "message": "B12", "lain": [number]}]


@pytest.mark.parametrize("number", [0, -1, 10**18 - 1, 36.5, 1e300, 1e-400])
def test_an_ordinary_number_stays_one(number: float) -> None:
    exchange = clinic(answering(200, envelope(P, 200, "OK", [number]))).read(P, "ref")

    assert exchange.response == [number]
    assert type(exchange.response[0]) is type(number)


@pytest.mark.parametrize("word", ["NaN", "Infinity", "-Infinity"])
def test_an_answer_with_a_word_for_a_number_is_no_json(word: str) -> None:
    content = f'{{"response": {{"noUrut": "B12", "berat": {word}}}, "metaData": {{"code": 201}}}}'

    assert failure(REGISTER, answering(201, content)).outcome == "unknown"


def test_of_a_name_that_comes_twice_the_last_counts() -> None:
    content = '{"response": [{"a": 1, "a": 2}], "response": [{"a": 3, "a": 4}], "metaData": {"code": 200}}'

    assert clinic(answering(200, content)).read(P, "ref").response == [{"a": 4}]


def test_names_with_raw_line_breaks_are_read() -> None:
    content = '{"response": [{"nmTindakan": "satu\r\ndua"}], "metaData": {"code": 200, "message": "OK"}}'

    assert rows_of(clinic(answering(200, content)).read(P, "tindakan")) == [{"nmTindakan": "satu\r\ndua"}]


def test_only_the_first_4000_characters_of_a_body_are_kept() -> None:
    assert failure(ADD, answering(500, "x" * 9000)).exchange.raw == "x" * 4000
