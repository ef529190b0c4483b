"""Twenty at a time, and a ledger that has grown, change nothing but the time."""

from concurrent.futures import ThreadPoolExecutor

import httpx

from bpjs_simulator.holdings import Shelf
from tests.simulator.caller import Caller, pendaftaran, until
from tests.simulator.conftest import Running


def test_twenty_callers_are_answered_side_by_side_and_each_registers_once(running: Running) -> None:
    clinic = running(latency_ms=50)
    bodies = [pendaftaran(noKartu=f"{number:013d}") for number in range(200)]

    with httpx.Client(base_url=clinic.simulator.pcare_url, trust_env=False, verify=False) as client:

        def send(body: dict[str, object]) -> int:
            return client.post("/pendaftaran", json=body, headers=clinic.headers("pcare")).status_code

        with ThreadPoolExecutor(20) as threads:
            codes = list(threads.map(send, bodies))

    ledger = clinic.simulator.ledger()
    assert codes == [201] * 200
    assert len({row["noUrut"] for row in ledger["pendaftaran"]}) == 200
    assert 15 <= ledger["most_in_flight"] <= 20


def test_the_same_registration_sent_by_twenty_at_once_is_taken_once(clinic: Caller) -> None:
    with ThreadPoolExecutor(20) as threads:
        codes = list(
            threads.map(lambda _: clinic.pcare("POST", "pendaftaran", pendaftaran()).code, range(20))
        )

    assert sorted(codes) == [201, *[401] * 19]
    assert len(clinic.simulator.ledger()["pendaftaran"]) == 1


def test_a_row_is_found_without_looking_at_the_others() -> None:
    class Watched(dict[str, object]):
        looks = 0

        def get(self, name: str, default: object = None) -> object:
            Watched.looks += 1
            return super().get(name, default)

    shelf = Shelf(("card",))
    for number in range(1000):
        shelf.add(Watched(card=number, poli="001"))

    assert shelf.first(card=700, poli="001") == {"card": 700, "poli": "001"}
    assert Watched.looks == 2


def test_a_row_is_found_by_columns_that_have_no_index_too() -> None:
    shelf = Shelf(("card",))
    rows = [{"card": number, "poli": f"00{number % 2}"} for number in range(4)]
    for row in rows:
        shelf.add(row)
    shelf.remove(rows[1])

    assert shelf.where(poli="001") == [rows[3]]
    assert (shelf.first(card=1), len(shelf), list(shelf)) == (None, 3, [rows[0], rows[2], rows[3]])


def test_a_write_is_decided_when_it_comes_though_its_answer_is_held_back(running: Running) -> None:
    clinic = running(latency_ms=1000)
    with ThreadPoolExecutor(1) as thread:
        sent = thread.submit(clinic.register)
        until(lambda: bool(clinic.simulator.ledger()["pendaftaran"]))

        assert not sent.done()
        assert sent.result(timeout=5)
