"""Sends many jobs again from this process, and returns when Prefect has recorded them."""

from collections import Counter
from collections.abc import Callable, Sequence
from typing import Any

from prefect.client.schemas import State

from database.jobs.resend import Resend
from database.views.failed import FailedJob, count_still_wrong
from flows.kirim_ulang_massal import AGAIN, SENT, UNTOUCHED, kirim_ulang_massal, watcher
from tasks.composition import composition
from tasks.prefect_server.recording import wait_until_recorded

_RECORDING_SECONDS = 30.0  # without progress
_LOOK_SECONDS = 0.3


def resend_failed(
    jobs: Sequence[FailedJob], asked: Resend, *, per_minute: int, tell: Callable[[FailedJob, str], None]
) -> Counter[str]:
    """The count of each end; `tell` hears of each job as it is done.

    Raises what Prefect's client raises when its server cannot be reached.
    """
    token = watcher.set(tell)
    try:
        state: State[Any] = kirim_ulang_massal(
            pekerjaan_id=", ".join(str(job.id) for job in jobs),
            hanya_hitung=False,
            per_menit=str(per_minute),
            alasan=asked.reason,
            diminta_oleh=asked.by,
            return_state=True,
        )
    finally:
        watcher.reset(token)
    ended = state.result(raise_on_failure=False)
    if not isinstance(ended, Counter):  # refused as a whole: nothing was sent
        return Counter({UNTOUCHED: len(jobs)})
    if state.state_details.flow_run_id is not None:
        unsent = count_still_wrong(composition().database, [job.id for job in jobs])
        runs = {state.state_details.flow_run_id: max(ended[SENT] + ended[AGAIN] - unsent, 0)}
        wait_until_recorded(runs, timeout=_RECORDING_SECONDS, poll=_LOOK_SECONDS)
    return ended
