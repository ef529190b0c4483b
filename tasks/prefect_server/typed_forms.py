"""Takes what people typed out of flow runs that never came to do it themselves.

A form's flow overwrites its own parameters as soon as it has stored them. A run that was cancelled before it
started, that crashed, or that failed because our database could not be reached still holds them.
"""

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas.filters import (
    FlowFilter,
    FlowFilterName,
    FlowRunFilter,
    FlowRunFilterExpectedStartTime,
)
from prefect.client.schemas.objects import FlowRun, StateType
from prefect.client.schemas.sorting import FlowRunSort
from prefect.states import Cancelled

from bpjs_client.identifiers import without_identifiers
from bpjs_client.jenis import Jenis

FORMS = (*map(str, Jenis), "kirim-ulang", "kirim-ulang-massal", "tutup")
# These parameters name a job and not a patient; a run that holds no others is a valid call again.
HARMLESS = frozenset({"pekerjaan_id", "hanya_hitung", "per_menit", "hasil", "versi"})
_PAGE = 200
_NEVER_STARTED = frozenset({StateType.SCHEDULED, StateType.PENDING})


def forget_typed(client: SyncPrefectClient, before: datetime) -> int:
    """Clear the forms' runs that were due before an instant; how many held something.

    One that never started is cancelled: without its parameters it could only do something else.
    Raises what Prefect's client raises when its server cannot be reached.
    """
    cleared = 0
    for run in list(_runs(client, before)):
        if _is_harmless(run.parameters) or run.state_type == StateType.RUNNING:
            continue
        if run.state_type in _NEVER_STARTED:
            client.set_flow_run_state(run.id, Cancelled(message="tidak pernah dimulai"), force=True)
        client.update_flow_run(run.id, parameters={})
        cleared += 1
    return cleared


def _is_harmless(parameters: Mapping[str, Any]) -> bool:
    """Only what names a job, and no card number in such a field by mistake."""
    said = " ".join(str(value) for value in parameters.values())
    return parameters.keys() <= HARMLESS and without_identifiers(said) == said


def _runs(client: SyncPrefectClient, before: datetime) -> Iterator[FlowRun]:
    offset = 0
    while True:
        page = client.read_flow_runs(
            flow_filter=FlowFilter(name=FlowFilterName(any_=list(FORMS))),
            flow_run_filter=FlowRunFilter(expected_start_time=FlowRunFilterExpectedStartTime(before_=before)),
            sort=FlowRunSort.START_TIME_DESC,
            limit=_PAGE,
            offset=offset,
        )
        yield from page
        offset += _PAGE
        if len(page) < _PAGE:
            return
