"""The failed jobs that a filter finds, in the order in which they must be sent again."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from database.engine import Database
from database.models import Job
from database.monitor import Filter, conditions
from database.status import Status


@dataclass(frozen=True)
class FailedJob:
    """What a list of failed jobs shows; its repr names nobody."""

    id: int
    tanggal: str
    jenis: str
    norm: str
    message: str = field(repr=False)
    body: Mapping[str, Any] = field(repr=False)


def failed_jobs(database: Database, chosen: Filter) -> list[FailedJob]:
    """Day by day and chain by chain, a creation before what builds on it. Raises DatabaseUnavailable."""
    query = (
        select(Job.id, Job.tanggal, Job.jenis, Job.norm, Job.message, Job.body)
        .where(*conditions(chosen), Job.status == Status.GAGAL.value)
        .order_by(Job.tanggal, Job.rantai, Job.service, Job.position, Job.id)
    )
    with database.read() as session:
        return [
            FailedJob(row.id, row.tanggal.isoformat(), row.jenis, row.norm, row.message or "", row.body)
            for row in session.execute(query)
        ]
