"""Jobs were delivered: what that changes for other jobs of their chains."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from bpjs_client.jenis import NUMBERED, Jenis
from database.jobs.corrections import mark_replaced
from database.jobs.revival import revive_refused


@dataclass(frozen=True)
class Delivered:
    """A job that BPJS has now; `corrects`: the job whose content it replaced there."""

    job_id: int
    jenis: Jenis
    corrects: int | None


def when_delivered(session: Session, delivered: Sequence[Delivered], now: datetime) -> None:
    """Send again what was refused for lack of them, and mark what they replaced at BPJS."""
    for jenis in dict.fromkeys(each.jenis for each in delivered):
        revive_refused(session, [each.job_id for each in delivered if each.jenis is jenis], jenis, now)
    for each in delivered:
        if each.corrects is not None and each.jenis in NUMBERED:
            mark_replaced(session, each.job_id, now)
