"""Prefect is told the end of every task run that it should know by now and does not: our history has it."""

import logging
from collections.abc import Iterable
from contextlib import AbstractContextManager
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from prefect import get_client
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas import State
from prefect.states import Crashed

from database.views.ended_runs import EndedRun, ended_between, ended_of
from tasks.composition import Composition
from tasks.delivery.deliver import Delivered
from tasks.jobs import TASKS, run_name
from tasks.prefect_server.crash_detection import SAID
from tasks.prefect_server.recording import PREFECT_UNAVAILABLE
from tasks.prefect_server.unended import add_ended, left_open, tell_end, unheard
from tasks.repeating import repeatedly
from tasks.states import state_of

logger = logging.getLogger(__name__)

# So many looks may pass before an end that has not arrived is taken for lost: it is on its way for seconds.
_PATIENCE = 3
# How far a process that begins looks back, for one before it may have died with ends that nobody heard.
_LOOKS_BACK = timedelta(minutes=10)
# Each costs Prefect's server two requests; those that are left come with the next look.
MOST_AT_ONCE = 500
_LATE = "akhir run ini dicatat belakangan"
_UNKNOWN = "Terhenti · akhir run ini tidak sampai ke Prefect; status pekerjaan ada di Beranda"


def keep_ends(at: Composition, *, every: float) -> AbstractContextManager[None]:
    """Look every so many seconds, from a thread of its own."""
    ends = LateEnds(at, timedelta(seconds=_PATIENCE * every))

    def look() -> None:
        ends.look()

    return repeatedly("ends of runs", look, every=every)


class LateEnds:
    """Compares our history with Prefect's, each part of it once."""

    def __init__(self, at: Composition, patience: timedelta) -> None:
        self._at = at
        self._patience = patience
        self._seen: datetime | None = None
        self._settled = 0  # rows of our history up to this one need no look

    def look(self) -> int:
        """The number of ends that were told; 0 while Prefect is out of reach. Raises DatabaseUnavailable."""
        until = self._at.database.clock() - self._patience
        since = self._seen or until - _LOOKS_BACK
        ours, settled = ended_between(self._at.database, since, until, settled=self._settled)
        try:
            with get_client(sync_client=True) as client:
                told, whole = self._compare(client, ours, until)
        except PREFECT_UNAVAILABLE:
            return 0  # whoever sends says so
        if whole:
            self._seen, self._settled = until, settled
        if told:
            logger.warning("Prefect's server had lost the end of %d task runs; it was told", told)
        return told

    def _compare(self, client: SyncPrefectClient, ours: list[EndedRun], until: datetime) -> tuple[int, bool]:
        """The number of ends that were told, and whether these are all."""
        missing = unheard(client, [run.task_run_id for run in ours])
        lost = [run for run in ours if run.task_run_id in missing]
        for run in lost[:MOST_AT_ONCE]:
            tell(client, run)
        opened = left_open(client, until)
        known = ended_of(self._at.database, opened)
        for run in known:
            tell(client, run)
        _give_up(client, set(opened) - {run.task_run_id for run in known})
        return len(lost[:MOST_AT_ONCE]) + len(opened), len(lost) <= MOST_AT_ONCE


def tell(client: SyncPrefectClient, run: EndedRun) -> None:
    """Bring one task run to its end. Raises what Prefect's client raises."""
    state = _state(run)
    if not tell_end(client, run.task_run_id, state):
        ids = {"flow_run_id": run.flow_run_id, "task_run_id": run.task_run_id}
        add_ended(client, TASKS[run.job.jenis], run_name(run.job), state=state, **ids)


def _state(run: EndedRun) -> State[Any]:
    return Crashed(message=SAID) if run.died else state_of(Delivered(run.status, _LATE))


def _give_up(client: SyncPrefectClient, task_run_ids: Iterable[UUID]) -> None:
    """Our history names none of these runs: nothing left in them, or they were not a job's."""
    for task_run_id in task_run_ids:
        tell_end(client, task_run_id, Crashed(message=_UNKNOWN))
