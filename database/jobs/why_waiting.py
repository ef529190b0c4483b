"""What keeps a job from being sent, in words: a job of its chain, a person's hold, a service not called."""

from collections.abc import Sequence

from sqlalchemy import select
from sqlalchemy.orm import Session

from database.jobs.chain import first_blockers
from database.services.clinic_service import WHOLE, ClinicService
from database.services.hold_words import held_by, what_is_held
from database.services.holds import first_that_holds, holds_at
from database.services.state_words import named, state_words
from database.services.states import State
from database.storage.engine import Database
from database.storage.models import HoldRow, Job, ServiceState
from database.vocabulary import Reason

_HELD = (State.OPEN.value, State.PAUSED.value)


def why_waiting(database: Database, session: Session, job: Job) -> str | None:
    """In Indonesian, what keeps a job from being sent; None when nothing but its `due_at` does."""
    return why_each_waits(database, session, [job]).get(job.id)


def why_each_waits(database: Database, session: Session, jobs: Sequence[Job]) -> dict[int, str]:
    """The same for each of these jobs, by its id, with as many questions as for one."""
    if not jobs:
        return {}
    before = first_blockers(session, [job.id for job in jobs])
    clinics = {job.faskes for job in jobs}
    by_hand = holds_at(session, database.clock(), clinics)
    held = _held_services(session, clinics)
    said = {
        job.id: _in_chain(before.get(job.id)) or _by_hand(database, job, by_hand) or _stopped(job, held)
        for job in jobs
    }
    return {job_id: why for job_id, why in said.items() if why is not None}


def _held_services(session: Session, clinics: set[str]) -> dict[tuple[str, str, str], ServiceState]:
    stopped = select(ServiceState).where(ServiceState.faskes.in_(clinics), ServiceState.state.in_(_HELD))
    return {(row.faskes, row.service, row.jenis): row for row in session.scalars(stopped)}


def _in_chain(before: Job | None) -> str | None:
    if before is None:
        return None
    waits = "menunggu pasien" if before.reason == Reason.NEEDS_SCREENING else before.status
    return f"menunggu {before.jenis} #{before.id} ({waits})"


def _by_hand(database: Database, job: Job, by_hand: Sequence[HoldRow]) -> str | None:
    row = first_that_holds(by_hand, ClinicService(job.faskes, job.service, job.jenis), job.id)
    return f"{what_is_held(row)} {held_by(database, row)}" if row is not None else None


def _stopped(job: Job, held: dict[tuple[str, str, str], ServiceState]) -> str | None:
    for jenis in (WHOLE, job.jenis):
        row = held.get((job.faskes, job.service, jenis))
        if row is not None:
            return f"{named(row.service, jenis)} {state_words(jenis, row.state)}: {row.reason}"
    return None
