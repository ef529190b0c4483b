"""Runs `sync-referensi` in this process, and returns when Prefect has recorded it."""

from collections.abc import Callable, Sequence
from typing import Any

from prefect.client.schemas import State

from database.references.store import Synced
from flows.sync_referensi import NotAllRead, Referensi, sync_referensi, watcher
from tasks.composition import composition
from tasks.prefect_server.recording import wait_until_recorded

_RECORDING_SECONDS = 30.0
_LOOK_SECONDS = 0.3


def sync_now(
    names: Sequence[str], *, allow_shrink: bool, tell: Callable[[Synced], None], faskes: str = ""
) -> list[Synced]:
    """Bring these references (`layanan/jenis`) in step, of one clinic or of all.

    `tell` hears of each as it is done.

    Raises DatabaseError, and what Prefect's client raises when its server cannot be reached.
    """
    composition().database  # noqa: B018 - opened here, so that its failure is our error and not a run's
    token = watcher.set(tell)
    try:
        chosen = [Referensi(name) for name in names]
        state: State[Any] = sync_referensi(chosen, allow_shrink, faskes, return_state=True)
    finally:
        watcher.reset(token)
    ended = state.result(raise_on_failure=False)
    done = ended.done if isinstance(ended, NotAllRead) else ended
    runs = len(done) if isinstance(done, list) else 0
    if state.state_details.flow_run_id is not None:
        wait_until_recorded(
            {state.state_details.flow_run_id: runs}, timeout=_RECORDING_SECONDS, poll=_LOOK_SECONDS
        )
    return done if isinstance(done, list) else []
