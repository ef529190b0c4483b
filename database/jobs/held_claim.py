"""A job in hand is held by one claim, and only whoever shows that claim may change the job."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, Select, Table, Update, bindparam, select, update
from sqlalchemy.orm import Session

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
    (held,) = hold_all(session, [claim])
    if isinstance(held, Exception):
        raise held
    change_all(session, [(claim.job_id, changes)])
    return held


def hold_all(session: Session, claims: Sequence[Claim]) -> list[Held | JobNotFound | LeaseLost]:
    """Lock these jobs; of each, where it belongs, or why this claim does not hold it."""
    ids = {"ids": [claim.job_id for claim in claims]}
    rows = {row.id: row for row in session.connection().execute(_locking(), ids)}

    def found(claim: Claim) -> Held | JobNotFound | LeaseLost:
        row = rows.get(claim.job_id)
        if row is None:
            return JobNotFound(claim.job_id)
        if (row.status, row.lease_owner, row.claim) != (Status.PROSES, claim.owner, claim.token):
            return LeaseLost(claim.job_id)
        return Held(row.faskes, row.rantai, row.service, row.jenis, row.corrects)

    return [found(claim) for claim in claims]


def change_all(session: Session, changed: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
    """Change jobs that this transaction has locked, each by its id; see `hold` for what changes are."""
    alike = defaultdict(list)
    for job_id, changes in changed:
        if changes:
            alike[tuple(changes)].append(bound(changes) | {"the_job": job_id})
    for columns, values in alike.items():
        session.connection().execute(_changing(columns), values)


def held_job(session: Session, claim: Claim) -> Job:
    """The job, provided this claim still holds it. Raises JobNotFound, LeaseLost."""
    job = session.get(Job, claim.job_id)
    if job is None:
        raise JobNotFound(claim.job_id)
    if (job.status, job.lease_owner, job.claim) != (Status.PROSES, claim.owner, claim.token):
        raise LeaseLost(claim.job_id)
    return job


@cache
def _locking() -> Select[Any]:
    """In the order of their ids, so that two who lock several never wait for each other."""
    table = _jobs.c
    told = (table.faskes, table.rantai, table.service, table.jenis, table.corrects)
    return (
        select(table.id, table.status, table.lease_owner, table.claim, *told)
        .where(table.id.in_(bindparam("ids", expanding=True)))
        .order_by(table.id)
        .with_for_update()
    )


@cache
def _changing(columns: tuple[str, ...]) -> Update:
    """Built once for each set of columns: building it costs more than running it."""
    values = {name: _change(name) for name in columns}
    return update(_jobs).where(_jobs.c.id == bindparam("the_job")).values(values)


def _change(name: str) -> ColumnElement[Any]:
    given: ColumnElement[Any] = bindparam(f"b_{name}", type_=_jobs.c[name].type)
    return _COUNTERS[name](_jobs.c[name], given) if name in _COUNTERS else given


def bound(values: Mapping[str, Any]) -> dict[str, Any]:
    """Values by the names of their parameters; a parameter may not be called like its column."""
    return {f"b_{name}": value for name, value in values.items()}
