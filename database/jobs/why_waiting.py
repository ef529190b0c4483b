"""What keeps a job from being sent, in words: another job of its chain, or a service that is not called."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from database.jobs.chain import first_blockers
from database.services.clinic_service import WHOLE
from database.services.state_words import named, state_words
from database.services.states import State
from database.storage.models import Job, ServiceState

_HELD = (State.OPEN.value, State.PAUSED.value)


def why_waiting(session: Session, job: Job) -> str | None:
    """In Indonesian, what keeps a job from being sent; None when nothing but its `due_at` does."""
    return why_each_waits(session, [job]).get(job.id)


def why_each_waits(session: Session, jobs: Sequence[Job]) -> dict[int, str]:
    """The same for each of these jobs, by its id, with as many questions as for one."""
    if not jobs:
        return {}
    before = first_blockers(session, [job.id for job in jobs])
    held = _held_services(session, {job.faskes for job in jobs})
    said = {job.id: _said(job, before.get(job.id), held) for job in jobs}
    return {job_id: why for job_id, why in said.items() if why is not None}


def _held_services(session: Session, clinics: set[str]) -> dict[tuple[str, str, str], ServiceState]:
    stopped = select(ServiceState).where(ServiceState.faskes.in_(clinics), ServiceState.state.in_(_HELD))
    return {(row.faskes, row.service, row.jenis): row for row in session.scalars(stopped)}


def _said(job: Job, before: Job | None, held: dict[tuple[str, str, str], ServiceState]) -> str | None:
    if before is not None:
        return f"menunggu {before.jenis} #{before.id} ({before.status})"
    for jenis in (WHOLE, job.jenis):
        row = held.get((job.faskes, job.service, jenis))
        if row is not None:
            return f"{named(row.service, jenis)} {state_words(jenis, row.state)}: {row.reason}"
    return None
