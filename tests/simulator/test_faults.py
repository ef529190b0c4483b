"""Each fault does what its name says, and the ledger tells whether the write took effect."""

import time
from contextlib import suppress
from dataclasses import replace
from random import Random

import httpx
import pytest

from bpjs_simulator.faults import FAULTS, Faults
from bpjs_simulator.server import UnknownFault
from tests.simulator.caller import Caller, add, opened, pendaftaran, until
from tests.simulator.conftest import Running

# By what the names promise, not by the simulator's own table.
TAKES_EFFECT = {
    "drop-before": False, "drop-after": True, "504-after": True, "slow": True, "drip": True, "429": False,
    "html-500": False, "garbage": True, "wrong-login": False, "refuse": False,
    "net-error": False, "firewall-200": False,
}  # fmt: skip


def send(clinic: Caller, service: str = "pcare") -> httpx.Response:
    path, body = ("pendaftaran", pendaftaran()) if service == "pcare" else ("antrean/add", add())
    return clinic.raw(service, "POST", path, body)


def held(clinic: Caller) -> bool:
    ledger = clinic.simulator.ledger()
    return bool(ledger["pendaftaran"] or ledger["antrean"])


def listens(clinic: Caller) -> bool:
    try:
        return clinic.raw("pcare", "GET", "kesadaran").status_code == 200
    except httpx.ConnectError:
        return False


@pytest.mark.parametrize("fault", TAKES_EFFECT)
def test_a_fault_takes_effect_or_not_as_its_name_says(clinic: Caller, fault: str) -> None:
    clinic.simulator.set_faults({}, slow_seconds=0.2, refuse_seconds=0.2)
    clinic.simulator.fault_once(fault)

    with suppress(httpx.TransportError):
        send(clinic)

    (write,) = clinic.simulator.ledger()["writes"]
    assert (write["fault"], write["committed"]) == (fault, TAKES_EFFECT[fault])
    assert held(clinic) == TAKES_EFFECT[fault]


def test_no_fault_is_left_out_of_these_tests() -> None:
    assert set(FAULTS) == set(TAKES_EFFECT)


@pytest.mark.parametrize("fault", ["drop-before", "drop-after", "refuse"])
@pytest.mark.parametrize("service", ["pcare", "antrean"])
def test_a_dropped_connection_is_cut_without_a_byte(clinic: Caller, service: str, fault: str) -> None:
    clinic.simulator.fault_once(fault)

    with pytest.raises((httpx.RemoteProtocolError, httpx.ReadError)):
        send(clinic, service)


@pytest.mark.parametrize(("fault", "status"), [("504-after", 504), ("html-500", 500), ("429", 429)])
@pytest.mark.parametrize("service", ["pcare", "antrean"])
def test_a_gateway_answers_with_a_page(clinic: Caller, service: str, fault: str, status: int) -> None:
    clinic.simulator.fault_once(fault)

    answer = send(clinic, service)

    assert answer.status_code == status
    assert answer.headers["content-type"].startswith("text/html")
    assert answer.headers.get("retry-after") == ("2" if fault == "429" else None)


def test_a_named_answer_may_come_at_a_rate(clinic: Caller) -> None:
    clinic.simulator.set_faults({"net-error": 1})
    broken = send(clinic)
    clinic.simulator.set_faults({"firewall-200": 1})
    rejected = send(clinic, "antrean")

    assert (broken.status_code, broken.json()["metaData"]["code"]) == (500, 500)
    assert broken.json()["metaData"]["message"].startswith("Object reference not set")
    assert (rejected.status_code, "Request Rejected" in rejected.text) == (200, True)
    assert [write["code"] for write in clinic.simulator.ledger()["writes"]] == [500, 200]


def test_garbage_is_a_success_that_nobody_can_open(clinic: Caller) -> None:
    clinic.simulator.fault_once("garbage")
    headers = clinic.headers("pcare")

    answer = clinic.raw("pcare", "POST", "pendaftaran", pendaftaran(), headers)

    assert (answer.status_code, answer.json()["metaData"]["code"]) == (201, 201)
    with pytest.raises(ValueError):  # whichever step of opening meets it first
        opened(answer.json()["response"], clinic.clinic, headers["X-timestamp"])


def test_a_wrong_login_by_fault_reads_like_a_real_one(clinic: Caller) -> None:
    real = Caller(clinic.simulator, replace(clinic.clinic, password="lama"))
    clinic.simulator.fault_once("wrong-login")

    assert send(clinic).json() == send(real).json()


@pytest.mark.parametrize("fault", ["slow", "drip"])
def test_a_slow_answer_comes_whole_in_the_end(clinic: Caller, fault: str) -> None:
    clinic.simulator.set_faults({}, slow_seconds=0.5)
    clinic.simulator.fault_once(fault)
    began = time.monotonic()

    reply = clinic.pcare("POST", "pendaftaran", pendaftaran())

    assert reply.response["field"] == "noUrut"
    assert time.monotonic() - began >= 0.5


def test_a_dripping_answer_begins_at_once(clinic: Caller) -> None:
    clinic.simulator.set_faults({}, slow_seconds=2)
    clinic.simulator.fault_once("drip")
    impatient = replace(clinic, timeout=0.5)  # between two bytes; no limit for the whole
    began = time.monotonic()

    assert impatient.pcare("POST", "pendaftaran", pendaftaran()).code == 201
    assert time.monotonic() - began >= 2


def test_a_refusal_lasts_a_while_and_ends_by_itself(clinic: Caller) -> None:
    clinic.simulator.set_faults({}, refuse_seconds=0.5)
    clinic.simulator.fault_once("refuse")
    with pytest.raises(httpx.TransportError):
        send(clinic)

    until(lambda: not listens(clinic))
    until(lambda: listens(clinic))

    assert send(clinic).status_code == 201


def test_a_short_refusal_does_not_end_a_long_outage(clinic: Caller) -> None:
    clinic.simulator.set_faults({}, refuse_seconds=0.2)
    clinic.simulator.fault_once("refuse")
    with pytest.raises(httpx.TransportError):
        send(clinic)
    clinic.simulator.outage(on=True)
    refusing = clinic.simulator._refusing
    assert refusing is not None
    until(refusing.done)

    assert not listens(clinic)
    clinic.simulator.outage(on=False)
    assert listens(clinic)


def test_a_fault_once_meets_the_write_it_was_meant_for_and_no_other(clinic: Caller) -> None:
    clinic.simulator.fault_once("html-500", endpoint="antrean/add")

    codes = [send(clinic).status_code, *(send(clinic, "antrean").status_code for _ in range(2))]

    assert codes == [201, 500, 200]


def test_a_fault_never_meets_a_read(running: Running) -> None:
    clinic = running(faults={"html-500": 1.0})

    assert clinic.pcare("GET", "kesadaran").code == 200
    assert send(clinic).status_code == 500


def test_a_fault_of_a_refused_write_does_not_make_it_take_effect(clinic: Caller) -> None:
    clinic.simulator.fault_once("504-after")

    answer = clinic.raw("pcare", "POST", "pendaftaran", pendaftaran(kdPoli="077"))

    (write,) = clinic.simulator.ledger()["writes"]
    assert (answer.status_code, write["committed"], write["code"]) == (504, False, 412)


@pytest.mark.parametrize("rates", [{"hujan": 0.5}, {"slow": 1.5}, {"slow": -0.1}])
def test_a_fault_that_there_is_not_is_refused(clinic: Caller, rates: dict[str, float]) -> None:
    with pytest.raises(UnknownFault, match="drop-after"):
        clinic.simulator.set_faults(rates)


def chosen(seed: int, rates: dict[str, float]) -> list[str | None]:
    faults = Faults(dice=Random(seed))
    faults.replace(rates)
    return [faults.choose("pendaftaran") for _ in range(2000)]


def test_the_same_seed_gives_the_same_faults() -> None:
    rates = {"drop-after": 0.2, "html-500": 0.1}

    assert chosen(7, rates) == chosen(7, rates) != chosen(8, rates)


def test_faults_come_at_their_rate() -> None:
    assert chosen(7, {"drop-after": 0.2}).count("drop-after") == pytest.approx(400, abs=60)


def test_two_simulators_with_one_seed_spoil_the_same_writes(running: Running) -> None:
    def spoilt(seed: int) -> list[str | None]:
        clinic = running(seed=seed, faults={"html-500": 0.3, "429": 0.2})
        for _ in range(40):
            send(clinic)
        return [write["fault"] for write in clinic.simulator.ledger()["writes"]]

    once = spoilt(3)

    assert once == spoilt(3) != spoilt(4)
    assert set(once) == {None, "html-500", "429"}
