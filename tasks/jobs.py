"""The seven Prefect tasks, one per job type; each takes a job's id and nothing that names a patient."""

import logging
from typing import Any

from prefect import Task, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas import State, TaskRun
from prefect.context import TaskRunContext
from prefect.runtime import task_run

from bpjs_client.jenis import Jenis
from database import DatabaseError
from database.faskes_name import UTAMA, said_name
from database.jobs.attempts import Asker
from database.jobs.claim import ClaimedJob
from database.jobs.held_claim import Claim
from database.status import Status
from tasks.composition import composition
from tasks.delivery.deliver import Delivered, TryAgain, deliver
from tasks.prefect_ui.job_page_text import NEEDS_SOMEBODY, leave_note
from tasks.states import state_of

logger = logging.getLogger(__name__)

# Two more tries within 5 s, and only while the request never left; longer waits are `due_at`'s.
RETRY_DELAYS = [0.5, 2]
# The number of no claim: the run only shows where the job stands.
_NOT_IN_HAND = 0


def never_left(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """The retry predicate (a plain def: Prefect ignores any other callable): only what never left."""
    return isinstance(state.data, TryAgain)


def _name_of() -> str:
    job_id: int = task_run.parameters["pekerjaan_id"]
    return composition().run_names.pop(job_id, f"#{job_id}")


def _make(jenis: Jenis) -> Task[[int, int], State[None]]:
    # Safe to repeat: a retry happens only after TryAgain, raised when no byte of the request left.
    @task(
        name=jenis.value,
        task_run_name=_name_of,
        retries=len(RETRY_DELAYS),
        retry_delay_seconds=RETRY_DELAYS,
        retry_jitter_factor=0.3,
        retry_condition_fn=never_left,
        cache_policy=NO_CACHE,
        persist_result=False,
    )
    def send(pekerjaan_id: int, klaim: int = _NOT_IN_HAND) -> State[None]:
        delivered = _deliver(Claim(pekerjaan_id, composition().owner, klaim))
        if _wants_page(delivered, klaim):
            leave_page_of(pekerjaan_id)
        return state_of(delivered)

    return send


def _wants_page(delivered: Delivered, claim: int) -> bool:
    """At once a job that needs somebody, one that was tried before (its old page must not lie), and one that
    is only shown. The others get theirs beside the sending (see tasks/prefect_ui/job_pages.py).
    """
    return delivered.status in NEEDS_SOMEBODY or delivered.tried_before or claim == _NOT_IN_HAND


def leave_page_of(job_id: int) -> None:
    """Leave the job's page in Prefect; that it could not be left is only logged."""
    at = composition()
    try:
        leave_note(at.database, job_id, named=at.settings.run_names == "norm")
    except DatabaseError as error:
        logger.warning("job %s: no page in Prefect: %s", job_id, error)


def _deliver(claim: Claim) -> Delivered:
    context = TaskRunContext.get()
    run = context.task_run if context else None
    asker = Asker(flow_run_id=run.flow_run_id if run else None, task_run_id=run.id if run else None)
    last_try = run is None or run.run_count > len(RETRY_DELAYS)
    try:
        return deliver(claim, composition(), asker=asker, last_try=last_try)
    except TryAgain:
        raise
    except DatabaseError as error:
        return Delivered(Status.PROSES, f"{error} Diambil alih setelah waktunya habis.")
    except Exception as error:  # noqa: BLE001 - Prefect would store the text, which may quote a body
        kind = type(error).__name__
        logger.error("job %s: %s in delivery", claim.job_id, kind)  # noqa: TRY400 - a traceback quotes values
        return Delivered(Status.PROSES, f"terhenti ({kind}); diambil alih setelah waktunya habis")


TASKS: dict[Jenis, Task[[int, int], State[None]]] = {jenis: _make(jenis) for jenis in Jenis}


def run_name(job: ClaimedJob) -> str:
    """`{jenis} {norm} {nama_pasien}`, and the clinic when it is not `utama`; ops search by these words."""
    if composition().settings.run_names == "id":
        return f"{job.jenis} {job.id}"
    clinic = "" if job.faskes == UTAMA else f" {said_name(job.faskes, composition().clinics.known)}"
    return f"{job.jenis} {job.norm} {job.nama_pasien}{clinic}"


def arguments(job: ClaimedJob) -> tuple[int, int]:
    """What its task is called with: numbers alone, by which this process knows the claim."""
    return job.id, job.claim.token if job.claim is not None else _NOT_IN_HAND


def named_task(job: ClaimedJob) -> Task[[int, int], State[None]]:
    """The task of this job's type; its next run for this job has the job's run name."""
    # Not by `with_options`: making a task anew costs a tenth of sending a job.
    composition().run_names[job.id] = run_name(job)
    return TASKS[job.jenis]
