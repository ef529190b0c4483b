"""Asks Prefect's server for a run of the deployment `sync-referensi`."""

from collections.abc import Sequence

from prefect import get_client
from prefect.exceptions import ObjectNotFound

DEPLOYMENT = "sync-referensi/sync-referensi"


class NotDeployed(Exception):
    """The server does not know the deployment."""


def order_sync(names: Sequence[str], faskes: str) -> None:
    """Order a run over these references (`layanan/jenis`) of a clinic; a worker begins it within seconds.

    Raises NotDeployed, and what Prefect's client raises when its server cannot be reached.
    """
    with get_client(sync_client=True) as client:
        try:
            deployment = client.read_deployment_by_name(DEPLOYMENT)
        except ObjectNotFound:
            raise NotDeployed from None
        client.create_flow_run_from_deployment(
            deployment.id, parameters={"referensi": list(names), "faskes": faskes}
        )
