"""The flow `sync-referensi`: brings the reference data in step with BPJS, a task run per reference."""

from collections.abc import Callable, Mapping, Sequence
from contextvars import ContextVar
from datetime import timedelta
from enum import StrEnum
from typing import Annotated, Any
from uuid import UUID

from prefect import flow
from prefect.client.schemas import State
from prefect.exceptions import FailedRun
from prefect.futures import PrefectFuture, as_completed
from prefect.states import Completed, Failed
from prefect.task_runners import ThreadPoolTaskRunner

from bpjs_client.identifiers import without_identifiers
from bpjs_client.reading import PoliteReading
from bpjs_client.references import BY_NAME, REFERENCES
from bpjs_client.schedule import SCHEDULE
from database.references.store import Synced
from database.views.monitor import today
from flows.artifacts.reference_table import leave_table
from flows.artifacts.schedule_page import FEW, leave_schedule
from flows.forms.hint import hint
from flows.forms.job_form import FORM
from flows.forms.typed import text
from flows.late import overtaken
from flows.run_names import timed
from tasks.alerts.schedule_news import tell_schedules
from tasks.clinics import UnknownClinic
from tasks.composition import Composition, composition
from tasks.prefect_server.temporary_server import is_temporary
from tasks.references import sync
from tasks.schedule.week import DAYS_AHEAD
from tasks.states import LONGEST

Referensi = StrEnum("Referensi", {name: name for name in BY_NAME})  # type: ignore[misc]
# Told of each reference as it is done, for a progress bar.
watcher: ContextVar[Callable[[Synced], None]] = ContextVar("watcher", default=lambda _synced: None)


class NotAllRead(FailedRun):
    """The error that the failed state of a sync carries; its text is the state's message."""

    def __init__(self, said: str, done: Sequence[Synced]) -> None:
        super().__init__(said)
        self.done = list(done)


def _about(typed: Mapping[str, Any]) -> str:
    """`antrean/poli, antrean/dokter`, or nothing for all of them."""
    names = [name for name in map(str, typed.get("referensi") or []) if name in BY_NAME]
    return "" if len(names) == len(BY_NAME) else ", ".join(names)


@flow(
    name="sync-referensi",
    flow_run_name=timed("sync-referensi", _about),
    description="Memperbarui data referensi BPJS: diagnosa, dokter, poli, obat, jadwal antrean, dan lainnya.",
    task_runner=ThreadPoolTaskRunner(max_workers=len(REFERENCES)),  # type: ignore[arg-type]
    **FORM,
)
def sync_referensi(
    referensi: Annotated[list[Referensi], hint("Yang diperbarui; kosong: semuanya")] = [],  # noqa: B006 - Prefect's form shows a plain default
    izinkan_susut: Annotated[bool, hint("Terapkan juga bila lebih dari 30 % baris hilang")] = False,
    faskes: Annotated[str, hint("Hanya faskes ini; kosong: semua")] = "",
) -> State[list[Synced]]:
    """Read each reference whole and store what changed; one that fails keeps its old rows, the others go on.

    Clinics take their turns. Raises DatabaseError.
    """
    at, only = composition(), text(faskes)
    skipped = overtaken(at.database.timezone)
    if skipped is not None:
        return skipped
    names = list(dict.fromkeys(map(str, referensi or []))) or list(BY_NAME)
    if not set(names) <= set(BY_NAME):
        return _failed(f"Gagal · referensi yang ada: {', '.join(BY_NAME)}", [])
    if only and not at.clinics.knows(only):
        return _failed(f"Gagal · {UnknownClinic(only, from_file=at.clinics.from_file)}", [])
    by_run: dict[UUID, Synced] = {}
    for clinic in [only] if only else at.clinics.names:
        by_run |= _sync_all(at, clinic, names, izinkan_susut is True)
    leave_table(at.database, by_run, at.clinics.names)
    if SCHEDULE.name in names:
        if not only or len(at.clinics.names) <= FEW:  # one of many does not renew the page of all
            leave_schedule(at.database, at.clinics.names, at.clinics.known)
        if not is_temporary():  # else the next sync tells of it
            tell_schedules(at, [only] if only else at.clinics.names)
    done = list(by_run.values())
    failed = [synced.full_name for synced in done if synced.error is not None]
    if failed:
        return _failed(_said(failed, len(done)), done)
    return Completed(message=f"{len(done)} referensi, {sum(each.count for each in done)} baris", data=done)


def _failed(said: str, done: Sequence[Synced]) -> State[list[Synced]]:
    message = without_identifiers(said)[:LONGEST]
    return Failed(message=message, data=NotAllRead(message, done))


def _said(failed: Sequence[str], of: int) -> str:
    """`Gagal · 3 dari 17: pcare/obat, …`."""
    return f"Gagal · {len(failed)} dari {of}: {', '.join(failed)}"


def _sync_all(at: Composition, faskes: str, names: Sequence[str], allow_shrink: bool) -> dict[UUID, Synced]:
    """By task run, in the order of the names."""
    first = today(at.database)
    days = [first + timedelta(days=ahead) for ahead in range(DAYS_AHEAD + 1)]
    tell = watcher.get()
    with PoliteReading(at.bpjs(faskes), days, at_once=at.settings.sync_concurrency) as reading:
        futures = [sync.submit(name, faskes, reading, allow_shrink) for name in names]
        for future in as_completed(futures):
            for synced in _results([future]).values():
                tell(synced)
    return _results(futures)


def _results(futures: Sequence[PrefectFuture[Any]]) -> dict[UUID, Synced]:
    results = {future.task_run_id: future.result(raise_on_failure=False) for future in futures}
    return {run: synced for run, synced in results.items() if isinstance(synced, Synced)}
