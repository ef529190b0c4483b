"""Scripted answers: each name says what it promises, to the requests that were meant and to no other."""

import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

import httpx
import pytest

from bpjs_simulator.server import Clinic, Simulator, UnknownClinic, WrongScript
from tests.simulator.caller import (
    CARD,
    DAY,
    QUEUE_DAY,
    Caller,
    add,
    batal,
    kunjungan,
    opened,
    panggil,
    pendaftaran,
    until,
)
from tests.simulator.conftest import Running

OTHER = "0001234567891"
READ = ("pcare", "GET", "kesadaran", None)
QUEUE_READ = ("antrean", "GET", f"ref/poli/tanggal/{QUEUE_DAY}", None)
HISTORY = ("pcare", "GET", f"kunjungan/peserta/{CARD}", None)
REGISTER = ("pcare", "POST", "pendaftaran", pendaftaran())
VISIT = ("pcare", "POST", "kunjungan/v1", kunjungan())
EDIT = ("pcare", "PUT", "kunjungan/v1", kunjungan(noKunjungan="012345670926Y000001"))
UNDO = ("pcare", "DELETE", f"pendaftaran/peserta/{CARD}/tglDaftar/{DAY}/noUrut/A1/kdPoli/001", None)
ADD = ("antrean", "POST", "antrean/add", add())
CALL = ("antrean", "POST", "antrean/panggil", panggil())
CANCEL = ("antrean", "POST", "antrean/batal", batal())
EVERY = (READ, QUEUE_READ, HISTORY, REGISTER, VISIT, EDIT, UNDO, ADD, CALL, CANCEL)
Call = tuple[str, str, str, Any]

REJECTED = "<title>Request Rejected</title>"


def pcare(code: int, message: str, response: Any = None) -> dict[str, Any]:
    return {"response": response, "metaData": {"message": message, "code": code}}


def antrean(code: int, message: str, response: Any = None) -> dict[str, Any]:
    return {"response": response, "metadata": {"message": message, "code": code}}


DUPLICATE = [{"field": "noKartu", "message": "Peserta sudah di-entri pada hari yang sama"}]
MISSING = "Data kunjungan belum lengkap"
QUOTED = "Peserta dengan nomor kartu {} dan NIK {} tidak dapat dilayani"
# (name, request, HTTP status, JSON that is answered or part of a page)
ANSWERS: list[tuple[str, Call, int, Any]] = [
    ("net-error", VISIT, 500, pcare(500, "Object reference not set to an instance of an object.", [])),
    ("net-error", HISTORY, 500, pcare(500, "Object reference not set to an instance of an object.", [])),
    ("firewall-200", VISIT, 200, REJECTED),
    ("firewall-200", CALL, 200, REJECTED),
    ("firewall-400", VISIT, 400, REJECTED),
    ("firewall-403", READ, 403, REJECTED),
    ("dokter-400", READ, 400, "<title>Runtime Error</title>"),
    ("not-registered", READ, 404, pcare(404, "Unauthorized! You are not registered for this service!")),
    ("not-registered", UNDO, 404, pcare(404, "Unauthorized! You are not registered for this service!")),
    ("no-mapping", READ, 404, pcare(404, "No Mapping Rule matched")),
    ("no-mapping", ADD, 404, antrean(404, "No Mapping Rule matched")),
    ("forbidden", READ, 403, {"message": "Forbidden"}),
    ("no-route", ADD, 404, {"message": "no Route matched with those values"}),
    ("gateway-400", VISIT, 400, {"message": "Bad Request"}),
    ("gateway-405", VISIT, 405, {"message": "Method Not Allowed"}),
    ("gateway-409", VISIT, 409, {"message": "Conflict"}),
    ("password-403", VISIT, 403, pcare(403, "Maaf Cek Kembali Password Pcare Anda")),
    ("password-412", VISIT, 412, pcare(412, "Username atau password PCare salah")),
    ("credential-200", READ, 200, pcare(403, "Authentication failed: invalid credential")),
    ("raw-401", READ, 401, pcare(401, "UNAUTHORIZED, because username/password PCare ...")),
    ("signature-201", QUEUE_READ, 200, antrean(201, "Signature tidak sesuai")),
    ("signature-201", ADD, 200, antrean(201, "Signature tidak sesuai")),
    ("other-patient", ADD, 200, antrean(201, "Nomor antrean A-7 sudah terdaftar atas nama peserta lain")),
    ("other-faskes", ADD, 200, antrean(201, "Peserta sudah terdaftar di FKTP lain")),
    ("duplicate", REGISTER, 412, pcare(412, "PRECONDITION_FAILED", DUPLICATE)),
    ("duplicate", VISIT, 412, pcare(412, "PRECONDITION_FAILED", DUPLICATE)),
    ("no-referral-number", VISIT, 400, pcare(400, "Gagal mendapatkan nomor Rujukan Satu Sehat")),
    ("not-found-412", UNDO, 412, pcare(412, "Data tidak ditemukan")),
    ("msg-only", VISIT, 412, {"response": None, "metaData": {"message": "", "code": 412, "msg": MISSING}}),
    ("msg-only", ADD, 200, {"response": None, "metadata": {"message": "", "code": 201, "msg": MISSING}}),
    ("keterangan-only", VISIT, 412, pcare(412, "", {"keterangan": MISSING})),
    ("keterangan-only", ADD, 200, antrean(201, "", {"keterangan": MISSING})),
    ("quotes-card", VISIT, 412, pcare(412, QUOTED.format(CARD, "000" + CARD))),
    ("quotes-card", ADD, 200, antrean(201, QUOTED.format(CARD, "0000000000000001"))),
    ("quotes-card", HISTORY, 412, pcare(412, QUOTED.format(CARD, "000" + CARD))),
]  # fmt: skip
ELSEWHERE = {"null-number", "drop", "hang"}  # sealed, or no answer at all


def ask(clinic: Caller, call: Call, **changes: Any) -> httpx.Response:
    service, method, path, body = call
    return clinic.raw(service, method, path, body | changes if body else body)


def times_met(clinic: Caller) -> int:
    return sum(script["met"] for script in clinic.simulator.ledger()["scripts"])


def is_met(clinic: Caller, call: Call, **changes: Any) -> bool:
    """Whether a script answers this request."""
    before = times_met(clinic)
    ask(clinic, call, **changes)
    return times_met(clinic) > before


def held(clinic: Caller) -> tuple[int, ...]:
    ledger = clinic.simulator.ledger()
    return tuple(len(ledger[name]) for name in ("pendaftaran", "kunjungan", "antrean"))


def last_write(clinic: Caller) -> tuple[Any, ...]:
    write = clinic.simulator.ledger()["writes"][-1]
    return write["fault"], write["committed"], write["code"]


@pytest.mark.parametrize(("name", "call", "status", "said"), ANSWERS, ids=lambda value: str(value)[:30])
def test_a_named_answer_says_what_its_name_promises(
    clinic: Caller, name: str, call: Call, status: int, said: Any
) -> None:
    clinic.simulator.script_answer(name)

    answer = ask(clinic, call)

    assert answer.status_code == status
    if isinstance(said, str):
        assert said in answer.text
        assert answer.headers["content-type"].startswith("text/html")
    else:
        assert answer.json() == said


def test_every_name_is_tried_here_and_has_its_sentence(clinic: Caller) -> None:
    shown = httpx.get(f"{clinic.simulator.control_url}/answers", trust_env=False, verify=False).json()

    assert set(shown) == {name for name, *_ in ANSWERS} | ELSEWHERE
    assert all(len(sentence.split()) >= 3 for sentence in shown.values())


@pytest.mark.parametrize(
    ("call", "said"),
    [
        (REGISTER, {"field": "noUrut", "message": "null"}),
        (VISIT, [{"field": "noKunjungan", "message": "null"}]),
    ],
    ids=["registration", "visit"],
)
def test_a_null_number_is_a_sealed_success(clinic: Caller, call: Call, said: Any) -> None:
    clinic.simulator.script_answer("null-number")

    reply = clinic.call(*call)

    assert (reply.http, reply.code, reply.message, reply.sealed) == (201, 201, "CREATED", True)
    assert reply.response == said


def test_a_success_may_have_any_number(clinic: Caller) -> None:
    clinic.simulator.script_answer({"number": "0099B0011126Ynull"}, endpoint="kunjungan/v1", after=True)
    clinic.register()

    reply = clinic.call(*VISIT)

    assert (reply.http, reply.response[0]["message"]) == (201, "0099B0011126Ynull")
    assert [row["noKunjungan"] for row in clinic.simulator.ledger()["kunjungan"]] == ["012345670926Y000001"]


# Which requests a name answers when nothing is said about them, by what its words are an answer to.
UNMATCHED: dict[str, tuple[Call, ...]] = {
    "net-error": (READ, HISTORY, REGISTER, VISIT, EDIT, UNDO),
    "firewall-403": EVERY,
    "no-route": EVERY,
    "password-403": (READ, HISTORY, REGISTER, VISIT, EDIT, UNDO),
    "credential-200": (READ, HISTORY, REGISTER, VISIT, EDIT, UNDO),
    "signature-201": (QUEUE_READ, ADD, CALL, CANCEL),
    "other-patient": (ADD,),
    "other-faskes": (ADD,),
    "duplicate": (REGISTER, VISIT),
    "null-number": (REGISTER, VISIT),
    "no-referral-number": (VISIT,),
    "not-found-412": (UNDO,),
}


@pytest.mark.parametrize("name", UNMATCHED)
def test_a_name_answers_where_its_words_belong_when_nothing_else_is_said(clinic: Caller, name: str) -> None:
    clinic.simulator.script_answer(name)

    assert [call[:3] for call in EVERY if is_met(clinic, call)] == [call[:3] for call in UNMATCHED[name]]


def test_an_endpoint_that_is_named_overrides_where_the_words_belong(clinic: Caller) -> None:
    clinic.simulator.script_answer("net-error", endpoint="antrean/add")

    assert ask(clinic, ADD).json() == antrean(
        500, "Object reference not set to an instance of an object.", []
    )
    assert ask(clinic, ADD).status_code == 500
    assert not is_met(clinic, VISIT)


def test_a_card_that_is_named_leaves_the_rest_where_the_words_belong(clinic: Caller) -> None:
    clinic.simulator.script_answer("other-patient", card=CARD)

    assert [call[:3] for call in EVERY if is_met(clinic, call)] == [ADD[:3]]


# Which requests, and which of them with another card, are as a match says.
MATCHES: list[tuple[dict[str, str], tuple[Call, ...]]] = [
    ({}, EVERY),
    ({"service": "antrean"}, (QUEUE_READ, ADD, CALL, CANCEL)),
    ({"method": "GET"}, (READ, QUEUE_READ, HISTORY)),
    ({"method": "DELETE"}, (UNDO,)),
    ({"method": "PUT"}, (EDIT,)),
    ({"method": "POST"}, (REGISTER, VISIT, ADD, CALL, CANCEL)),
    ({"endpoint": "kunjungan"}, (HISTORY, VISIT, EDIT)),
    ({"endpoint": "KUNJUNGAN/V1"}, (VISIT, EDIT)),
    ({"endpoint": "kunjungan/v1", "method": "PUT"}, (EDIT,)),
    ({"endpoint": "kunjungan/peserta"}, (HISTORY,)),
    ({"card": CARD}, (HISTORY, REGISTER, VISIT, EDIT, UNDO, ADD, CALL, CANCEL)),
    ({"card": CARD, "method": "GET"}, (HISTORY,)),
    ({"card": CARD, "service": "antrean"}, (ADD, CALL, CANCEL)),
    ({"card": CARD[:-1]}, ()),
    ({"contains": "RM-000001"}, (ADD,)),
    ({"contains": '"kdDiag1": "J00"'}, (VISIT, EDIT)),
    ({"contains": '"kdDiag1":"J00"'}, (VISIT, EDIT)),
    ({"contains": CARD}, (REGISTER, VISIT, EDIT, ADD, CALL, CANCEL)),
    ({"contains": "null", "endpoint": "pendaftaran"}, ()),
    ({"cons_id": "12345"}, EVERY),
    ({"cons_id": "12345", "endpoint": "pendaftaran", "card": CARD, "method": "POST"}, (REGISTER,)),
    ({"endpoint": "antrean/add", "method": "GET"}, ()),
]


@pytest.mark.parametrize(("match", "meant"), MATCHES, ids=[str(match) for match, _ in MATCHES])
def test_an_answer_meets_the_requests_that_were_meant_and_no_other(
    clinic: Caller, match: dict[str, Any], meant: tuple[Call, ...]
) -> None:
    clinic.simulator.script_answer({"http": 418}, **match)

    assert [call[:3] for call in EVERY if is_met(clinic, call)] == [call[:3] for call in meant]


@pytest.mark.parametrize(("call", "field"), [(REGISTER, "noKartu"), (VISIT, "noKartu"), (ADD, "nomorkartu")])
def test_an_answer_to_one_card_leaves_others_alone(clinic: Caller, call: Call, field: str) -> None:
    clinic.simulator.script_answer("firewall-403", card=CARD)

    assert not is_met(clinic, call, **{field: OTHER})
    assert is_met(clinic, call)


def test_a_text_is_found_however_a_program_escapes_it(clinic: Caller) -> None:
    clinic.simulator.script_answer("firewall-403", contains="sesak — berat")

    assert is_met(clinic, VISIT, keluhan="sesak — berat")
    written = '{"keluhan":"sesak — berat"}'.encode()
    assert clinic.raw("pcare", "POST", "kunjungan/v1", written).status_code == 403
    assert not is_met(clinic, VISIT, keluhan="sesak berat")


def test_an_answer_to_one_clinic_leaves_the_others_alone(running: Running) -> None:
    ours = Clinic()
    theirs = replace(ours, cons_id="67890", kd_provider="01234568")
    clinic = running(clinics=[ours, theirs])
    clinic.simulator.script_answer("not-registered", cons_id="67890")

    assert ask(clinic, REGISTER).status_code == 201
    assert ask(Caller(clinic.simulator, theirs), REGISTER).status_code == 404
    assert [write["cons_id"] for write in clinic.simulator.ledger()["writes"]] == ["12345", "67890"]


def test_an_answer_lasts_for_ever_or_for_so_many_times(clinic: Caller) -> None:
    clinic.simulator.script_answer("net-error", times=2, endpoint="pendaftaran", method="POST")
    clinic.simulator.script_answer("firewall-403", endpoint="kunjungan/v1")

    assert [ask(clinic, REGISTER).status_code for _ in range(3)] == [500, 500, 201]
    assert [ask(clinic, VISIT).status_code for _ in range(4)] == [403] * 4
    assert [script["met"] for script in clinic.simulator.ledger()["scripts"]] == [2, 4]


def test_answers_to_one_request_come_in_the_order_in_which_they_were_asked_for(clinic: Caller) -> None:
    for name in ("net-error", "firewall-403", "raw-401"):
        clinic.simulator.script_answer(name, times=1, endpoint="pendaftaran")

    assert [ask(clinic, REGISTER).status_code for _ in range(4)] == [500, 403, 401, 201]


def test_what_two_at_once_are_sent_is_counted_once_each(clinic: Caller) -> None:
    clinic.simulator.script_answer("firewall-403", times=3)
    with ThreadPoolExecutor(10) as threads:
        codes = list(threads.map(lambda _: ask(clinic, READ).status_code, range(10)))

    assert sorted(codes) == [200] * 7 + [403] * 3


def test_answers_are_cleared_one_by_one_or_all(clinic: Caller) -> None:
    first = clinic.simulator.script_answer("firewall-403", endpoint="kesadaran")
    second = clinic.simulator.script_answer("firewall-403", endpoint="pendaftaran")
    third = clinic.simulator.script_answer("firewall-403", endpoint="kunjungan/v1")
    assert len({first, second, third}) == 3

    clinic.simulator.clear_answers(second)
    assert [is_met(clinic, call) for call in (READ, REGISTER, VISIT)] == [True, False, True]
    clinic.simulator.clear_answers()
    assert [is_met(clinic, call) for call in (READ, REGISTER, VISIT)] == [False, False, False]
    assert clinic.simulator.ledger()["scripts"] == []


@pytest.mark.parametrize(
    ("call", "holds"), [(REGISTER, (1, 0, 0)), (ADD, (0, 0, 1))], ids=["pcare", "antrean"]
)
@pytest.mark.parametrize("after", [False, True])
def test_a_write_takes_effect_first_only_when_that_is_asked_for(
    clinic: Caller, call: Call, holds: tuple[int, ...], after: bool
) -> None:
    clinic.simulator.script_answer({"http": 500, "message": "gagal"}, after=after)

    answers = [ask(clinic, call).status_code for _ in range(2)]

    assert answers == [500, 500]
    assert held(clinic) == (holds if after else (0, 0, 0))
    notes = [(write["fault"], write["committed"]) for write in clinic.simulator.ledger()["writes"]]
    assert notes == [("custom", after), ("custom", False)]


def test_a_deletion_and_an_edit_may_take_effect_first_too(clinic: Caller) -> None:
    clinic.register()
    number = clinic.visit()
    clinic.simulator.script_answer("drop", method="PUT", after=True)
    clinic.simulator.script_answer("net-error", method="DELETE", after=True)

    with pytest.raises(httpx.TransportError):
        ask(clinic, EDIT, noKunjungan=number, kdDiag1="J01")
    assert clinic.simulator.ledger()["kunjungan"][0]["body"]["kdDiag1"] == "J01"
    assert last_write(clinic) == ("drop", True, 200)
    assert clinic.raw("pcare", "DELETE", f"kunjungan/{number}").status_code == 500
    assert held(clinic) == (1, 0, 0)


@pytest.mark.parametrize(
    ("name", "code"),
    [("net-error", 500), ("firewall-200", 200), ("no-route", 404), ("credential-200", 403), ("drop", None)],
)
def test_the_ledger_notes_the_name_and_the_code_of_an_answer(
    clinic: Caller, name: str, code: int | None
) -> None:
    clinic.simulator.script_answer(name)
    try:
        ask(clinic, REGISTER)
    except httpx.TransportError:
        assert name == "drop"

    assert last_write(clinic) == (name, False, code)


def test_a_read_that_met_an_answer_counts_as_one_and_is_no_write(clinic: Caller) -> None:
    clinic.simulator.script_answer("net-error", endpoint="kunjungan/peserta")
    for call in (HISTORY, HISTORY, READ, QUEUE_READ):
        ask(clinic, call)

    ledger = clinic.simulator.ledger()
    assert (ledger["reads"], ledger["writes"]) == (4, [])
    assert ledger["reads_by_path"] == {"kunjungan": 2, "kesadaran": 1, "ref": 1}
    assert ledger["scripts"] == [{"id": 1, "answer": "net-error", "met": 2}]


def test_reads_are_counted_without_anything_that_a_path_may_name(clinic: Caller) -> None:
    for path in (CARD, f"peserta/{CARD}", f"pendaftaran/tglDaftar/{DAY}/0/10", "a" * 500, "%00/x", "x-y"):
        clinic.raw("pcare", "GET", path)

    assert clinic.simulator.ledger()["reads_by_path"] == {"lain": 4, "peserta": 1, "pendaftaran": 1}


def test_an_answer_comes_before_signature_and_rules_are_looked_at(clinic: Caller) -> None:
    clinic.simulator.script_answer("net-error")

    assert clinic.raw("pcare", "GET", "kesadaran", headers={}).status_code == 500
    assert clinic.raw("pcare", "POST", "pendaftaran", b"bukan json").status_code == 500


def test_a_number_for_nobody_in_particular_is_not_sealed(clinic: Caller) -> None:
    clinic.simulator.script_answer("null-number")

    answer = clinic.raw("pcare", "POST", "pendaftaran", pendaftaran(), headers={})

    assert answer.json()["response"] == {"field": "noUrut", "message": "null"}


CUSTOM: list[tuple[Any, Call, int, Any]] = [
    ({"http": 503}, VISIT, 503, pcare(503, "")),
    ({"code": 424}, VISIT, 424, pcare(424, "")),
    ({"code": 201, "message": "Poli tutup"}, ADD, 200, antrean(201, "Poli tutup")),
    ({"message": "Ditolak"}, VISIT, 412, pcare(412, "Ditolak")),
    ({"message": "Ditolak"}, ADD, 200, antrean(201, "Ditolak")),
    ({"http": 200, "code": 500, "message": "x", "response": []}, VISIT, 200, pcare(500, "x", [])),
    ({"code": 50000, "message": "x"}, READ, 400, pcare(50000, "x")),
    ({"code": 0, "message": "x"}, ADD, 200, antrean(0, "x")),
    ({"http": 500, "response": None}, VISIT, 500, pcare(500, "")),
    ({"http": 500, "page": "<html>{card}</html>"}, VISIT, 500, f"<html>{CARD}</html>"),
    ({"page": ""}, VISIT, 200, ""),
    ({"json": {"message": "{card}/{nik}"}}, ADD, 200, {"message": f"{CARD}/0000000000000001"}),
    ({"json": None, "http": 409}, VISIT, 409, None),
    ({"json": [1, "{card}"]}, READ, 200, [1, ""]),
    ({"response": [{"field": "noKartu", "message": "{card}"}]}, VISIT, 412,
     pcare(412, "", [{"field": "noKartu", "message": CARD}])),
    ({"name": "firewall-200", "http": 503}, VISIT, 503, REJECTED),
    ({"name": "net-error", "http": 200}, VISIT, 200,
     pcare(500, "Object reference not set to an instance of an object.", [])),
]  # fmt: skip


@pytest.mark.parametrize(("answer", "call", "status", "said"), CUSTOM, ids=lambda value: str(value)[:40])
def test_an_answer_may_be_spelled_out(
    clinic: Caller, answer: Any, call: Call, status: int, said: Any
) -> None:
    clinic.simulator.script_answer(answer)

    given = ask(clinic, call)

    assert given.status_code == status
    if isinstance(said, str):
        assert said in given.text
    else:
        assert given.json() == said


@pytest.mark.parametrize("status", [204, 304])
def test_a_status_that_has_no_body_is_answered_without_one(clinic: Caller, status: int) -> None:
    clinic.simulator.script_answer({"http": status, "message": "x"}, times=1)

    answer = ask(clinic, VISIT)

    assert (answer.status_code, answer.content) == (status, b"")
    assert ask(clinic, READ).status_code == 200


def test_an_answer_may_have_headers_of_its_own(clinic: Caller) -> None:
    headers = {"Retry-After": "7", "content-type": "application/json; charset=latin-1"}
    clinic.simulator.script_answer({"http": 429, "page": "<p>", "headers": headers})

    answer = ask(clinic, VISIT)

    assert (answer.status_code, answer.headers["retry-after"]) == (429, "7")
    assert answer.headers.get_list("content-type") == ["application/json; charset=latin-1"]


def test_an_answer_may_come_late(clinic: Caller) -> None:
    clinic.simulator.script_answer({"name": "net-error", "delay_seconds": 1}, card=CARD)

    slow = ask(clinic, VISIT)
    quick = ask(clinic, VISIT, noKartu=OTHER)

    assert (slow.status_code, quick.status_code) == (500, 412)
    assert slow.elapsed.total_seconds() >= 1 > quick.elapsed.total_seconds()


def test_the_rules_own_answer_may_come_late_to_one_card(clinic: Caller) -> None:
    clinic.simulator.script_answer({"delay_seconds": 0.4, "headers": {"X-Late": "ya"}}, card=CARD)

    began = time.monotonic()
    number = clinic.register()
    took = time.monotonic() - began

    assert (took >= 0.4, number[1:], held(clinic)) == (True, "1", (1, 0, 0))
    assert last_write(clinic) == ("custom", True, 201)
    assert ask(clinic, HISTORY).headers["X-Late"] == "ya"


@pytest.mark.parametrize("after", [False, True])
def test_a_hanging_request_is_cut_without_a_byte_when_its_time_is_over(clinic: Caller, after: bool) -> None:
    clinic.simulator.script_answer({"name": "hang", "delay_seconds": 0.5}, after=after, times=1)
    began = time.monotonic()

    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        ask(clinic, REGISTER)

    assert time.monotonic() - began >= 0.5
    assert held(clinic) == (int(after), 0, 0)
    assert last_write(clinic) == ("hang", after, 201 if after else None)


def test_a_hanging_request_keeps_nobody_waiting_and_no_simulator_from_stopping() -> None:
    with ThreadPoolExecutor(1) as thread:
        with Simulator() as simulator:
            clinic = Caller(simulator, timeout=30)
            simulator.script_answer("hang", endpoint="kesadaran")
            hanging = thread.submit(ask, clinic, READ)
            until(lambda: times_met(clinic) == 1)
            assert ask(clinic, REGISTER).status_code == 201
            assert not hanging.done()
            began = time.monotonic()
        assert time.monotonic() - began < 10, "it hangs for 30 s"
        assert isinstance(hanging.exception(timeout=10), httpx.TransportError)


def test_an_answer_goes_before_a_fault_and_a_broken_read(clinic: Caller) -> None:
    clinic.simulator.fault_once("html-500")
    clinic.simulator.set_options(broken_reads=["kesadaran"])
    clinic.simulator.script_answer("firewall-403", times=2)

    assert [ask(clinic, REGISTER).status_code, ask(clinic, READ).status_code] == [403, 403]
    assert [ask(clinic, REGISTER).status_code, ask(clinic, READ).status_code] == [500, 503]


def test_answers_outlive_a_reset(clinic: Caller) -> None:
    clinic.simulator.script_answer("firewall-403", endpoint="kesadaran")
    clinic.simulator.reset()

    assert is_met(clinic, READ)


def test_a_sealed_payload_may_be_spoilt_for_one_card(clinic: Caller) -> None:
    clinic.simulator.script_answer({"code": 201, "message": "CREATED", "response": "AAECAwQ="}, after=True)
    headers = clinic.headers("pcare")

    answer = clinic.raw("pcare", "POST", "pendaftaran", pendaftaran(), headers)

    assert (answer.status_code, held(clinic)) == (201, (1, 0, 0))
    with pytest.raises(ValueError):  # whichever step of opening meets it first
        opened(answer.json()["response"], clinic.clinic, headers["X-timestamp"])


@pytest.mark.parametrize(
    ("answer", "match", "message"),
    [
        ("hujan", {}, "net-error"),
        ("net-error", {"kartu": CARD}, "card"),
        ("net-error", {"method": "FETCH"}, "GET"),
        ({"hujan": 1}, {}, "http"),
        ({"page": "x", "json": 1}, {}, "satu bentuk"),
    ],
)
def test_a_script_that_cannot_be_is_refused_with_what_there_is(
    clinic: Caller, answer: Any, match: dict[str, Any], message: str
) -> None:
    with pytest.raises(WrongScript, match=message):
        clinic.simulator.script_answer(answer, **match)

    assert clinic.simulator.ledger()["scripts"] == []


def test_a_clinic_that_there_is_not_is_refused(clinic: Caller) -> None:
    with pytest.raises(UnknownClinic):
        clinic.simulator.script_answer("net-error", cons_id="99999")
