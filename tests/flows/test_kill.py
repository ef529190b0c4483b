"""`kill -9` while a write is on its way: the job is looked up, never lost, never doubled."""

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from datetime import timedelta
from pathlib import Path

from bpjs_client.jobs import Bpjs
from bpjs_client.settings import BpjsSettings
from bpjs_simulator.server import Simulator
from database import Database, enqueue
from database.storage.models import Job
from database.storage.server_clock import utc_now
from flows.in_process.sending import send_due
from tasks.composition import Composition, using
from tests.flows.prefect_server import PrefectServer
from tests.tasks.bodies import PENDAFTARAN


def wait_for(simulator: Simulator, writes: int) -> None:
    deadline = time.monotonic() + 60
    while len(simulator.ledger()["writes"]) < writes:
        assert time.monotonic() < deadline, "no write arrived"
        time.sleep(0.05)


def test_a_sender_killed_between_sending_and_recording_loses_and_doubles_nothing(
    database: Database, database_url: str, prefect: PrefectServer, tmp_path: Path
) -> None:
    for number in range(5):
        body = {**PENDAFTARAN, "noKartu": f"000000000000{number}"}
        enqueue("tambah-pendaftaran", f"RM-{number}", "Contoh", body, database=database)
    with Simulator() as simulator:
        simulator.set_faults({"slow": 1.0}, slow_seconds=6)
        environ = {
            **os.environ,
            "PREFECT_API_URL": prefect.api_url,
            "PREFECT_HOME": str(tmp_path / "home"),
            "BPJS_DATABASE_URL": database_url,
            "BPJS_PCARE_BASE_URL": simulator.pcare_url,
            "BPJS_ANTREAN_BASE_URL": simulator.antrean_url,
        }
        command = [str(Path(sys.executable).parent / "bpjs"), "send", "--until-empty"]
        sender = subprocess.Popen(command, env=environ, start_new_session=True, stderr=subprocess.DEVNULL)
        wait_for(simulator, 1)
        os.killpg(sender.pid, signal.SIGKILL)
        sender.wait()
        simulator.set_faults({})

        # Two minutes later every lease has run out.
        later = Database(
            database.engine, timezone=database.timezone, clock=lambda: utc_now() + timedelta(minutes=2)
        )
        settings = BpjsSettings(
            _env_file=None, pcare_base_url=simulator.pcare_url, antrean_base_url=simulator.antrean_url
        )
        with using(Composition(open_database=lambda: later, open_bpjs=lambda faskes: Bpjs(settings))):
            send_due(until_empty=True)

        with database.read() as session:
            assert {job.status for job in session.query(Job)} == {"terkirim"}
        writes = Counter(write["body"]["noKartu"] for write in simulator.ledger()["writes"])
        assert writes == Counter({f"000000000000{number}": 1 for number in range(5)})
