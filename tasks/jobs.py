"""The seven Prefect tasks, one per job type; each takes a claimed job, which Prefect does not keep."""

import logging
from typing import Any

from prefect import Task, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas import State, TaskRun
from prefect.context import TaskRunContext
from prefect.futures import PrefectFuture
from prefect.runtime import task_run
from prefect.utilities.annotations import quote

from bpjs_client.jenis import Jenis
from database import DatabaseError
from database.faskes_name import UTAMA, said_name
from database.jobs.attempts import Asker
from database.jobs.claim import ClaimedJob
from database.status import Status
from tasks.composition import composition
from tasks.delivery.deliver import Delivered, TryAgain, deliver
from tasks.prefect_ui.job_page_text import NEEDS_SOMEBODY, leave_note
from tasks.states import state_of

logger = logging.getLogger(__name__)

# Two more tries within 5 s, and only while the request never left; longer waits are `due_at`'s.
RETRY_DELAYS = [0.5, 2]

JobTask = Task[[ClaimedJob], State[None]]


def never_left(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """The retry predicate (a plain def: Prefect ignores any other callable): only what never left."""
    return isinstance(state.data, TryAgain)


def _name_of() -> str:
    quoted: quote = task_run.parameters["job"]  # Prefect asks before it takes the quotes away
    job: ClaimedJob = quoted.unquote()
    return run_name(job)


def _make(jenis: Jenis) -> JobTask:
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
    def send(job: ClaimedJob) -> State[None]:
        delivered = _deliver(job)
        if _wants_page(delivered, job):
            leave_page_of(job.id)
        return state_of(delivered)

    return send


def _wants_page(delivered: Delivered, job: ClaimedJob) -> bool:
    """At once a job that needs somebody, one that was tried before (its old page must not lie), and one that
    is only shown. The others get theirs beside the sending (see tasks/prefect_ui/job_pages.py).
    """
    return delivered.status in NEEDS_SOMEBODY or delivered.tried_before or job.claim is None


def leave_page_of(job_id: int) -> None:
    """Leave the job's page in Prefect; that it could not be left is only logged."""
    at = composition()
    try:
        leave_note(at.database, job_id, named=at.settings.run_names == "norm")
    except DatabaseError as error:
        logger.warning("job %s: no page in Prefect: %s", job_id, error)


def _deliver(job: ClaimedJob) -> Delivered:
    context = TaskRunContext.get()
    run = context.task_run if context else None
    asker = Asker(flow_run_id=run.flow_run_id if run else None, task_run_id=run.id if run else None)
    number = run.run_count if run else 1
    last_try = run is None or number > len(RETRY_DELAYS)
    try:
        return deliver(job, composition(), asker=asker, first_try=number == 1, last_try=last_try)
    except TryAgain:
        raise
    except DatabaseError as error:
        return Delivered(Status.PROSES, f"{error} Diambil alih setelah waktunya habis.")
    except Exception as error:  # noqa: BLE001 - Prefect would store the text, which may quote a body
        kind = type(error).__name__
        logger.error("job %s: %s in delivery", job.id, kind)  # noqa: TRY400 - a traceback quotes values
        return Delivered(Status.PROSES, f"terhenti ({kind}); diambil alih setelah waktunya habis")


TASKS: dict[Jenis, JobTask] = {jenis: _make(jenis) for jenis in Jenis}


def run_name(job: ClaimedJob) -> str:
    """`{jenis} {norm} {nama_pasien}`, and the clinic when it is not `utama`; ops search by these words."""
    if composition().settings.run_names == "id":
        return f"{job.jenis} {job.id}"
    clinic = "" if job.faskes == UTAMA else f" {said_name(job.faskes, composition().clinics.known)}"
    return f"{job.jenis} {job.norm} {job.nama_pasien}{clinic}"


def submit(job: ClaimedJob) -> PrefectFuture[State[None]]:
    """Start a run for this job beside others; `quote` keeps Prefect from searching the job for other runs."""
    return TASKS[job.jenis].submit(quote(job), return_state=False)


def run(job: ClaimedJob) -> State[Any]:
    """Run this job's task here and now; the state says how it ended."""
    return TASKS[job.jenis](quote(job), return_state=True)
