"""A run whose process was killed does not stay "Running" in Prefect for ever."""

import time
from datetime import timedelta

import pytest
from prefect import get_client
from prefect.events import emit_event
from prefect.states import Running

from flows.kirim import kirim
from tasks.prefect_server.crash_detection import HEARTBEAT, NAME, install_crash_detection
from tests.flows.prefect_server import PrefectServer


@pytest.mark.long
def test_a_run_without_a_sign_of_life_is_crashed_and_a_living_one_is_not(prefect: PrefectServer) -> None:
    with get_client(sync_client=True) as client:
        for _ in range(2):  # a second deploy changes it and adds none
            install_crash_detection(client, timedelta(seconds=10))
        (automation,) = client.read_automations_by_name(NAME)
        dead, alive = (client.create_flow_run(kirim, state=Running()).id for _ in range(2))
        deadline = time.monotonic() + 90
        said_once = False
        while client.read_flow_run(dead).state_name != "Crashed":
            assert time.monotonic() < deadline
            for run in (alive,) if said_once else (dead, alive):
                emit_event(event=HEARTBEAT, resource={"prefect.resource.id": f"prefect.flow-run.{run}"})
            said_once = True
            time.sleep(2)
        ended = client.read_flow_run(dead).state
        assert ended is not None
        assert ended.message == "Terhenti · prosesnya tidak hidup lagi"
        assert client.read_flow_run(alive).state_name == "Running"
        client.delete_automation(automation.id)
        for run in (dead, alive):
            client.delete_flow_run(run)
