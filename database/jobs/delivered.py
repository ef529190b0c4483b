"""A job was delivered: what that changes for other jobs of its chain."""

from datetime import datetime

from sqlalchemy.orm import Session

from bpjs_client.jenis import NUMBERED, Jenis
from database.jobs.corrections import mark_replaced
from database.jobs.revival import revive_refused


def when_delivered(
    session: Session, job_id: int, jenis: Jenis, now: datetime, *, corrects: int | None
) -> None:
    """Send again what was refused for lack of it, and mark what it replaced at BPJS."""
    revive_refused(session, job_id, jenis.value, now)
    if corrects is not None and jenis in NUMBERED:
        mark_replaced(session, job_id, now)
