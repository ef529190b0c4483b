"""Every reference is read whole from BPJS, politely."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from threading import Lock
from typing import Any

import httpx
import pytest

from bpjs_client.errors import NotSent, Rejected, Temporary, Unauthorized
from bpjs_client.jenis import Service
from bpjs_client.jobs import Bpjs
from bpjs_client.reading import PoliteReading
from bpjs_client.references import BY_NAME, REFERENCES, Listing, named, read_reference
from bpjs_client.settings import BpjsSettings
from bpjs_simulator.server import Simulator

from .samples import Handler

DAYS = [date(2026, 9, 14) + timedelta(days=ahead) for ahead in range(8)]
KESADARAN = [Listing(("kesadaran",))]
PCARE = "/pcare-rest"


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as running:
        yield running


def bpjs(simulator: Simulator) -> Bpjs:
    return Bpjs(BpjsSettings(pcare_base_url=simulator.pcare_url, antrean_base_url=simulator.antrean_url))


@pytest.fixture
def reading(simulator: Simulator) -> Iterator[PoliteReading]:
    with bpjs(simulator) as opened, PoliteReading(opened, DAYS, sleep=lambda seconds: None) as polite:
        yield polite


def held(simulator: Simulator, name: str) -> int:
    """How many rows the simulator holds of a reference, its parts summed."""
    counts = simulator.ledger()["references"]
    return sum(count for listed, count in counts.items() if listed.split("/")[0] == name)


HELD_AS = {"status-pulang": "statuspulang", "club-prolanis": "club"}


@pytest.mark.long
@pytest.mark.parametrize("form", ["null", "empty", "list", "204-code", "204-http"])
@pytest.mark.parametrize("total", [True, False])
def test_each_reference_is_whole_under_an_odd_page_cap_and_any_no_data(
    simulator: Simulator, reading: PoliteReading, form: str, total: bool
) -> None:
    simulator.set_options(page_cap=37, no_data=form, count_is_total=total)

    for reference in (each for each in REFERENCES if each.service is Service.PCARE):
        items = read_reference(reference, reading)
        assert len(items) == held(simulator, HELD_AS.get(reference.jenis, reference.jenis)), reference.name
        assert len({(item.varian, item.kode) for item in items}) == len(items)


@pytest.mark.parametrize("cap", [None, 2, 37])
def test_a_list_whose_rows_begin_with_1_is_whole_too(
    simulator: Simulator, reading: PoliteReading, cap: int | None
) -> None:
    simulator.set_options(page_base=1, page_cap=cap)
    for name in ("poli", "dokter") if cap == 2 else ("poli", "dokter", "tindakan", "obat"):
        items = read_reference(BY_NAME[f"pcare/{name}"], reading)
        assert len(items) == held(simulator, name)


@pytest.mark.parametrize("form", ["list-1", "list-200", "bare-1", "bare-200"])
def test_antrean_references_are_read_in_every_form_and_code(
    simulator: Simulator, reading: PoliteReading, form: str
) -> None:
    simulator.set_options(antrean_reference=form)
    assert len(read_reference(BY_NAME["antrean/poli"], reading)) == len(DAYS) * held(simulator, "poli")
    assert read_reference(BY_NAME["antrean/dokter"], reading)


def test_antrean_doctors_are_read_for_each_poli_and_day_with_their_sessions(
    simulator: Simulator, reading: PoliteReading
) -> None:
    simulator.edit_reference("sesi", rows=[SESSION | {"jampraktek": "08:00-12:00"}, SESSION | {"hari": [0]}])

    items = read_reference(BY_NAME["antrean/dokter"], reading)

    mondays = [day.isoformat() for day in DAYS if day.weekday() == 0]
    assert [item.varian for item in items if item.kode.endswith("13:00-20:00")] == mondays
    assert [item.varian for item in items if item.kode.endswith("08:00-12:00")] == [
        day.isoformat() for day in DAYS
    ]
    assert {item.data["kodepoli"] for item in items} == {"001"}


SESSION = {
    "kodepoli": "001",
    "kodedokter": 1,
    "namadokter": "dr. Uji",
    "jampraktek": "13:00-20:00",
    "kapasitas": 9,
    "hari": list(range(7)),
}


def test_a_name_stays_readable(simulator: Simulator, reading: PoliteReading) -> None:
    simulator.edit_reference("poli", add=[{"kdPoli": "777", "nmPoli": "POLI\r\nMATA 👁 "}])

    items = {item.kode: item for item in read_reference(BY_NAME["pcare/poli"], reading)}

    assert items["777"].nama == "POLI MATA 👁"
    assert items["777"].data["nmPoli"] == "POLI\r\nMATA 👁 "


def test_a_row_without_a_code_is_left_out(simulator: Simulator, reading: PoliteReading) -> None:
    simulator.edit_reference("poli", add=[{"kdPoli": " ", "nmPoli": "POLI TANPA KODE"}])

    assert all(item.kode for item in read_reference(BY_NAME["pcare/poli"], reading))


def test_a_short_name_means_both_services() -> None:
    assert [each.name for each in named("poli")] == ["pcare/poli", "antrean/poli"]
    assert [each.name for each in named(" Antrean/Dokter ")] == ["antrean/dokter"]
    assert named("poliklinik") == []


class Server:
    """Answers by path; counts what is in flight and what was asked."""

    def __init__(self, answer: Handler) -> None:
        self.answer = answer
        self.asked: list[str] = []
        self.most_at_once = self._now = 0
        self._lock = Lock()

    def __call__(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            self.asked.append(request.url.path)
            self._now += 1
            self.most_at_once = max(self.most_at_once, self._now)
        try:
            return self.answer(request)
        finally:
            with self._lock:
                self._now -= 1


def polite(server: Server, waits: list[float] | None = None, **settings: Any) -> PoliteReading:
    connection = Bpjs(BpjsSettings(), transport=httpx.MockTransport(server))
    return PoliteReading(connection, DAYS, sleep=(waits if waits is not None else []).append, **settings)


def ok(_request: httpx.Request) -> httpx.Response:
    return httpx.Response(
        200, json={"response": [{"kdSadar": "01"}], "metaData": {"code": 200, "message": "OK"}}
    )


def refused(_request: httpx.Request) -> httpx.Response:
    return httpx.Response(
        401, json={"response": None, "metaData": {"code": 401, "message": "Username atau password salah"}}
    )


PROGNOSA, SARANA = [Listing(("prognosa",))], [Listing(("spesialis", "sarana"))]


def test_a_refused_credential_is_met_once_and_not_by_every_list() -> None:
    server = Server(refused)
    with polite(server) as reading:
        for _ in range(3):
            with pytest.raises(Unauthorized):
                reading.each(Service.PCARE, KESADARAN * 20)
        assert server.asked == [f"{PCARE}/kesadaran"]
        for listings in (PROGNOSA * 20, SARANA * 20):
            with pytest.raises(Unauthorized):
                reading.each(Service.PCARE, listings)

    # One path could be refused alone: a second one is asked before all others are turned away.
    assert server.asked == [f"{PCARE}/kesadaran", f"{PCARE}/prognosa"]


def answer_of(status: int, code: int, message: str) -> httpx.Response:
    return httpx.Response(status, json={"response": None, "metaData": {"code": code, "message": message}})


REFUSALS = [
    lambda: answer_of(404, 404, "Unauthorized! You are not registered for this service!"),
    lambda: answer_of(401, 401, "Tidak berhak"),
    lambda: answer_of(403, 403, "Maaf Cek Kembali Password Pcare Anda"),
    lambda: answer_of(401, 401, "Service Expired"),
    lambda: httpx.Response(404, text="No Mapping Rule matched"),
    lambda: httpx.Response(403, json={"message": "Forbidden"}),
    lambda: httpx.Response(400, text="<html><title>Request Error</title></html>"),
    lambda: httpx.Response(405),
]


@pytest.mark.parametrize("refusal", REFUSALS)
@pytest.mark.parametrize("path", ["prognosa", "kesadaran", "dokter/0/500"])
def test_a_list_that_is_refused_fails_alone(refusal: Callable[[], httpx.Response], path: str) -> None:
    server = Server(lambda request: refusal() if request.url.path.endswith(path) else ok(request))
    lists = {"kesadaran": KESADARAN, "prognosa": PROGNOSA, "dokter/0/500": [Listing(("dokter",), paged=True)]}
    alone = lists.pop(path)
    with polite(server) as reading:
        for _ in range(2):
            with pytest.raises(Unauthorized):
                reading.each(Service.PCARE, alone)
            for listings in (*lists.values(), SARANA):
                assert reading.each(Service.PCARE, listings) == [[{"kdSadar": "01"}]]


def test_many_refused_lists_raise_one_question() -> None:
    server = Server(
        lambda request: ok(request) if request.url.path.endswith("kesadaran") else refused(request)
    )
    now = [0.0]
    with polite(server, clock=lambda: now[0]) as reading:
        for passed in (0.0, 4.9, 5.1):
            now[0] = passed
            for listings in (PROGNOSA, SARANA, PROGNOSA):
                with pytest.raises(Unauthorized):
                    reading.each(Service.PCARE, listings)

    assert server.asked.count(f"{PCARE}/kesadaran") == 1 + 2
    assert len(server.asked) == 3 + 9


def test_a_credential_that_is_refused_half_way_ends_the_reading() -> None:
    valid = [True]
    server = Server(lambda request: ok(request) if valid[0] else refused(request))
    with polite(server) as reading:
        reading.each(Service.PCARE, PROGNOSA)
        valid[0] = False
        server.asked.clear()
        for listings in (SARANA, PROGNOSA, KESADARAN):
            with pytest.raises(Unauthorized):
                reading.each(Service.PCARE, listings)

    assert server.asked == [f"{PCARE}/spesialis/sarana", f"{PCARE}/kesadaran"]


def test_trouble_that_a_question_meets_keeps_everybody_out_for_seconds() -> None:
    down, now = [False], [0.0]

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("kesadaran"):
            return httpx.Response(503) if down[0] else ok(request)
        return refused(request) if request.url.path.endswith("prognosa") else ok(request)

    server = Server(answer)
    with polite(server, clock=lambda: now[0]) as reading:
        reading.each(Service.PCARE, SARANA)
        down[0] = True
        with pytest.raises(Unauthorized):
            reading.each(Service.PCARE, PROGNOSA)
        server.asked.clear()
        with pytest.raises(Temporary):
            reading.each(Service.PCARE, SARANA)
        assert server.asked == []
        now[0] = 5.1
        assert reading.each(Service.PCARE, SARANA) == [[{"kdSadar": "01"}]]


@pytest.mark.parametrize("code", [404, 412])
def test_a_harmless_read_that_has_no_data_lets_everybody_in(code: int) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        return answer_of(code, code, "Tidak ada") if request.url.path.endswith("kesadaran") else ok(request)

    with polite(Server(answer)) as reading:
        assert reading.each(Service.PCARE, PROGNOSA) == [[{"kdSadar": "01"}]]


def test_a_service_that_is_down_is_given_up_after_three_tries_and_the_other_goes_on() -> None:
    def half_down(request: httpx.Request) -> httpx.Response:
        return httpx.Response(500, text="<html>") if "pcare" in request.url.path else ok(request)

    server = Server(half_down)
    waits: list[float] = []
    with polite(server, waits) as reading:
        for _ in range(2):
            with pytest.raises(Temporary):
                reading.each(Service.PCARE, KESADARAN * 20)
        assert len(server.asked) == 3
        assert reading.each(Service.ANTREAN, KESADARAN) == [[{"kdSadar": "01"}]]
    assert len(waits) == 2
    assert sum(waits) <= 5


def test_a_hiccup_is_waited_out() -> None:
    answers = iter([httpx.Response(503), httpx.Response(429, headers={"Retry-After": "2"})])
    waits: list[float] = []
    with polite(Server(lambda request: next(answers, None) or ok(request)), waits) as reading:
        assert reading.each(Service.PCARE, KESADARAN) == [[{"kdSadar": "01"}]]

    assert waits[1] >= 2


def test_a_long_retry_after_is_not_waited_out() -> None:
    server = Server(lambda _request: httpx.Response(429, headers={"Retry-After": "600"}))
    with polite(server) as reading, pytest.raises(Temporary):
        reading.each(Service.PCARE, KESADARAN)

    assert len(server.asked) == 1


def test_what_never_left_is_tried_again() -> None:
    def unreachable(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused", request=request)

    server = Server(unreachable)
    with polite(server) as reading, pytest.raises(NotSent):
        reading.each(Service.PCARE, KESADARAN)

    assert len(server.asked) == 3


def test_a_refusal_is_not_repeated() -> None:
    def strange(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("kesadaran"):
            return ok(request)
        return httpx.Response(
            412, json={"response": None, "metaData": {"code": 412, "message": "Tidak tersedia"}}
        )

    server = Server(strange)
    with polite(server) as reading, pytest.raises(Rejected, match="Tidak tersedia"):
        reading.each(Service.PCARE, [Listing(("prognosa",))])

    assert len(server.asked) == 2


def test_bpjs_own_not_found_is_an_empty_list_and_a_gateways_is_not() -> None:
    def missing(request: httpx.Request) -> httpx.Response:
        if request.url.path.endswith("prognosa"):
            return httpx.Response(
                404, json={"response": None, "metaData": {"code": 404, "message": "Tidak ada"}}
            )
        return ok(request) if request.url.path.endswith("kesadaran") else httpx.Response(404, text="<html>")

    with polite(Server(missing)) as reading:
        assert reading.each(Service.PCARE, [Listing(("prognosa",))]) == [[]]
        with pytest.raises(Unauthorized):
            reading.each(Service.PCARE, [Listing(("sarana",))])


@pytest.mark.parametrize("at_once", [1, 3])
def test_never_more_requests_at_once_than_allowed(simulator: Simulator, at_once: int) -> None:
    simulator.set_options(latency_ms=20)
    with bpjs(simulator) as opened, PoliteReading(opened, DAYS, at_once=at_once) as reading:
        for reference in (BY_NAME["pcare/tindakan"], BY_NAME["antrean/dokter"]):
            read_reference(reference, reading)

    assert simulator.ledger()["most_in_flight"] == at_once
