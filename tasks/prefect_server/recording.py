"""Counts the task runs that Prefect's server has not recorded yet, and waits for it.

Task runs reach the server as events: queued in this process, sent by a thread, recorded there in batches. A
server that ends before (the temporary one ends with its process) shows them as running for ever.
"""

import time
from collections.abc import Mapping
from json import JSONDecodeError
from uuid import UUID

import httpx
from prefect.client.orchestration import SyncPrefectClient, get_client
from prefect.client.schemas.objects import TERMINAL_STATES
from prefect.exceptions import PrefectException

# Prefect's client raises these while its server cannot be reached or refuses to work; the last one when a
# page of a proxy comes back instead of an answer.
PREFECT_UNAVAILABLE = (PrefectException, httpx.HTTPError, JSONDecodeError)


def runs_behind(flow_run_id: UUID, finished: int) -> int:
    """The number of `finished` task runs of a flow run whose end the server does not know yet.

    One count request. Raises what Prefect's client raises (httpx.HTTPError, PrefectHTTPStatusError).
    """
    with get_client(sync_client=True) as client:
        return _behind(client, flow_run_id, finished)


def wait_until_recorded(flow_run_ids: Mapping[UUID, int], *, timeout: float, poll: float) -> int:
    """Return 0 when every flow run's finished task runs are recorded, looking every `poll` seconds.

    Gives up, returning how many are still missing, after `timeout` seconds in which none was recorded. What
    is queued in this process needs no flushing first: it is sent while we wait.
    Raises what Prefect's client raises (httpx.HTTPError, PrefectHTTPStatusError).
    """
    if not any(flow_run_ids.values()):
        return 0  # not even a temporary server is needed for that
    missing, progress_at = None, time.monotonic()
    with get_client(sync_client=True) as client:
        while True:
            now_missing = sum(_behind(client, run, finished) for run, finished in flow_run_ids.items())
            if now_missing != missing:
                missing, progress_at = now_missing, time.monotonic()
            if not now_missing or time.monotonic() - progress_at >= timeout:
                return now_missing
            time.sleep(poll)


def _behind(client: SyncPrefectClient, flow_run_id: UUID, finished: int) -> int:
    if not finished:
        return 0
    recorded = client.request("POST", "/task_runs/count", json=_ended_runs_of(flow_run_id)).json()
    return max(finished - int(recorded), 0)


def _ended_runs_of(flow_run_id: UUID) -> dict[str, object]:
    ended = sorted(state.value for state in TERMINAL_STATES)
    return {"task_runs": {"flow_run_id": {"any_": [str(flow_run_id)]}, "state": {"type": {"any_": ended}}}}
