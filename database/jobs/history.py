"""A person's word that moves a job becomes a row of its history, with who said it and why."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy.orm import Session

from database.jobs.attempts import append_attempt
from database.storage.models import JsonObject
from database.vocabulary import Outcome


@dataclass(frozen=True)
class Word:
    """A person's word: who says it and why; with a correction also the body and every changed field."""

    by: str | None
    reason: str | None
    flow_run_id: UUID | None = None
    body: JsonObject | None = field(default=None, repr=False)
    changes: Any | None = field(default=None, repr=False)


def append_word(session: Session, job_id: int, outcome: Outcome, word: Word, now: datetime) -> None:
    """One more row of the job's history, within the transaction that moves the job."""
    append_attempt(
        session,
        job_id,
        started_at=now,
        finished_at=now,
        outcome=outcome,
        request=word.body,
        flow_run_id=word.flow_run_id,
        requested_by=word.by or None,
        reason=word.reason or None,
        changes=word.changes or None,
    )
