"""A run whose process died would be shown as running for ever; without a sign of life it is crashed."""

from datetime import timedelta

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.objects import StateType
from prefect.events.actions import ChangeFlowRunState
from prefect.events.schemas.automations import AutomationCore, EventTrigger, Posture
from prefect.events.schemas.events import ResourceSpecification

NAME = "BPJS: run tanpa tanda hidup"
HEARTBEAT = "prefect.flow-run.heartbeat"
# Three of the heartbeats that our settings ask for (see tasks/prefect_server/environment.py), and some room.
SILENCE = timedelta(seconds=120)
SAID = "Terhenti · prosesnya tidak hidup lagi"
_ENDS = ("Completed", "Failed", "Cancelled", "Crashed")


def install_crash_detection(client: SyncPrefectClient, silence: timedelta = SILENCE) -> None:
    """Create or update the automation. Raises what Prefect's client raises when it finds no server."""
    automation = _automation(silence)
    known = client.read_automations_by_name(NAME)
    if known:
        automation.enabled = known[0].enabled  # somebody may have switched it off
        client.update_automation(known[0].id, automation)
    else:
        client.create_automation(automation)


def _automation(silence: timedelta) -> AutomationCore:
    signs = {HEARTBEAT, *(f"prefect.flow-run.{end}" for end in _ENDS)}
    return AutomationCore(
        name=NAME,
        description="Run yang prosesnya mati ditandai Crashed; pekerjaannya sendiri diambil alih dispatcher.",
        enabled=True,
        trigger=EventTrigger(
            after={HEARTBEAT},
            expect=signs,
            match=ResourceSpecification({"prefect.resource.id": ["prefect.flow-run.*"]}),
            for_each={"prefect.resource.id"},
            posture=Posture.Proactive,
            threshold=1,
            within=silence,
        ),
        actions=[ChangeFlowRunState(state=StateType.CRASHED, message=SAID)],
    )
