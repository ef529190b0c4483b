"""Links into Prefect's UI, relative to wherever it is served."""

import json
from collections.abc import Mapping, Sequence
from threading import Lock
from urllib.parse import quote, urlencode
from uuid import UUID

from cachetools import TTLCache, cached
from prefect import get_client
from prefect.exceptions import ObjectNotFound

_REMEMBERED_SECONDS = 60


def task_run_link(task_run_id: UUID) -> str:
    """The page of a task run."""
    return f"/runs/task-run/{task_run_id}"


def flow_run_link(flow_run_id: UUID) -> str:
    """The page of a flow run."""
    return f"/runs/flow-run/{flow_run_id}"


def task_runs_link(*, states: Sequence[str] = (), name: str = "", today: bool = True) -> str:
    """The *Task runs* tab, filtered by states, by a part of the name, and to its reader's present day."""
    query = [("tab", "task-runs"), *(("state", state) for state in states)]
    query += [("type", "period"), ("period", "Today")] if today else []
    query += [("task-run-search", name)] if name else []
    return f"/runs?{urlencode(query)}"


def artifact_link(key: str) -> str:
    """The versions of an artifact, the newest first, each a click away; it does not age."""
    return f"/artifacts/key/{key}"


def page_link(artifact_id: UUID) -> str:
    """An artifact itself."""
    return f"/artifacts/artifact/{artifact_id}"


def form_link(deployment: str, parameters: Mapping[str, object]) -> str | None:
    """The run form of a deployment (`flow/deployment`), filled in; None when it is not deployed here.

    Raises what Prefect's client raises when its server cannot be reached.
    """
    found = _deployment_id(deployment)
    if found is None:
        return None
    return f"/deployments/deployment/{found}/run?parameters={quote(json.dumps(dict(parameters)))}"


@cached(TTLCache(maxsize=16, ttl=_REMEMBERED_SECONDS), lock=Lock())
def _deployment_id(deployment: str) -> UUID | None:
    with get_client(sync_client=True) as client:
        try:
            return client.read_deployment_by_name(deployment).id
        except ObjectNotFound:
            return None
