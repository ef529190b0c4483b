"""The control endpoints: the ledger, and a POST for everything that may be changed."""

import time
from collections.abc import Callable
from dataclasses import replace
from typing import Any

import httpx
import pytest

from bpjs_simulator.faults import FAULTS
from bpjs_simulator.server import Clinic
from tests.simulator.caller import CARD, DAY, QUEUE_DAY, Caller, add, panggil, pendaftaran
from tests.simulator.conftest import Running

KEY = {"noKartu": CARD, "tglDaftar": DAY, "kdPoli": "001"}
READ = ("pcare", "GET", "kesadaran")
Answered = Callable[[Caller], object]


def control(clinic: Caller, name: str, body: Any) -> httpx.Response:
    url = f"{clinic.simulator.control_url}/control/{name}"
    return httpx.post(url, json=body, trust_env=False, verify=False)


def ledger(clinic: Caller) -> dict[str, Any]:
    shown: dict[str, Any] = httpx.get(
        f"{clinic.simulator.control_url}/ledger", trust_env=False, verify=False
    ).json()
    return shown


def registering(clinic: Caller) -> int:
    return clinic.raw("pcare", "POST", "pendaftaran", pendaftaran()).status_code


def reading(clinic: Caller) -> int:
    return clinic.raw("pcare", "GET", "kesadaran").status_code


def calling(clinic: Caller) -> int:
    return clinic.antrean("POST", "antrean/panggil", panggil()).code


def rows_of_a_page(clinic: Caller) -> int:
    return len(clinic.pcare("GET", "poli/fktp/0/100").response["list"])


def visits(clinic: Caller) -> int:
    return len(clinic.pcare("GET", f"kunjungan/peserta/{CARD}").response["list"])


def adding(card: str) -> Answered:
    return lambda clinic: clinic.antrean("POST", "antrean/add", add(nomorkartu=card)).code


CHANGES: list[tuple[str, Any, Answered, object]] = [
    ("faults", {"faults": {"html-500": 1}}, registering, 500),
    ("faults", {"faults": {"html-500": 0}}, registering, 201),
    ("fault-once", {"fault": "429"}, registering, 429),
    ("fault-once", {"fault": "429", "match": {"endpoint": "pendaftaran"}}, registering, 429),
    ("fault-once", {"fault": "429", "match": {"endpoint": "kunjungan"}}, registering, 201),
    ("fault-once", {"fault": "429", "endpoint": "kunjungan"}, registering, 201),
    ("password", {"password": "baru"}, reading, 401),
    ("password", {"password": "baru", "cons_id": "12345"}, reading, 401),
    ("clock", {"skew_seconds": 3600}, reading, 401),
    ("clock", {"skew_seconds": -3600}, reading, 401),
    ("clock", {"skew_seconds": 5}, reading, 200),
    ("options", {"page_cap": 3}, rows_of_a_page, 3),
    ("references", {"name": "poli", "rows": [{"kdPoli": "001", "nmPoli": "SATU"}]}, rows_of_a_page, 1),
    ("references", {"name": "poli", "remove": ["001", "002"]}, rows_of_a_page, 5),
    ("references", {"name": "poli", "add": [{"kdPoli": "009", "nmPoli": "BARU"}]}, rows_of_a_page, 8),
    ("screening", {"noKartu": CARD}, adding(CARD), 201),
    ("screening", {"noKartu": "9000000000001", "done": True}, adding("9000000000001"), 200),
    (
        "mobile-jkn",
        {"nomorkartu": CARD, "kodepoli": "001", "tanggalperiksa": QUEUE_DAY},
        calling,
        200,
    ),
    ("answers", {"answer": "net-error"}, registering, 500),
    ("answers", {"answer": {"http": 418}, "times": 1}, registering, 418),
    ("answers", {"answer": "net-error", "match": {"card": CARD, "cons_id": "12345"}}, registering, 500),
    ("answers", {"answer": "net-error", "match": {"endpoint": "kunjungan"}}, registering, 201),
    ("answers", {"answer": "firewall-403", "match": {"method": "GET"}, "after": True}, reading, 403),
    ("answers/clear", {}, registering, 201),
    ("hold", {"what": "pendaftaran", **KEY}, registering, 401),
    ("hold", {"what": "kunjungan", **KEY}, visits, 1),
    ("hold", {"what": "kunjungan", **KEY, "kdProvider": "09990001", "shows_poli": False}, visits, 1),
]


@pytest.mark.parametrize(("name", "body", "asked", "answer"), CHANGES)
def test_a_change_shows_in_the_next_answer(
    clinic: Caller, name: str, body: Any, asked: Answered, answer: object
) -> None:
    assert control(clinic, name, body).status_code == 200

    assert asked(clinic) == answer


def test_latency_holds_answers_back(clinic: Caller) -> None:
    control(clinic, "latency", {"latency_ms": 300})

    assert clinic.raw("pcare", "GET", "kesadaran").elapsed.total_seconds() >= 0.3


def test_latency_of_one_clinic_holds_no_other_back(running: Running) -> None:
    ours = Clinic()
    theirs = replace(ours, cons_id="67890", kd_provider="01234568")
    slow, quick = (clinic := running(clinics=[ours, theirs])), Caller(clinic.simulator, theirs)
    control(clinic, "latency", {"latency_ms": 1000, "cons_id": ours.cons_id})

    def waits(caller: Caller) -> bool:
        return caller.raw("pcare", "GET", "kesadaran").elapsed.total_seconds() >= 1

    assert (waits(slow), waits(quick)) == (True, False)
    slow.simulator.set_latency(0, cons_id=ours.cons_id)
    slow.simulator.set_latency(1000)
    assert (waits(slow), waits(quick)) == (False, True)


def test_a_latency_for_all_is_what_a_clinic_without_its_own_has(clinic: Caller) -> None:
    clinic.simulator.set_latency(300)
    unsigned = clinic.raw("pcare", "GET", "kesadaran", headers={})

    assert min(answer.elapsed.total_seconds() for answer in (unsigned, clinic.raw(*READ))) >= 0.3


def test_the_ledger_tells_when_each_write_came_though_its_answer_is_held_back(clinic: Caller) -> None:
    clinic.simulator.set_latency(1000)
    began = time.time()
    registering(clinic)

    assert began <= ledger(clinic)["writes"][0]["at"] <= time.time() - 1


WRONG: list[tuple[str, Any]] = [
    ("faults", {"faults": {"hujan": 1}}),
    ("faults", {"faults": {"slow": 2}}),
    ("faults", {"faults": {"slow": True}}),
    ("faults", {"faults": {"slow": "sering"}}),
    ("faults", {"faults": ["slow"]}),
    ("faults", {"faults": {"html-500": 1}, "slow_seconds": "lama"}),
    ("faults", {"faults": {"html-500": 1}, "refuse_seconds": -1}),
    ("faults", {}),
    ("fault-once", {"fault": "hujan"}),
    ("fault-once", {"fault": ["slow"]}),
    ("fault-once", {"fault": "html-500", "match": "pendaftaran"}),
    ("fault-once", {}),
    ("outage", {"on": "ya"}),
    ("outage", {}),
    ("options", {"tidak_ada": 1}),
    ("options", {"no_data": "kosong"}),
    ("options", {"page_cap": 3, "no_data": "kosong"}),
    ("options", {"page_cap": 0}),
    ("options", {"page_cap": "3"}),
    ("options", {"latency_ms": "lama"}),
    ("options", {"latency_ms": -1}),
    ("options", {"count_is_total": 1}),
    ("options", {"duplicate_code": 500}),
    ("options", {"missing_antrean_is_ok": "ya"}),
    ("options", {"page_base": 2}),
    ("options", {"page_base": True}),
    ("options", {"antrean_login": "boleh"}),
    ("options", {"antrean_login": ["ignored"]}),
    ("options", {"antrean_reference": "list"}),
    ("options", {"clock_tolerance_seconds": -1}),
    ("options", {"clock_skew_seconds": None}),
    ("options", {"screening": CARD}),
    ("options", {"unknown_cards": [1]}),
    ("options", []),
    ("references", {"name": "tidak-ada", "rows": []}),
    ("references", {"name": ["poli"], "rows": []}),
    ("references", {"name": "poli", "rows": "001"}),
    ("references", {"name": "poli", "rows": [1]}),
    ("references", {"name": "poli", "rows": [{"kdPoli": "001"}]}),
    ("references", {"name": "poli", "add": [{}]}),
    ("references", {"name": "sesi", "rows": [{"kodepoli": "001", "kodedokter": 1}]}),
    ("references", {"rows": []}),
    ("clock", {"skew_seconds": "lama"}),
    ("clock", {}),
    ("latency", {"latency_ms": -1}),
    ("latency", {"latency_ms": -1, "cons_id": "12345"}),
    ("latency", {"latency_ms": "lama", "cons_id": "12345"}),
    ("latency", {"latency_ms": 300, "cons_id": "lain"}),
    ("latency", {"latency_ms": 300, "cons_id": 12345}),
    ("latency", {"cons_id": "12345"}),
    ("latency", {}),
    ("password", {}),
    ("password", {"password": ""}),
    ("password", {"password": 5}),
    ("password", {"password": "baru", "cons_id": "lain"}),
    ("screening", {"noKartu": 1}),
    ("screening", {"noKartu": CARD, "done": "sudah"}),
    ("mobile-jkn", {}),
    ("mobile-jkn", {"nomorkartu": CARD, "kodepoli": "001", "tanggalperiksa": "14-09-2026"}),
    ("mobile-jkn", {"nomorkartu": CARD, "kodepoli": 1, "tanggalperiksa": QUEUE_DAY}),
    ("answers", {}),
    ("answers", {"answer": "hujan"}),
    ("answers", {"answer": None}),
    ("answers", {"answer": {}}),
    ("answers", {"answer": ["net-error"]}),
    ("answers", {"answer": {"name": "hujan"}}),
    ("answers", {"answer": {"name": ["net-error"]}}),
    ("answers", {"answer": {"name": "custom"}}),
    ("answers", {"answer": {"status": 500}}),
    ("answers", {"answer": {"http": 700}}),
    ("answers", {"answer": {"http": 100}}),
    ("answers", {"answer": {"http": "500"}}),
    ("answers", {"answer": {"http": True}}),
    ("answers", {"answer": {"code": "500"}}),
    ("answers", {"answer": {"message": None}}),
    ("answers", {"answer": {"page": 1}}),
    ("answers", {"answer": {"page": "x", "json": {}}}),
    ("answers", {"answer": {"number": "A1", "message": "x"}}),
    ("answers", {"answer": {"number": None}}),
    ("answers", {"answer": {"name": "firewall-200", "message": "x"}}),
    ("answers", {"answer": {"name": "hang", "cut": 1}}),
    ("answers", {"answer": {"name": "hang", "delay_seconds": -1}}),
    ("answers", {"answer": {"name": "hang", "delay_seconds": 3601}}),
    ("answers", {"answer": {"name": "hang", "delay_seconds": "lama"}}),
    ("answers", {"answer": {"http": 500, "meta": []}}),
    ("answers", {"answer": {"http": 500, "headers": ["Retry-After"]}}),
    ("answers", {"answer": {"http": 500, "headers": {"Retry-After": 2}}}),
    ("answers", {"answer": {"http": 500, "headers": {"X": "a\r\nY: b"}}}),
    ("answers", {"answer": {"http": 500, "headers": {"X Y": "a"}}}),
    ("answers", {"answer": {"http": 500, "headers": {"Content-Length": "1"}}}),
    ("answers", {"answer": "net-error", "match": "pendaftaran"}),
    ("answers", {"answer": "net-error", "match": {"kartu": CARD}}),
    ("answers", {"answer": "net-error", "match": {"card": 1234567890}}),
    ("answers", {"answer": "net-error", "match": {"card": ""}}),
    ("answers", {"answer": "net-error", "match": {"method": "FETCH"}}),
    ("answers", {"answer": "net-error", "match": {"service": "vclaim"}}),
    ("answers", {"answer": "net-error", "match": {"cons_id": "lain"}}),
    ("answers", {"answer": "net-error", "match": {"cons_id": ["12345"]}}),
    ("answers", {"answer": "net-error", "times": 0}),
    ("answers", {"answer": "net-error", "times": "2"}),
    ("answers", {"answer": "net-error", "times": True}),
    ("answers", {"answer": "net-error", "time": 2}),
    ("answers", {"answer": "net-error", "after": "ya"}),
    ("hold", KEY),
    ("hold", {"what": "antrean", **KEY}),
    ("hold", {"what": "kunjungan"}),
    ("hold", {"what": "kunjungan", **KEY, "kdPoli": None}),
    ("hold", {"what": "kunjungan", **KEY, "kdPoli": ""}),
    ("hold", {"what": "kunjungan", **KEY, "noKartu": 1234567890}),
    ("hold", {"what": "kunjungan", **KEY, "noKartu": "123"}),
    ("hold", {"what": "kunjungan", **KEY, "tglDaftar": QUEUE_DAY}),
    ("hold", {"what": "kunjungan", **KEY, "body": "J00"}),
    ("hold", {"what": "kunjungan", **KEY, "shows_poli": None}),
    ("hold", {"what": "kunjungan", **KEY, "kdDiag1": "J00"}),
    ("hold", {"what": "pendaftaran", **KEY, "shows_poli": False}),
    ("hold", {"what": "pendaftaran", **KEY, "kdProvider": 1}),
    ("remove", {}),
    ("remove", {"what": "antrean"}),
    ("remove", {"what": "pendaftaran", **KEY}),
    ("remove", {"what": "pendaftaran", "noKartu": CARD}),
    ("remove", {"what": "pendaftaran", **KEY, "noUrut": "A1"}),
    ("remove", {"what": "kunjungan", "noKunjungan": "012345670926Y000001"}),
    ("remove", {"what": "kunjungan", "noKunjungan": 1}),
    ("remove", {"what": "kunjungan", **KEY}),
    ("options", {"no_poli": CARD}),
    ("answers/clear", {"id": 99}),
    ("answers/clear", {"id": "1"}),
    ("answers/clear", {"nomor": 1}),
]


@pytest.mark.parametrize(("name", "body"), WRONG)
def test_a_wrong_change_is_refused_with_a_sentence_and_changes_nothing(
    clinic: Caller, name: str, body: Any
) -> None:
    answer = control(clinic, name, body)

    assert (answer.status_code, list(answer.json())) == (400, ["error"])
    assert len(answer.json()["error"].split()) >= 3
    assert (registering(clinic), reading(clinic), rows_of_a_page(clinic)) == (201, 200, 7)
    assert [row["fault"] for row in ledger(clinic)["writes"]] == [None]
    assert ledger(clinic)["antrean"] == []


@pytest.mark.parametrize(
    "content", [b"", b"{", b"null", b"[]", b"\xff", b"[" * 100_000, b'{"skew_seconds": NaN}']
)
def test_a_change_that_is_no_json_object_is_refused_with_a_sentence(clinic: Caller, content: bytes) -> None:
    answer = httpx.post(
        f"{clinic.simulator.control_url}/control/clock", content=content, trust_env=False, verify=False
    )

    assert answer.status_code == 400
    assert len(answer.json()["error"].split()) >= 3


def test_every_change_that_there_is_has_been_tried_right_and_wrong(clinic: Caller) -> None:
    routes = {
        "faults", "fault-once", "password", "clock", "options", "references", "screening", "mobile-jkn",
        "answers", "answers/clear", "hold",
    }  # fmt: skip
    elsewhere = {"outage", "latency", "remove", "reset"}

    assert {name for name, *_ in CHANGES} == routes
    assert {name for name, _ in WRONG} == routes | elsewhere - {"reset"}
    for name in routes | elsewhere:
        url = f"{clinic.simulator.control_url}/control/{name}"
        assert httpx.get(url, trust_env=False, verify=False).status_code == 405


def test_a_script_is_answered_with_its_id_by_which_it_is_cleared(clinic: Caller) -> None:
    first = control(clinic, "answers", {"answer": "net-error", "match": {"endpoint": "pendaftaran"}}).json()
    second = control(clinic, "answers", {"answer": "firewall-403", "match": {"method": "GET"}}).json()

    assert (first, second) == ({"id": 1}, {"id": 2})
    assert ledger(clinic)["scripts"] == [
        {"id": 1, "answer": "net-error", "met": 0},
        {"id": 2, "answer": "firewall-403", "met": 0},
    ]
    assert control(clinic, "answers/clear", {"id": 1}).json() == {"ok": True}
    assert (registering(clinic), reading(clinic)) == (201, 403)
    control(clinic, "answers/clear", {})
    assert reading(clinic) == 200


def test_the_control_answers_during_an_outage(clinic: Caller) -> None:
    control(clinic, "outage", {"on": True})

    with pytest.raises(httpx.ConnectError):
        reading(clinic)
    assert ledger(clinic)["writes"] == []
    control(clinic, "outage", {"on": False})
    assert reading(clinic) == 200


def test_the_ledger_shows_what_is_held_and_each_write_in_order(clinic: Caller) -> None:
    number = clinic.register()
    clinic.pcare("POST", "pendaftaran", pendaftaran(kdPoli="077"))
    clinic.antrean("POST", "antrean/add", add())
    clinic.simulator.fault_once("drop-before")
    with pytest.raises(httpx.TransportError):
        registering(clinic)
    reading(clinic)

    shown = ledger(clinic)

    assert [(row["noKartu"], row["noUrut"]) for row in shown["pendaftaran"]] == [(CARD, number)]
    assert [(row["nomorkartu"], row["status"]) for row in shown["antrean"]] == [(CARD, "menunggu")]
    assert {write["cons_id"] for write in shown["writes"]} == {"12345"}
    columns = ("service", "method", "endpoint", "committed", "code", "fault")
    assert [tuple(write[column] for column in columns) for write in shown["writes"]] == [
        ("pcare", "POST", "pendaftaran", True, 201, None),
        ("pcare", "POST", "pendaftaran", False, 412, None),
        ("antrean", "POST", "antrean/add", True, 200, None),
        ("pcare", "POST", "pendaftaran", False, None, "drop-before"),
    ]
    assert shown["writes"][0]["body"] == pendaftaran()
    assert (shown["reads"], shown["most_in_flight"]) == (1, 1)


@pytest.mark.parametrize(("fault", "code"), [("429", 429), ("html-500", 500), ("wrong-login", 401)])
def test_the_ledger_notes_the_code_of_a_fault_that_came_before_the_rules(
    clinic: Caller, fault: str, code: int
) -> None:
    clinic.simulator.fault_once(fault)
    registering(clinic)

    assert [(write["code"], write["committed"]) for write in ledger(clinic)["writes"]] == [(code, False)]


def test_the_ledger_and_the_method_agree(clinic: Caller) -> None:
    clinic.register()
    clinic.visit()

    assert ledger(clinic) == clinic.simulator.ledger()


def test_a_ledger_taken_does_not_change_with_later_writes(clinic: Caller) -> None:
    clinic.antrean("POST", "antrean/add", add())
    before = clinic.simulator.ledger()
    calling(clinic)

    assert before["antrean"][0]["status"] == "menunggu"
    assert len(before["writes"]) == 1


def test_a_reset_forgets_what_was_written_and_keeps_what_was_set(clinic: Caller) -> None:
    control(clinic, "options", {"page_cap": 3})
    clinic.register()
    control(clinic, "reset", {})

    shown = ledger(clinic)
    assert (shown["pendaftaran"], shown["writes"], rows_of_a_page(clinic)) == ([], [], 3)
    assert registering(clinic) == 201


def test_a_reference_can_be_looked_at(clinic: Caller) -> None:
    url = f"{clinic.simulator.control_url}/references"

    assert len(httpx.get(f"{url}/statuspulang/false", trust_env=False, verify=False).json()) == 3
    assert httpx.get(f"{url}/tidak-ada", trust_env=False, verify=False).status_code == 400


@pytest.mark.parametrize("name", FAULTS)
def test_every_fault_may_be_given_a_rate(clinic: Caller, name: str) -> None:
    assert control(clinic, "faults", {"faults": {name: 0.5}}).status_code == 200
