"""Asks Prefect's server which task runs it does not know to have ended, and tells it their end.

Their ends reach it as events, which each part on their way keeps in memory for a moment: what dies in that
moment takes them along.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import httpx
from prefect import Task
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas import State
from prefect.client.schemas.objects import TERMINAL_STATES, StateType

_PAGE = 200  # the most that the server answers at once
_COUNTED = 1_000  # runs in one question that is answered by a number
_ENDED = sorted(state.value for state in TERMINAL_STATES)
_OPEN = sorted(state.value for state in set(StateType) - TERMINAL_STATES)
# Older ones are left as they are: a person has seen them by now.
_LONG_AGO = timedelta(days=1)


def unheard(client: SyncPrefectClient, task_run_ids: Sequence[UUID]) -> set[UUID]:
    """Those of these task runs, ended here, whose end the server does not know.

    Raises what Prefect's client raises when its server cannot be reached.
    """
    missing: set[UUID] = set()
    for some in _parts(task_run_ids, _COUNTED):
        if _count_ended(client, some) < len(some):
            for page in _parts(some, _PAGE):
                missing |= set(page) - _ended_of(client, page)
    return missing


def left_open(client: SyncPrefectClient, before: datetime) -> list[UUID]:
    """Task runs that the server takes for unended although their flow run ended before an instant; one page.

    Raises what Prefect's client raises when its server cannot be reached.
    """
    ended = {"before_": before.isoformat(), "after_": (before - _LONG_AGO).isoformat()}
    asked = {
        "flow_runs": {"state": {"type": {"any_": _ENDED}}, "end_time": ended},
        "task_runs": {"state": {"type": {"any_": _OPEN}}},
        "limit": _PAGE,
    }
    return _ids(client.request("POST", "/task_runs/filter", json=asked))


def tell_end(client: SyncPrefectClient, task_run_id: UUID, state: State[Any]) -> bool:
    """Set the state of a task run; False when the server does not know the run at all.

    Raises what Prefect's client raises when its server cannot be reached.
    """
    try:
        client.set_task_run_state(task_run_id, state, force=True)
    except httpx.HTTPStatusError as error:
        if error.response.status_code != httpx.codes.NOT_FOUND:
            raise
        return False
    return True


def add_ended(
    client: SyncPrefectClient,
    task: Task[..., Any],
    name: str,
    *,
    flow_run_id: UUID,
    task_run_id: UUID,
    state: State[Any],
) -> None:
    """Make a task run of which the server has never heard, at its end. Raises as `tell_end`."""
    key = str(task_run_id)  # what tells two runs of a task apart within a flow run
    client.create_task_run(task, flow_run_id, key, id=task_run_id, name=name, state=state)


def _count_ended(client: SyncPrefectClient, task_run_ids: Sequence[UUID]) -> int:
    return int(client.request("POST", "/task_runs/count", json=_ended_ones(task_run_ids)).json())


def _ended_of(client: SyncPrefectClient, task_run_ids: Sequence[UUID]) -> set[UUID]:
    return set(_ids(client.request("POST", "/task_runs/filter", json=_ended_ones(task_run_ids))))


def _ended_ones(task_run_ids: Sequence[UUID]) -> dict[str, object]:
    wanted = [str(each) for each in task_run_ids]
    return {"task_runs": {"id": {"any_": wanted}, "state": {"type": {"any_": _ENDED}}}}


def _ids(answer: httpx.Response) -> list[UUID]:
    return [UUID(run["id"]) for run in answer.json()]


def _parts(ids: Sequence[UUID], size: int) -> list[Sequence[UUID]]:
    return [ids[start : start + size] for start in range(0, len(ids), size)]
