"""Sends one job again from this process, and returns when Prefect has recorded it."""

from collections.abc import Callable
from typing import Any

from prefect import flow
from prefect.client.schemas import State

from database.jobs.resend import Resend, ask_again
from database.status import Status
from flows.forms.job_form import FORM, send_one
from flows.run_names import of_job
from tasks.composition import composition
from tasks.prefect_server.recording import wait_until_recorded

_RECORDING_SECONDS = 5.0  # without progress: a job whose turn has not come makes no task run
_LOOK_SECONDS = 0.3


@flow(name="kirim-ulang", flow_run_name=of_job("kirim-ulang"), **FORM)
def _send_now(pekerjaan_id: int) -> State[None]:
    return send_one(composition(), pekerjaan_id)


def resend_now(job_id: int, asked: Resend, tell: Callable[[str], None]) -> int:
    """Store what a person asks for and send it at once; returns the id of the job that has the content.

    `tell` is given, before anything leaves, what will become of what BPJS holds already.
    Raises JobNotFound, MoveRefused, LineRefused, DatabaseError, and what Prefect's client raises when its
    server cannot be reached; what was asked for is stored then, and the job waits.
    """
    stored = ask_again(composition().database, job_id, asked)
    if stored.says:
        tell(stored.says)
    if stored.status is Status.GAGAL:
        return stored.job_id
    for each in stored.jobs:
        state: State[Any] = _send_now(each, return_state=True)
        if state.state_details.flow_run_id is not None:
            runs = {state.state_details.flow_run_id: 1}
            wait_until_recorded(runs, timeout=_RECORDING_SECONDS, poll=_LOOK_SECONDS)
    return stored.job_id
