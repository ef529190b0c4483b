"""Many clinics, one dispatcher: what befalls one of them never reaches the others."""

import time
from collections import Counter
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from bpjs_client.jobs import Bpjs
from bpjs_simulator.server import Clinic as Member
from bpjs_simulator.server import Simulator
from database import Database, enqueue
from database.services.stopped_services import stopped_services
from database.storage.models import Job
from flows.in_process.syncing import sync_now
from tasks.clinics import Clinics, read_clinics
from tasks.composition import Composition, using
from tasks.settings import DeliverySettings
from tests.chaos.patients import Patient
from tests.flows.dispatching import dispatching
from tests.flows.prefect_server import PrefectServer

WELL, DOWN, REFUSED, BACKLOG, STRANGE = "sehat", "mati", "ditolak", "menumpuk", "tanpa-berkas"
LISTED = (WELL, DOWN, REFUSED, BACKLOG)
SILENT_SECONDS = 2


@pytest.fixture
def bpjs() -> Iterator[dict[str, Simulator]]:
    """BPJS as the clinics know it, and an address that takes every request and answers none."""
    members = [Member(cons_id=f"cons-{name}", username=name) for name in LISTED]
    with Simulator(clinics=members) as well, Simulator(clinics=members) as silent:
        silent.set_options(latency_ms=60_000)
        yield {name: silent if name == DOWN else well for name in LISTED}


@pytest.fixture
def clinics(bpjs: dict[str, Simulator], tmp_path: Path) -> Clinics:
    def table(name: str) -> str:
        keys = {"secret_key": "rahasia-simulator", "pcare_user_key": "kunci-pcare-simulator"}
        keys |= {"antrean_user_key": "kunci-antrean-simulator", "pcare_password": "Sandi#Simulator1"}
        if name == REFUSED:
            keys["pcare_password"] = "sandi-lama"
        for key, secret in keys.items():
            (tmp_path / f"{name}-{key}").write_text(secret)
        lines = [f'{key} = {{ file = "{name}-{key}" }}' for key in keys]
        lines += [f'cons_id = "cons-{name}"', f'pcare_username = "{name}"', 'kd_provider = "01234567"']
        lines += [
            f'pcare_base_url = "{bpjs[name].pcare_url}"',
            f'antrean_base_url = "{bpjs[name].antrean_url}"',
        ]
        return "\n".join([f"[{name}]", *lines, "serentak = 3"])

    file = tmp_path / "faskes.toml"
    file.write_text("\n".join(table(name) for name in LISTED))
    return read_clinics(file)


@dataclass
class Running:
    database: Database

    def hand_over(self, faskes: str, count: int, first: int = 0) -> None:
        for number in range(first, first + count):
            patient = Patient(8 * number, date.today())
            (line,) = (each for each in patient.lines() if each["jenis"] == "tambah-pendaftaran")
            who = (line["norm"], line["nama_pasien"])
            enqueue(line["jenis"], *who, line["body"], faskes=faskes, database=self.database)

    def statuses(self, faskes: str) -> Counter[str]:
        with self.database.read() as session:
            return Counter(job.status for job in session.query(Job).filter_by(faskes=faskes))

    def wait_until(self, condition: Callable[[], bool], *, seconds: float = 30) -> None:
        give_up = time.monotonic() + seconds
        while not condition():
            assert time.monotonic() < give_up, {name: self.statuses(name) for name in (*LISTED, STRANGE)}
            time.sleep(0.05)


@pytest.fixture
def running(database: Database, clinics: Clinics, prefect: PrefectServer) -> Iterator[Running]:
    waits: dict[str, Any] = {"try_seconds": (300,), "look_seconds": (300,), "probe_seconds": (0.5, 1)}
    settings = DeliverySettings(
        _env_file=None, timeout_seconds=SILENT_SECONDS, check_references=False, **waits
    )

    def impatient(faskes: str) -> Bpjs:
        return Bpjs(clinics.settings(faskes).model_copy(update={"timeout_seconds": SILENT_SECONDS}))

    at = Composition(settings=settings, open_database=lambda: database, open_bpjs=impatient, clinics=clinics)
    with dispatching(at):
        yield Running(database)


@pytest.mark.long
def test_an_outage_a_bad_password_and_a_backlog_slow_no_other_clinic(
    running: Running, bpjs: dict[str, Simulator]
) -> None:
    running.hand_over(REFUSED, 5)
    running.hand_over(DOWN, 12)
    running.hand_over(STRANGE, 2)
    running.hand_over(BACKLOG, 150)
    running.wait_until(lambda: running.statuses(BACKLOG)["terkirim"] > 0)
    started = time.monotonic()
    running.hand_over(WELL, 3, first=500)
    running.wait_until(lambda: running.statuses(WELL)["terkirim"] == 3)
    took = time.monotonic() - started

    assert running.statuses(BACKLOG)["terkirim"] < 150  # it did not wait for the backlog's end
    assert took < 5 * SILENT_SECONDS
    running.wait_until(lambda: running.statuses(BACKLOG) == {"terkirim": 150}, seconds=60)
    running.wait_until(lambda: len(stopped_services(running.database)) == 3)
    stopped = {row.faskes: (row.state, row.reason or "") for row in stopped_services(running.database)}
    assert (stopped[DOWN][0], stopped[REFUSED][0], stopped[STRANGE][0]) == ("open", "paused", "paused")
    assert stopped[STRANGE][1] == "faskes tanpa-berkas tidak ada di BPJS_FASKES_FILE"
    assert running.statuses(REFUSED) == {"menunggu": 5}
    assert running.statuses(STRANGE) == {"menunggu": 2}
    assert running.statuses(DOWN).keys() <= {"menunggu", "tidak_pasti", "proses"}
    assert sum(write["committed"] for write in bpjs[WELL].ledger()["writes"]) == 153


@pytest.mark.long
def test_each_clinic_has_reference_data_of_its_own(
    database: Database, clinics: Clinics, prefect: PrefectServer
) -> None:
    at = Composition(
        open_database=lambda: database,
        open_bpjs=lambda faskes: Bpjs(clinics.settings(faskes)),
        clinics=clinics,
    )
    with using(at):
        done = sync_now(["pcare/poli"], allow_shrink=False, tell=lambda synced: None, faskes=WELL)
        refused = sync_now(["pcare/poli"], allow_shrink=False, tell=lambda synced: None, faskes=REFUSED)
        nobody = sync_now(["pcare/poli"], allow_shrink=False, tell=lambda synced: None, faskes="tidak-ada")
    assert [(each.full_name, each.error) for each in done] == [("pcare/poli sehat", None)]
    assert "Login PCare ditolak" in str(refused[0].error)
    assert nobody == []
