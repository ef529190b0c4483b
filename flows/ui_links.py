"""Links into Prefect's UI, relative to wherever it is served."""

import json
from collections.abc import Mapping
from urllib.parse import quote
from uuid import UUID

from prefect import get_client
from prefect.exceptions import ObjectNotFound


def task_run_link(task_run_id: UUID) -> str:
    """The page of a task run."""
    return f"/runs/task-run/{task_run_id}"


def form_link(deployment: str, parameters: Mapping[str, object]) -> str | None:
    """The run form of a deployment (`flow/deployment`), filled in; None when it is not deployed here.

    Raises what Prefect's client raises when its server cannot be reached.
    """
    with get_client(sync_client=True) as client:
        try:
            found = client.read_deployment_by_name(deployment)
        except ObjectNotFound:
            return None
    return f"/deployments/deployment/{found.id}/run?parameters={quote(json.dumps(dict(parameters)))}"
