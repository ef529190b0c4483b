"""A job in hand is held by one claim, and only whoever shows that claim may change the job."""

from collections import defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple, cast

from sqlalchemy import ColumnElement, Select, Table, Update, bindparam, exists, func, select, update
from sqlalchemy.orm import Session, aliased

from database.errors import JobNotFound, LeaseLost
from database.services.clinic_service import WHOLE, ClinicService
from database.services.evidence import makes_a_difference
from database.status import Status
from database.storage.models import Attempt, Job, ServiceState
from database.storage.together import Alone

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
    """What is known of a job in hand when it is locked, in one question.

    `newest`: the number of its newest attempt. `is_awaited`: an answer makes a difference to its service, or
    to its jenis there. `chain_failed`: a job of its chain has failed.
    """

    faskes: str
    rantai: str
    service: str
    jenis: str
    corrects: int | None
    newest: int
    is_awaited: bool
    chain_failed: bool

    @property
    def who(self) -> ClinicService:
        """The clinic's service, and the jenis at it."""
        return ClinicService(self.faskes, self.service, self.jenis)


def hold(session: Session, claim: Claim, **changes: Any) -> Held:
    """Change the job, provided this claim still holds it; it is locked until the transaction ends.

    A lease that ran out lets others take the job; until one does, the claim is good. `changes` are new
    values; for counters what is done to them (see `_COUNTERS`).
    Raises JobNotFound, LeaseLost.
    """
    (held,) = hold_all(session, [claim], waits=True)
    if not isinstance(held, Held):
        raise held
    change_all(session, [(claim.job_id, changes)])
    return held


def hold_all(
    session: Session, claims: Sequence[Claim], *, waits: bool
) -> list[Held | JobNotFound | LeaseLost | Alone]:
    """Lock these jobs; of each, what is known of it, or why this claim does not hold it.

    One that somebody else has locked is waited for, or it is to be held alone.
    """
    ids = {"ids": [claim.job_id for claim in claims]}
    rows = {row.id: row for row in session.connection().execute(_locking(waits=waits), ids)}

    def found(claim: Claim) -> Held | JobNotFound | LeaseLost | Alone:
        row = rows.get(claim.job_id)
        if row is None:
            return JobNotFound(claim.job_id) if waits else Alone()
        if (row.status, row.lease_owner, row.claim) != (Status.PROSES, claim.owner, claim.token):
            return LeaseLost(claim.job_id)
        return Held(*row[len(_OF_THE_CLAIM) :])

    return [found(claim) for claim in claims]


def change_all(session: Session, changed: Iterable[tuple[int, Mapping[str, Any]]]) -> None:
    """Change jobs that this transaction has locked, each by its id; see `hold` for what changes are."""
    alike = defaultdict(list)
    for job_id, changes in changed:
        if changes:
            alike[tuple(changes)].append(bound(changes) | {"the_job": job_id})
    for columns, values in alike.items():
        session.connection().execute(_changing(columns), values)


_OF_THE_CLAIM = (_jobs.c.id, _jobs.c.status, _jobs.c.lease_owner, _jobs.c.claim)


def held_job(session: Session, claim: Claim) -> Job:
    """The job, provided this claim still holds it. Raises JobNotFound, LeaseLost."""
    job = session.get(Job, claim.job_id)
    if job is None:
        raise JobNotFound(claim.job_id)
    if (job.status, job.lease_owner, job.claim) != (Status.PROSES, claim.owner, claim.token):
        raise LeaseLost(claim.job_id)
    return job


@cache
def _locking(*, waits: bool) -> Select[Any]:
    """In the order of their ids, so that two who lock several never wait for each other."""
    table, failed, service, attempt = _jobs.c, aliased(Job), ServiceState, Attempt
    newest = select(func.coalesce(func.max(attempt.number), 0)).where(attempt.job_id == table.id)
    is_awaited = exists().where(
        service.faskes == table.faskes,
        service.service == table.service,
        service.jenis.in_([WHOLE, table.jenis]),
        makes_a_difference(),
    )
    chain_failed = exists().where(
        failed.faskes == table.faskes, failed.rantai == table.rantai, failed.status == Status.GAGAL.value
    )
    where = (table.faskes, table.rantai, table.service, table.jenis, table.corrects)
    return (
        select(*_OF_THE_CLAIM, *where, newest.scalar_subquery(), is_awaited, chain_failed)
        .where(table.id.in_(bindparam("ids", expanding=True)))
        .order_by(table.id)
        .with_for_update(of=_jobs, skip_locked=not waits)
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
