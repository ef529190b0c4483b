"""The jobs of given services that may be sent now; on PostgreSQL one query finds those of all services."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from functools import cache
from typing import Any

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    Integer,
    Select,
    String,
    and_,
    bindparam,
    cast,
    column,
    func,
    or_,
    select,
    text,
)
from sqlalchemy.orm import Session

from database.jobs.chain import is_blocked
from database.jobs.fair_shares import NO_LIMIT, Limit
from database.services.clinic_service import ClinicService
from database.status import Status
from database.storage.dialect import asks_many_at_once
from database.storage.models import WAITING, Job, UtcDateTime
from database.vocabulary import Reason

Found = list[tuple[ClinicService, int]]  # the service and the id of each job found
Place = Callable[[ColumnElement[str], ColumnElement[str]], ColumnElement[int]]


def pick(
    session: Session,
    asked: Mapping[ClinicService, int],
    now: datetime,
    limits: Mapping[ClinicService, Limit],
) -> Found:
    """Find up to so many jobs of each service as is `asked` of it, those that are longest due first.

    The jobs are locked for this transaction; those that another one has locked are passed by.

    Of a chain no more than one is found: two may be due together, for a job that is only to be looked up need
    not await its turn.
    """
    if asks_many_at_once(session):
        values = _as_arrays(asked, limits) | {"now": now}
        found = session.execute(_of_all_services(locked=True), values)
        rows = [(ClinicService(faskes, service), *more) for faskes, service, *more in found]
    else:
        rows = [
            (service, *found)
            for service, most in asked.items()
            for found in session.execute(_of_one_service(), _asking(service, most, limits) | {"now": now})
        ]
    oldest: dict[tuple[ClinicService, str], int] = {}
    alone: set[tuple[ClinicService, str]] = set()
    for service, job_id, rantai, jenis in rows:
        if jenis in limits.get(service, NO_LIMIT).alone:
            if (service, jenis) in alone:
                continue
            alone.add((service, jenis))
        oldest.setdefault((service, rantai), job_id)
    return [(service, job_id) for (service, _), job_id in oldest.items()]


def pick_any(
    session: Session,
    asked: Mapping[ClinicService, int],
    now: datetime,
    limits: Mapping[ClinicService, Limit],
) -> bool:
    """Whether one of these services has a job that may be sent."""
    if not asks_many_at_once(session):
        asking = (_asking(service, 1, limits) | {"now": now} for service in asked)
        return any(session.execute(_of_one_service(), each).first() is not None for each in asking)
    values = _as_arrays(asked, limits) | {"now": now}
    return session.execute(_of_all_services(locked=False).limit(1), values).first() is not None


def _asking(service: ClinicService, most: int, limits: Mapping[ClinicService, Limit]) -> dict[str, Any]:
    limit = limits.get(service, NO_LIMIT)
    return {
        "faskes": service.faskes,
        "service": service.service,
        "most": most,
        "never": _listed(limit.never),
        "looked_up": _listed(limit.looked_up),
        "but": _listed(limit.but),
    }


def _listed(values: Collection[object]) -> str:
    """The values as `,a,b,`, a text in which both kinds of database can look for one of them."""
    return f",{','.join(map(str, sorted(map(str, values))))}," if values else ""


def _as_arrays(asked: Mapping[ClinicService, int], limits: Mapping[ClinicService, Limit]) -> dict[str, Any]:
    each = [_asking(service, most, limits) for service, most in asked.items()]
    return {name: [values[name] for values in each] for name in _ARRAYS}


def may_be_sent() -> ColumnElement[bool]:
    """The condition that a job is due by `:now` and waits neither for a person nor for its chain."""
    for_nobody = and_(
        Job.status == Status.TIDAK_PASTI.value, Job.reason.is_not_distinct_from(Reason.NEEDS_PERSON)
    )
    return and_(
        text(f"jobs.{WAITING}"),  # word for word as the index has it, or it is not used
        ~for_nobody,
        Job.due_at <= bindparam("now", type_=UtcDateTime),
        ~is_blocked(Job),
    )


@cache
def _of_one_service() -> Select[tuple[int, str, str]]:
    """Built once: building it costs more than running it."""
    return (
        select(Job.id, Job.rantai, Job.jenis)
        .where(Job.faskes == bindparam("faskes"), Job.service == bindparam("service"), may_be_sent())
        .where(*_within(bindparam("never"), bindparam("looked_up"), bindparam("but"), func.instr))
        .order_by(Job.due_at, Job.id)
        .limit(bindparam("most", type_=Integer))
    )


@cache
def _of_all_services(*, locked: bool) -> Select[tuple[str, str, int, str, str]]:
    lists = [bindparam(name, type_=ARRAY(of)) for name, of in _ARRAYS.items()]
    services = func.unnest(*lists).table_valued(*(column(name, of) for name, of in _ARRAYS.items()))
    asked = services.render_derived(name="asked")
    due = (
        select(Job.id, Job.rantai, Job.jenis)
        .where(Job.faskes == asked.c.faskes, Job.service == asked.c.service, may_be_sent())
        .where(*_within(asked.c.never, asked.c.looked_up, asked.c.but, func.strpos))
        .order_by(Job.due_at, Job.id)
        .limit(asked.c.most)
    )
    found = (due.with_for_update(skip_locked=True, of=Job) if locked else due).lateral("found")
    columns = (asked.c.faskes, asked.c.service, found.c.id, found.c.rantai, found.c.jenis)
    return select(*columns).select_from(asked.join(found, text("true")))


_ARRAYS: dict[str, Any] = {
    "faskes": String,
    "service": String,
    "most": Integer,
    "never": String,
    "looked_up": String,
    "but": String,
}


def _within(
    never: ColumnElement[str], looked_up: ColumnElement[str], but: ColumnElement[str], place: Place
) -> tuple[ColumnElement[bool], ...]:
    """The limits of a service in SQL; `place` tells at which letter a text stands in another, 0: nowhere."""
    jenis, job_id = "," + Job.jenis + ",", "," + cast(Job.id, String) + ","
    is_look = Job.status == Status.TIDAK_PASTI.value
    return (
        place(never, jenis) == 0,
        or_(is_look, place(looked_up, jenis) == 0),
        place(but, job_id) == 0,
    )
