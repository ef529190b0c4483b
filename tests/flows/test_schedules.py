"""What prefect.yaml schedules really gets its runs: a server that cannot schedule says so only in its log."""

import time

import pytest
from prefect import flow, get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.schedules import CronSchedule

from tests.flows.prefect_server import PrefectServer

ZONE = "Asia/Jakarta"


@flow(name="terjadwal")
def scheduled() -> None:
    """Nothing: its runs are only planned."""


@pytest.mark.long
def test_a_schedule_becomes_runs_at_the_clinics_hours(prefect: PrefectServer) -> None:
    with get_client(sync_client=True) as client:
        flow_id = client.create_flow_from_name("terjadwal")
        deployment_id = client.create_deployment(
            flow_id,
            "terjadwal",
            schedules=[DeploymentScheduleCreate(schedule=CronSchedule(cron="0 5 * * *", timezone=ZONE))],
        )
    planned: list[dict[str, object]] = []
    deadline = time.monotonic() + 60
    while not planned and time.monotonic() < deadline:
        time.sleep(0.5)
        planned = prefect.query("/flow_runs/filter", deployments={"id": {"any_": [str(deployment_id)]}})
    assert {str(run["expected_start_time"])[11:16] for run in planned} == {"22:00"}  # 05:00 in Jakarta
