"""The Prefect task that brings one reference in step; a run for each reference."""

import logging
from typing import Any

from prefect import Task, task
from prefect.cache_policies import NO_CACHE
from prefect.client.schemas import State, TaskRun
from prefect.context import TaskRunContext
from prefect.runtime import task_run
from prefect.states import Completed, Failed

from bpjs_client.reading import PoliteReading
from bpjs_client.references import BY_NAME
from database import DatabaseError
from database.faskes_name import UTAMA, said_name
from database.references.store import Synced
from tasks.composition import composition
from tasks.reference_sync import NotNow, sync_reference
from tasks.states import LONGEST

logger = logging.getLogger(__name__)

RETRY_DELAYS = [10.0]


def read_later(_task: Task[..., Any], _run: TaskRun, state: State[Any]) -> bool:
    """The retry predicate (a plain def: Prefect ignores any other callable): not readable just now."""
    return isinstance(state.data, NotNow)


def _run_name() -> str:
    return run_name(task_run.parameters["nama"], task_run.parameters["faskes"])


def run_name(nama: str, faskes: str) -> str:
    """`sync diagnosa`, and the clinic when it is not `utama`."""
    clinic = "" if faskes == UTAMA else f" {said_name(faskes, composition().clinics.known)}"
    return f"sync {nama}{clinic}"


@task(
    name="sync",
    task_run_name=_run_name,
    retries=len(RETRY_DELAYS),
    retry_delay_seconds=RETRY_DELAYS,
    retry_jitter_factor=0.3,
    retry_condition_fn=read_later,
    cache_policy=NO_CACHE,
    persist_result=False,
)
def sync(nama: str, faskes: str, reading: PoliteReading, izinkan_susut: bool) -> State[Synced]:
    """Bring a clinic's reference of this name in step. A failure is a returned state with its reason."""
    context = TaskRunContext.get()
    run = context.task_run if context else None
    try:
        synced = sync_reference(
            BY_NAME[nama],
            reading,
            composition(),
            faskes,
            flow_run_id=run.flow_run_id if run else None,
            allow_shrink=izinkan_susut,
            last_try=run is None or run.run_count > len(RETRY_DELAYS),
        )
    except DatabaseError as error:
        reference = BY_NAME[nama]
        synced = Synced(reference.service.value, reference.jenis, error=str(error), faskes=faskes)
    if synced.error is not None:
        return Failed(message=f"Gagal · {synced.error}"[:LONGEST], data=synced)
    return Completed(message=said(synced), data=synced)


def said(synced: Synced) -> str:
    """`2.640 baris · 1 baru, 1 berubah, 0 hilang`."""
    count = f"{synced.count:,}".replace(",", ".")
    return f"{count} baris · {synced.added} baru, {synced.changed} berubah, {synced.removed} hilang"
