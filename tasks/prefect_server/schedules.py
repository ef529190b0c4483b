"""Asks Prefect in which time zones our schedules run."""

from prefect.client.orchestration import SyncPrefectClient
from prefect.exceptions import ObjectNotFound

_SCHEDULED = (
    "sync-referensi/sync-referensi",
    "laporan-monitoring/laporan-monitoring",
    "pemeliharaan/pemeliharaan",
)


def schedule_zones(client: SyncPrefectClient) -> set[str]:
    """The zones of our deployments' schedules; none when they are not deployed.

    Raises what Prefect's client raises when its server cannot be reached.
    """
    zones = set()
    for name in _SCHEDULED:
        try:
            deployment = client.read_deployment_by_name(name)
        except ObjectNotFound:
            continue
        for schedule in deployment.schedules:
            zones.add(getattr(schedule.schedule, "timezone", None) or "UTC")
    return zones
