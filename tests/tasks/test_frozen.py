"""A real process under SIGSTOP past its lease, another that takes over and delivers, SIGCONT: one write leaves."""

import signal
import time

import pytest

from bpjs_client.jobs import Bpjs
from bpjs_client.settings import BpjsSettings
from bpjs_simulator.server import Simulator
from database import Database
from database.jobs.claim import take_over
from tests.tasks.desk import Desk
from tests.tasks.frozen import LEAVING, WHEN, start


@pytest.mark.long
@pytest.mark.parametrize(("when", "jenis"), zip(WHEN, ("panggil-antrean", "tambah-pendaftaran"), strict=True))
def test_what_a_stopped_process_had_in_hand_leaves_once(
    database: Database, database_url: str, when: str, jenis: str
) -> None:
    with Simulator() as simulator:
        settings = BpjsSettings(
            _env_file=None, pcare_base_url=simulator.pcare_url, antrean_base_url=simulator.antrean_url
        )
        here = Desk(database, lambda _: None)  # type: ignore[arg-type, return-value]
        here.at.open_bpjs = lambda _: Bpjs(settings)
        if jenis == "panggil-antrean":
            here.deliver(here.hand_over("tambah-antrean", kodedokter=200101, jampraktek="07:00-12:00"))
        job_id = here.hand_over(jenis)
        process = start(when, database_url, job_id, simulator.pcare_url, simulator.antrean_url)
        try:
            _await_take_over(database)
            here.deliver(job_id)
            assert here.job(job_id).status == "terkirim"
        finally:
            process.send_signal(signal.SIGCONT)
        assert process.wait(timeout=60) == 0

        writes = [write["endpoint"] for write in simulator.ledger()["writes"]]
        assert len([path for path in writes if path != "antrean/add"]) == 1
    late = ["late-evidence"] if when == LEAVING else []
    assert here.outcomes(job_id)[-1:] == (late or ["success"])
    assert [row.number for row in here.history(job_id) if row.finished_at is None] == []
    assert here.job(job_id).status == "terkirim"


def _await_take_over(database: Database) -> None:
    give_up = time.monotonic() + 60
    while not take_over(database):
        assert time.monotonic() < give_up, "its lease never ended"
        time.sleep(0.05)
