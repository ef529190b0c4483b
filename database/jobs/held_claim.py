"""A job in hand is held by one claim, and only whoever shows that claim may change the job."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, Table, bindparam, select, update
from sqlalchemy.orm import Session
from sqlalchemy.sql.dml import ReturningUpdate

from database.errors import JobNotFound, LeaseLost
from database.status import Status
from database.storage.models import Job

_jobs = cast(Table, Job.__table__)
# How a counter changes with the value given: most grow by it; `waits` grows by one at 1 and falls to 0 at 0.
_COUNTERS: dict[str, Callable[[ColumnElement[int], ColumnElement[int]], ColumnElement[int]]] = {
    "attempts": lambda counter, given: counter + given,
    "version": lambda counter, given: counter + given,
    "waits": lambda counter, given: (counter + 1) * given,
}


@dataclass(frozen=True)
class Claim:
    """One claim of a job: its owner, and the number that the job's row gave it.

    The number grows with each claim of the job, so that an earlier one of the same owner is told from it.
    """

    job_id: int
    owner: str
    token: int


class Held(NamedTuple):
    """The columns of a job in hand that tell where it belongs."""

    faskes: str
    rantai: str
    service: str
    jenis: str
    corrects: int | None


def hold(session: Session, claim: Claim, **changes: Any) -> Held:
    """Change the job, provided this claim still holds it; it is locked until the transaction ends.

    A lease that ran out lets others take the job; until one does, the claim is good. `changes` are new
    values; for counters what is done to them (see `_COUNTERS`).
    Raises JobNotFound, LeaseLost.
    """
    values = bound(changes) | {"the_job": claim.job_id, "the_owner": claim.owner, "the_token": claim.token}
    row = session.connection().execute(_holding(tuple(changes)), values).one_or_none()
    if row is not None:
        return Held(*row)
    if session.scalar(select(Job.id).where(Job.id == claim.job_id)) is None:
        raise JobNotFound(claim.job_id)
    raise LeaseLost(claim.job_id)


def held_job(session: Session, claim: Claim) -> Job:
    """The job, provided this claim still holds it. Raises JobNotFound, LeaseLost."""
    job = session.get(Job, claim.job_id)
    if job is None:
        raise JobNotFound(claim.job_id)
    if (job.status, job.lease_owner, job.claim) != (Status.PROSES, claim.owner, claim.token):
        raise LeaseLost(claim.job_id)
    return job


@cache
def _holding(columns: tuple[str, ...]) -> ReturningUpdate[tuple[str, str, str, str, int | None]]:
    """Built once for each set of columns: building it costs more than running it."""
    table = _jobs.c
    values = {name: _change(name) for name in columns} or {"lease_owner": table.lease_owner}
    return (
        update(_jobs)
        .where(table.id == bindparam("the_job"), table.status == Status.PROSES.value)
        .where(table.lease_owner == bindparam("the_owner"), table.claim == bindparam("the_token"))
        .values(values)
        .returning(table.faskes, table.rantai, table.service, table.jenis, table.corrects)
    )


def _change(name: str) -> ColumnElement[Any]:
    given: ColumnElement[Any] = bindparam(f"b_{name}", type_=_jobs.c[name].type)
    return _COUNTERS[name](_jobs.c[name], given) if name in _COUNTERS else given


def bound(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values by the names of their parameters; a parameter may not be called like its column."""
    return {f"b_{name}": value for name, value in values.items()}
