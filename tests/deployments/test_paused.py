"""What somebody has paused in Prefect stays paused when everything is deployed again."""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from deployments import commands
from tasks.alerts.automations import PREFIX
from tasks.prefect_server.crash_detection import NAME
from tests.deployments.test_deploy import deploy
from tests.flows.prefect_server import PrefectServer, ask

pytestmark = pytest.mark.long
WEBHOOK = {"BPJS_ALERT_URL": "https://kabar.example/bpjs"}


def deployment(prefect: PrefectServer, name: str) -> dict[str, Any]:
    found: dict[str, Any] = ask("GET", f"{prefect.api_url}/deployments/name/{name}/{name}")
    return found


def schedules(found: dict[str, Any]) -> dict[str, bool]:
    return {each["slug"]: each["active"] for each in found["schedules"]}


def automations(prefect: PrefectServer) -> dict[str, dict[str, Any]]:
    return {each["name"]: each for each in ask("POST", f"{prefect.api_url}/automations/filter", {})}


@pytest.fixture
def deployed(prefect: PrefectServer, tmp_path: Path) -> Iterator[PrefectServer]:
    first = deploy(tmp_path, PREFECT_API_URL=prefect.api_url, **WEBHOOK)
    assert first.returncode == 0, first.stderr
    yield prefect
    for name in automations(prefect).values():
        ask("DELETE", f"{prefect.api_url}/automations/{name['id']}")


def again(prefect: PrefectServer, tmp_path: Path) -> None:
    second = deploy(tmp_path, PREFECT_API_URL=prefect.api_url, **WEBHOOK)
    assert second.returncode == 0, second.stderr


def test_a_deployment_stays_paused_and_the_others_run(deployed: PrefectServer, tmp_path: Path) -> None:
    paused = deployment(deployed, "laporan-monitoring")
    ask("POST", f"{deployed.api_url}/deployments/{paused['id']}/pause_deployment", {})
    again(deployed, tmp_path)
    try:
        assert deployment(deployed, "laporan-monitoring")["paused"] is True
        assert deployment(deployed, "sync-referensi")["paused"] is False
    finally:
        ask("POST", f"{deployed.api_url}/deployments/{paused['id']}/resume_deployment", {})


def test_a_schedule_stays_paused_and_its_neighbour_runs(deployed: PrefectServer, tmp_path: Path) -> None:
    found = deployment(deployed, "sync-referensi")
    (daily,) = (each for each in found["schedules"] if each["slug"] == "harian")
    where = f"{deployed.api_url}/deployments/{found['id']}/schedules/{daily['id']}"
    ask("PATCH", where, {"active": False})
    again(deployed, tmp_path)
    after = deployment(deployed, "sync-referensi")
    try:
        assert schedules(after) == {"harian": False, "jadwal-antrean": True}
    finally:
        for each in after["schedules"]:
            ask(
                "PATCH",
                f"{deployed.api_url}/deployments/{found['id']}/schedules/{each['id']}",
                {"active": True},
            )


def test_an_automation_stays_off_and_the_others_tell(deployed: PrefectServer, tmp_path: Path) -> None:
    off, before = {f"{PREFIX}dispatcher diam", NAME}, automations(deployed).keys()
    for name in off:
        where = f"{deployed.api_url}/automations/{automations(deployed)[name]['id']}"
        ask("PATCH", where, {"enabled": False})
    again(deployed, tmp_path)
    after = automations(deployed)
    assert {name for name, each in after.items() if not each["enabled"]} == off
    assert after.keys() == before


def test_the_pool_and_its_queue_stay_paused(deployed: PrefectServer, tmp_path: Path) -> None:
    pool = f"{deployed.api_url}/work_pools/{commands.POOL}"
    for what in (pool, f"{pool}/queues/default"):
        ask("PATCH", what, {"is_paused": True})
    again(deployed, tmp_path)
    try:
        assert ask("GET", pool)["is_paused"] is True
        assert ask("GET", f"{pool}/queues/default")["is_paused"] is True
    finally:
        for what in (pool, f"{pool}/queues/default"):
            ask("PATCH", what, {"is_paused": False})
