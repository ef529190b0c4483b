"""The seven deployments through Prefect's REST API and a real worker, as another system would use them."""

import os
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import yaml

from bpjs_client.jenis import Jenis
from bpjs_simulator.server import Simulator
from database import Database
from database.references.sync_runs import last_run_number, runs_since
from database.settings import PROJECT
from database.storage.models import Job
from deployments import commands
from deployments.work_pool import provide_pool
from tasks.prefect_server.reference_sync import order_sync
from tests.flows.prefect_server import PrefectServer, ask
from tests.tasks.bodies import ANTREAN, CARD, NIK

pytestmark = pytest.mark.long

FORM = {name: str(value) for name, value in ANTREAN.items()} | {
    "nama_pasien": "Pasien Contoh",
    "kodedokter": "200101",
    "jampraktek": "07:00-12:00",
}


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as running:
        yield running


@pytest.fixture
def worker(
    prefect: PrefectServer, simulator: Simulator, database: Database, database_url: str, tmp_path: Path
) -> Iterator[None]:
    """A worker whose runs use this test's database and simulator; `prefect.yaml` is deployed."""
    environ = {
        **os.environ,
        "PREFECT_API_URL": prefect.api_url,
        "PREFECT_HOME": str(tmp_path / "home"),
        "BPJS_DATABASE_URL": database_url,
        "BPJS_PCARE_BASE_URL": simulator.pcare_url,
        "BPJS_ANTREAN_BASE_URL": simulator.antrean_url,
    }
    provide_pool()
    subprocess.run(commands.deploy(), env=environ, cwd=PROJECT, capture_output=True, timeout=90, check=False)
    with (tmp_path / "worker.log").open("wb") as log:
        process = subprocess.Popen(commands.worker(), env=environ, cwd=PROJECT, stdout=log, stderr=log)
    yield
    process.terminate()
    process.wait(30)


def launch(prefect: PrefectServer, deployment: str, parameters: dict[str, Any], key: str) -> str:
    """Create a flow run of a deployment; the same idempotency key gives the same run."""
    found = ask("GET", f"{prefect.api_url}/deployments/name/{deployment}/{deployment}")
    body = {"parameters": parameters, "idempotency_key": key}
    return str(ask("POST", f"{prefect.api_url}/deployments/{found['id']}/create_flow_run", body)["id"])


def finished(prefect: PrefectServer, run_id: str) -> dict[str, Any]:
    deadline = time.monotonic() + 90
    while time.monotonic() < deadline:
        (run,) = prefect.query("/flow_runs/filter", flow_runs={"id": {"any_": [run_id]}})
        if run["state_type"] in {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}:
            return run
        time.sleep(0.3)
    raise AssertionError("the flow run did not end")


def logged(prefect: PrefectServer, run_id: str) -> list[object]:
    """A run's log lines; Prefect stores them in batches, some seconds after the run has ended."""
    deadline = time.monotonic() + 30
    lines: list[dict[str, object]] = []
    while not lines and time.monotonic() < deadline:
        time.sleep(0.5)
        lines = prefect.query("/logs/filter", logs={"flow_run_id": {"any_": [run_id]}})
    return [line["message"] for line in lines]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_job_launched_through_rest_is_delivered_once_and_forgotten_by_prefect(
    worker: None, prefect: PrefectServer, simulator: Simulator, database: Database, norm: str
) -> None:
    form = FORM | {"norm": norm}
    first = launch(prefect, "tambah-antrean", form, key=norm)
    # A choice was forgotten: no crash, no traceback, in no log (see test_run_pages.py for its siblings).
    forgot = launch(prefect, "tutup", {"pekerjaan_id": 1, "alasan": CARD, "oleh": "Sari"}, key=f"{norm}-2")
    assert launch(prefect, "tambah-antrean", form, key=norm) == first
    run = finished(prefect, first)
    assert run["state"]["message"] == "Terkirim"
    with database.read() as session:
        (job,) = session.query(Job).all()
    assert (job.status, job.norm, job.body["kodedokter"]) == ("terkirim", norm, 200101)
    assert run["parameters"] == {"pekerjaan_id": job.id}
    assert len(simulator.ledger()["antrean"]) == 1
    refused = finished(prefect, forgot)
    assert (refused["state"]["message"], refused["parameters"]) == ("Gagal · hasil wajib diisi", {})
    assert logged(prefect, forgot) == ["Gagal · hasil wajib diisi"]
    assert run["name"] == f"tambah-antrean {norm} Pasien Contoh"
    stored = prefect.everything_stored()
    assert CARD not in stored
    assert NIK not in stored


def own_variables(witness: Path) -> dict[str, Any]:
    """What would run another command, with another environment, in another folder than the worker's."""
    return {
        "command": f"touch {witness}",
        "env": {"BPJS_DATABASE_URL": f"sqlite:///{witness}"},
        "env.BPJS_RUN_NAMES": "id",
        "working_dir": str(witness.parent),
    }


@pytest.fixture
def deployment(worker: None, prefect: PrefectServer) -> Iterator[dict[str, Any]]:
    """The form `tambah-antrean`, with job variables of somebody else."""
    found = ask("GET", f"{prefect.api_url}/deployments/name/tambah-antrean/tambah-antrean")
    yield found
    ask("PATCH", f"{prefect.api_url}/deployments/{found['id']}", {"job_variables": {}})


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_no_run_brings_a_command_environment_or_folder_of_its_own(
    deployment: dict[str, Any],
    prefect: PrefectServer,
    database: Database,
    norm: str,
    tmp_path: Path,
) -> None:
    variables, here = own_variables(tmp_path / "witness"), f"{prefect.api_url}/deployments/{deployment['id']}"
    for name, value in variables.items():
        with pytest.raises(httpx.HTTPStatusError, match="422"):
            ask("POST", f"{here}/create_flow_run", {"job_variables": {name: value}})
    # Two ways on which Prefect does not look at what a run brings along.
    ask("PATCH", here, {"job_variables": variables})
    loose = {
        "flow_id": deployment["flow_id"],
        "deployment_id": deployment["id"],
        "work_pool_name": commands.POOL,
        "state": {"type": "SCHEDULED"},
        "parameters": FORM | {"norm": norm},
        "job_variables": variables,
    }
    run = finished(prefect, ask("POST", f"{prefect.api_url}/flow_runs/", loose)["id"])
    assert run["job_variables"] == variables
    assert run["state"]["message"].startswith("Terkirim")
    assert not (tmp_path / "witness").exists()
    with database.read() as session:
        assert [job.norm for job in session.query(Job)] == [norm]


def test_prefect_yaml_lists_kirim_and_a_form_for_each_jenis() -> None:
    listed = yaml.safe_load((PROJECT / "prefect.yaml").read_text())["deployments"]
    assert {entry["name"] for entry in listed} == {
        "kirim",
        "sync-referensi",
        "tutup",
        "lanjutkan",
        "kirim-ulang",
        "kirim-ulang-massal",
        "laporan-monitoring",
        "pemeliharaan",
        *map(str, Jenis),
    }
    for entry in listed:
        module, function = entry["entrypoint"].split(":")
        assert module == f"flows/{entry['name'].replace('-', '_')}.py"
        assert function == entry["name"].replace("-", "_")


@pytest.mark.usefixtures("worker")
def test_the_page_orders_a_sync_that_a_worker_runs(database: Database) -> None:
    since = last_run_number(database)
    order_sync(["antrean/poli"], "utama")
    deadline = time.monotonic() + 90
    while not (done := runs_since(database, "utama", ["antrean/poli"], since)):
        assert time.monotonic() < deadline
        time.sleep(0.5)
    assert done["antrean/poli"].synced.error is None
