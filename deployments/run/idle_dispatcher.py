"""A run waits until its dispatcher is idle: nothing is due, nothing in hand."""

import time

from sqlalchemy import select

from database import Database
from database.jobs.claim import has_work
from database.status import Status
from database.storage.models import Job
from deployments.children.processes import Children

_LOOK_SECONDS = 0.5


def wait_until_settled(database: Database, children: Children, *, seconds: float) -> bool:
    """True when nothing is due or in hand, False after `seconds`. Raises as `Children.check`."""
    deadline = time.monotonic() + seconds
    while not is_settled(database):
        if time.monotonic() > deadline:
            return False
        children.pause(_LOOK_SECONDS)
    return True


def is_settled(database: Database) -> bool:
    """Whether no job could be claimed now and none is in hand. Raises DatabaseUnavailable."""
    with database.read() as session:
        held = session.scalar(select(Job.id).where(Job.status == Status.PROSES.value).limit(1))
    return held is None and not has_work(database)
