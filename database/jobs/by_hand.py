"""A job is settled by hand: a person says that BPJS has it already, or that it is not needed."""

from collections.abc import Collection, Sequence
from enum import StrEnum

from bpjs_client.identifiers import without_identifiers
from database.errors import MoveRefused
from database.jobs.dependents import ask_about_dependents
from database.jobs.history import Word, append_word
from database.jobs.revival import revive_refused
from database.status import FINAL, Status
from database.storage.engine import Database
from database.storage.past_jobs import locked_job
from database.storage.wakeup import announce
from database.vocabulary import Outcome, Reason


class Settled(StrEnum):
    """What the person found out."""

    ALREADY_THERE = Reason.ALREADY_THERE.value
    NOT_NEEDED = Reason.NOT_NEEDED.value


CLOSABLE = frozenset({Status.TIDAK_PASTI, Status.GAGAL, Status.MENUNGGU})


def close_by_hand(
    database: Database,
    job_id: int,
    how: Settled,
    *,
    reason: str,
    by: str,
    clinics: Collection[str] | None = None,
) -> list[int]:
    """Make a job `ditutup`; who and why are appended to its history.

    What was refused for lack of it goes again when BPJS is said to have it. What waited for an addition that
    is said not to be needed is put before a person too; its ids are returned.

    A final one whose end a late answer contradicts stays final, and is looked into with this.
    `clinics`: those whose jobs the person may see; None: all.

    Raises JobNotFound, MoveRefused (already final, or in hand), DatabaseUnavailable.
    """
    with database.write() as session:
        job = locked_job(session, job_id, clinics)
        contradicted = job.status in FINAL and job.reason == Reason.CONTRADICTED
        if job.status not in CLOSABLE and not contradicted:
            raise MoveRefused(f"Pekerjaan {job_id} berstatus {job.status}: tidak dapat ditutup.")
        now = database.clock()
        append_word(session, job_id, Outcome.SETTLED_BY_HAND, Word(by, reason), now)
        if not contradicted:  # what is final stays final; it only leaves the list of what waits for a person
            job.status = Status.DITUTUP.value
        job.reason = how.value
        job.message = without_identifiers(f"{how.value}: {reason} ({by})", job.body)
        job.updated_at = now
        job.version += 1
        if how is Settled.ALREADY_THERE:
            revive_refused(session, job_id, job.jenis, now)
        asked_about = (
            [] if contradicted or how is not Settled.NOT_NEEDED else ask_about_dependents(session, job, now)
        )
        announce(session)
        return [each.id for each in asked_about]


def say_asked_about(job_ids: Sequence[int]) -> str:
    """In Indonesian, what waited for the closed job; empty when nothing did."""
    if not job_ids:
        return ""
    numbers = ", ".join(f"#{job_id}" for job_id in job_ids)
    return f"Yang menunggunya kini gagal dan perlu diputuskan, kirim ulang atau tutup: {numbers}."
