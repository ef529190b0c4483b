"""The flow `kirim`: sends what is due, a task run per job, many at a time."""

from collections.abc import Callable
from contextvars import ContextVar
from dataclasses import dataclass
from typing import Annotated
from uuid import UUID

from prefect import flow
from prefect.client.schemas import State
from prefect.context import FlowRunContext
from prefect.states import Completed, Failed

from database import DatabaseError, LineRefused
from database.typed import whole_number
from flows.burst import Burst
from flows.forms.hint import hint
from flows.run_names import timed
from tasks.composition import composition
from tasks.states import LONGEST

CONCURRENCY = 20
MOST_AT_ONCE = 200

# How the dispatcher that runs this flow waits for work: with it the run stays open for what comes.
awaiter: ContextVar[Callable[[], None] | None] = ContextVar("awaiter", default=None)


@dataclass(frozen=True)
class Done:
    """The work of one run: the jobs it took, and the run by which Prefect knows them."""

    flow_run_id: UUID | None
    job_ids: list[int]
    shown: int  # further task runs, of jobs that were not sent but must be seen


@flow(
    name="kirim",
    flow_run_name=timed("kirim"),
    description="Mengirim pekerjaan yang jatuh tempo ke BPJS, satu task run untuk setiap pekerjaan.",
    persist_result=False,
    validate_parameters=False,
)
def kirim(
    serentak: Annotated[int, hint("Paling banyak sekian sekaligus")] = CONCURRENCY,
    sekali: Annotated[bool, hint("Hanya satu kali mengambil, tidak sampai habis")] = False,
) -> State[Done]:
    """Send what is due, `serentak` at a time, until nothing is; `sekali`: one claim only.

    A dispatcher's run stays open for what comes within a minute (see `awaiter`).

    A failed job is data, not a failed flow. A DatabaseError fails it, and reaches the caller as it is.
    """
    try:
        once = sekali is True
        burst = Burst(
            composition(),
            concurrency=_at_once(serentak),
            once=once,
            await_work=None if once else awaiter.get(),
        )
        burst.work()
    except DatabaseError as error:
        # Returned and not raised: of what is raised Prefect prints and keeps the whole traceback.
        return Failed(message=f"Gagal · {error}"[:LONGEST], data=error)
    context = FlowRunContext.get()
    run_id = context.flow_run.id if context and context.flow_run else None
    done = Done(run_id, burst.job_ids, burst.shown)
    return Completed(message=f"{len(done.job_ids)} pekerjaan dikerjakan", data=done)


def _at_once(typed: object) -> int:
    """Raises LineRefused, for a field that was emptied too."""
    asked = whole_number(typed, "serentak")
    if not 1 <= asked <= MOST_AT_ONCE:
        raise LineRefused(f"serentak harus dari 1 sampai {MOST_AT_ONCE}")
    return asked
