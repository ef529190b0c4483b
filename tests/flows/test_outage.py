"""An outage costs nothing: jobs wait, one probe at a time goes out, and the backlog drains when it is back."""

import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from typing import Any

import pytest

from bpjs_client.jobs import Bpjs
from bpjs_client.settings import BpjsSettings
from bpjs_simulator.server import Simulator
from database import Database, enqueue
from database.services.stopped_services import stopped_services
from database.storage.models import Job
from database.views.monitor import Filter, look
from tasks.composition import Composition
from tasks.settings import DeliverySettings
from tests.chaos.patients import Patient
from tests.flows.dispatching import dispatching
from tests.flows.prefect_server import PrefectServer

PATIENTS = 12


@dataclass
class Running:
    """A dispatcher in this process, with waits of seconds."""

    database: Database
    simulator: Simulator

    def statuses(self) -> list[str]:
        with self.database.read() as session:
            return [job.status for job in session.query(Job).order_by(Job.id)]

    def attempts(self) -> int:
        with self.database.read() as session:
            return sum(job.attempts for job in session.query(Job))

    def stopped(self) -> dict[str, str]:
        return {stopped.service: stopped.state for stopped in stopped_services(self.database)}


@pytest.fixture
def running(database: Database, prefect: PrefectServer) -> Iterator[Running]:
    with Simulator() as simulator:
        addresses: dict[str, Any] = {
            "pcare_base_url": simulator.pcare_url,
            "antrean_base_url": simulator.antrean_url,
        }
        at = Composition(
            settings=DeliverySettings(
                timeout_seconds=2, try_seconds=(300,), look_seconds=(0.2, 300), probe_seconds=(0.2, 0.5)
            ),
            open_database=lambda: database,
            open_bpjs=lambda faskes: Bpjs(BpjsSettings(_env_file=None, timeout_seconds=2, **addresses)),
        )
        with dispatching(at, concurrency=6):
            yield Running(database, simulator)


def wait_until(condition: Callable[[], bool], evidence: Callable[[], object] = str) -> None:
    give_up = time.monotonic() + 40
    while not condition():
        assert time.monotonic() < give_up, evidence()
        time.sleep(0.05)


def hand_over(running: Running, first: int, count: int) -> None:
    for number in range(first, first + count):
        lines = Patient(8 * number, date.today()).lines()
        line = next(line for line in lines if line["jenis"] == "tambah-pendaftaran")
        enqueue(line["jenis"], line["norm"], line["nama_pasien"], line["body"], database=running.database)


def test_an_outage_costs_no_attempts_and_the_backlog_drains_by_itself_oldest_first(running: Running) -> None:
    running.simulator.outage(on=True)
    hand_over(running, 0, PATIENTS)
    wait_until(lambda: running.stopped().get("pcare") == "open")

    seen = look(running.database, Filter(), limit=1)
    assert seen.stopped_lines[0].startswith("Layanan pcare sedang tidak dapat dihubungi sejak ")
    assert "BPJS tidak dapat dihubungi. Dicoba lagi " in seen.stopped_lines[0]
    hand_over(running, PATIENTS, 1)
    wait_until(lambda: set(running.statuses()) == {"menunggu"}, running.statuses)
    assert running.attempts() == 0

    running.simulator.outage(on=False)
    # The waits of five minutes are over at once.
    wait_until(lambda: set(running.statuses()) == {"terkirim"}, running.statuses)
    writes = [write["body"]["noKartu"] for write in running.simulator.ledger()["writes"]]
    assert len(writes) == len(set(writes)) == PATIENTS + 1
    assert writes[0] == Patient(0, date.today()).card
    assert running.stopped() == {}


@pytest.mark.long
def test_a_service_that_answers_with_errors_is_probed_and_not_burdened(running: Running) -> None:
    running.simulator.set_faults({"html-500": 1.0})
    running.simulator.set_options(broken_reads=["kesadaran", "poli", "pendaftaran"])
    hand_over(running, 0, 4)
    wait_until(lambda: running.stopped().get("pcare") == "open")
    asked = running.simulator.ledger()["reads"]
    time.sleep(3)

    # Two harmless reads every half second at most, and none of them a job.
    assert 2 <= running.simulator.ledger()["reads"] - asked <= 14
    running.simulator.set_faults({})
    running.simulator.set_options(broken_reads=[])
    wait_until(lambda: set(running.statuses()) == {"terkirim"}, running.statuses)
