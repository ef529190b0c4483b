"""After hours without a worker, only the newest of the scheduled runs that are late is carried out.

Each of them would read or report the same, as things are now. What a person started is never dropped.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, tzinfo

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    DeploymentFilter,
    DeploymentFilterId,
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
    FlowRunFilterState,
    FlowRunFilterStateName,
)
from prefect.client.schemas.objects import FlowRun
from prefect.states import Cancelled

# Runs that nobody has begun; one that a person asks for again has another state, or a count of runs.
_UNBEGUN = ["Scheduled", "Late", "AwaitingConcurrencySlot"]
_NEVER = datetime.min.replace(tzinfo=UTC)
_MOST = 200  # the most that the server answers at once


def skip_late(client: SyncPrefectClient, run: FlowRun, now: datetime, zone: tzinfo) -> str | None:
    """End the late runs of the same schedule that came before its newest.

    Returns, in Indonesian, why `run` itself is not to be carried out; None: it is the newest, or a person
    started it. Raises what Prefect's client raises when its server cannot be reached.
    """
    if not run.auto_scheduled or run.deployment_id is None or run.run_count > 1:
        return None
    late = [run, *_late(client, run, now)]
    newest = max(late, key=_due)
    said = f"dilewati: yang dijadwalkan {_due(newest).astimezone(zone):%d-%m-%Y %H:%M} menggantikannya"
    for each in late:
        if each.id not in {run.id, newest.id}:
            client.set_flow_run_state(each.id, Cancelled(message=said))
    return None if newest.id == run.id else said


def _late(client: SyncPrefectClient, run: FlowRun, now: datetime) -> Sequence[FlowRun]:
    """The other scheduled runs that would do the same, are due and were not begun."""
    found = client.read_flow_runs(
        deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[run.deployment_id])),
        flow_run_filter=FlowRunFilter(
            state=FlowRunFilterState(name=FlowRunFilterStateName(any_=_UNBEGUN)),
            expected_start_time=FlowRunFilterExpectedStartTime(before_=now),
        ),
        limit=_MOST,
    )
    return [
        each
        for each in found
        if each.auto_scheduled
        and not each.run_count
        and each.id != run.id
        and each.parameters == run.parameters
    ]


def _due(run: FlowRun) -> datetime:
    return run.expected_start_time or _NEVER  # every scheduled run has one
