"""A worker that was away for hours carries out the newest of each schedule's late runs, and what people started."""

import os
import sqlite3
import subprocess
import time
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from database.settings import PROJECT
from deployments import commands
from tests.deployments.test_deploy import deploy
from tests.flows.prefect_server import PrefectServer, ask

pytestmark = pytest.mark.long
ENDS = {"COMPLETED", "FAILED", "CRASHED", "CANCELLED"}


@pytest.fixture
def deployed(prefect: PrefectServer, tmp_path: Path) -> PrefectServer:
    done = deploy(tmp_path, PREFECT_API_URL=prefect.api_url)
    assert done.returncode == 0, done.stderr
    return prefect


@pytest.fixture
def environ(prefect: PrefectServer, tmp_path: Path) -> dict[str, str]:
    return {
        **os.environ,
        "PREFECT_API_URL": prefect.api_url,
        "PREFECT_HOME": str(tmp_path / "home"),
        "BPJS_DATABASE_URL": f"sqlite:///{tmp_path / 'bpjs.db'}",
    }


@pytest.fixture
def stopped_worker(environ: dict[str, str], tmp_path: Path) -> Iterator[list["subprocess.Popen[bytes]"]]:
    started: list[subprocess.Popen[bytes]] = []
    yield started
    for process in started:
        process.terminate()
        process.wait(30)


def late(prefect: PrefectServer, hours: int, *, scheduled: bool) -> str:
    """A report that was due so many hours ago."""
    found = ask("GET", f"{prefect.api_url}/deployments/name/laporan-monitoring/laporan-monitoring")
    due = (datetime.now(UTC) - timedelta(hours=hours)).isoformat()
    state = {"type": "SCHEDULED", "name": "Late", "state_details": {"scheduled_time": due}}
    where = f"{prefect.api_url}/deployments/{found['id']}/create_flow_run"
    run_id = str(ask("POST", where, {"state": state})["id"])
    with closing(sqlite3.connect(prefect.home / "prefect.db", timeout=60)) as kept, kept:
        kept.execute(
            "UPDATE flow_run SET auto_scheduled = ? WHERE replace(id, '-', '') = ?",
            (scheduled, run_id.replace("-", "")),
        )
    return run_id


def ended(prefect: PrefectServer, run_ids: list[str]) -> list[dict[str, Any]]:
    """The runs, in this order, once all of them have ended."""
    deadline = time.monotonic() + 240
    while time.monotonic() < deadline:
        found = {
            run["id"]: run for run in prefect.query("/flow_runs/filter", flow_runs={"id": {"any_": run_ids}})
        }
        if all(run["state_type"] in ENDS for run in found.values()):
            return [found[run_id] for run_id in run_ids]
        time.sleep(1)
    raise AssertionError({run["state_name"] for run in found.values()})


def test_only_the_newest_and_the_manual_ones_run(
    deployed: PrefectServer,
    environ: dict[str, str],
    tmp_path: Path,
    stopped_worker: list["subprocess.Popen[bytes]"],
) -> None:
    scheduled = [late(deployed, hours, scheduled=True) for hours in (5, 4, 3, 2)]
    manual = late(deployed, 6, scheduled=False)
    with (tmp_path / "worker.log").open("wb") as log:
        stopped_worker.append(
            subprocess.Popen(commands.worker(), env=environ, cwd=PROJECT, stdout=log, stderr=log)
        )
    *dropped, newest, by_hand = ended(deployed, [*scheduled, manual])
    assert [run["state_name"] for run in (newest, by_hand)] == ["Completed", "Completed"]
    assert {run["state_name"] for run in dropped} == {"Cancelled"}
    for run in dropped:
        assert run["state"]["message"].startswith("dilewati: yang dijadwalkan ")
