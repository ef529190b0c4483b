"""Finds the jobs that may be sent now behind given doors; on PostgreSQL all doors in one question."""

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
from database.jobs.fair_shares import NO_LIMIT, Door, Limit
from database.status import Status
from database.storage.models import WAITING, Job, UtcDateTime
from database.vocabulary import Reason

Found = list[tuple[Door, int]]
Place = Callable[[ColumnElement[str], ColumnElement[str]], ColumnElement[int]]


def pick(session: Session, asked: Mapping[Door, int], now: datetime, limits: Mapping[Door, Limit]) -> Found:
    """Of each door up to so many jobs, its oldest due first; locked, and without what others have locked.

    Of a chain no more than one: two may be due together, for what is to be looked up needs no turn.
    """
    if session.get_bind().dialect.name == "sqlite":
        rows = [
            (door, *found)
            for door, most in asked.items()
            for found in session.execute(_of_one_door(), _asking(door, most, limits) | {"now": now})
        ]
    else:
        values = _as_arrays(asked, limits) | {"now": now}
        found = session.execute(_of_all_doors(locked=True), values)
        rows = [(Door(faskes, service), *more) for faskes, service, *more in found]
    oldest: dict[tuple[Door, str], int] = {}
    alone: set[tuple[Door, str]] = set()
    for door, job_id, rantai, jenis in rows:
        if jenis in limits.get(door, NO_LIMIT).alone:
            if (door, jenis) in alone:
                continue
            alone.add((door, jenis))
        oldest.setdefault((door, rantai), job_id)
    return [(door, job_id) for (door, _), job_id in oldest.items()]


def pick_any(
    session: Session, asked: Mapping[Door, int], now: datetime, limits: Mapping[Door, Limit]
) -> bool:
    """Whether one of these doors has a job that may be sent."""
    if session.get_bind().dialect.name == "sqlite":
        asking = (_asking(door, 1, limits) | {"now": now} for door in asked)
        return any(session.execute(_of_one_door(), each).first() is not None for each in asking)
    values = _as_arrays(asked, limits) | {"now": now}
    return session.execute(_of_all_doors(locked=False).limit(1), values).first() is not None


def _asking(door: Door, most: int, limits: Mapping[Door, Limit]) -> dict[str, Any]:
    limit = limits.get(door, NO_LIMIT)
    return {
        **door._asdict(),
        "most": most,
        "never": _listed(limit.never),
        "looked_up": _listed(limit.looked_up),
        "but": _listed(limit.but),
    }


def _listed(values: Collection[object]) -> str:
    """`,a,b,`: in this form both databases tell whether one of them is there."""
    return f",{','.join(map(str, sorted(map(str, values))))}," if values else ""


def _as_arrays(asked: Mapping[Door, int], limits: Mapping[Door, Limit]) -> dict[str, Any]:
    each = [_asking(door, most, limits) for door, most in asked.items()]
    return {name: [values[name] for values in each] for name in _ARRAYS}


def may_be_sent() -> ColumnElement[bool]:
    """That a job is due by `:now`, waits for no person and for nothing of its chain."""
    for_nobody = and_(
        Job.status == Status.TIDAK_PASTI.value, Job.reason.is_not_distinct_from(Reason.NEEDS_PERSON)
    )
    return and_(
        text(f"jobs.{WAITING}"),  # literally as the index says it, or the index is not used
        ~for_nobody,
        Job.due_at <= bindparam("now", type_=UtcDateTime),
        ~is_blocked(Job),
    )


@cache
def _of_one_door() -> Select[tuple[int, str, str]]:
    """Built once: building it costs more than running it."""
    return (
        select(Job.id, Job.rantai, Job.jenis)
        .where(Job.faskes == bindparam("faskes"), Job.service == bindparam("service"), may_be_sent())
        .where(*_within(bindparam("never"), bindparam("looked_up"), bindparam("but"), func.instr))
        .order_by(Job.due_at, Job.id)
        .limit(bindparam("most", type_=Integer))
    )


@cache
def _of_all_doors(*, locked: bool) -> Select[tuple[str, str, int, str, str]]:
    lists = [bindparam(name, type_=ARRAY(of)) for name, of in _ARRAYS.items()]
    doors = func.unnest(*lists).table_valued(*(column(name, of) for name, of in _ARRAYS.items()))
    door = doors.render_derived(name="door")
    due = (
        select(Job.id, Job.rantai, Job.jenis)
        .where(Job.faskes == door.c.faskes, Job.service == door.c.service, may_be_sent())
        .where(*_within(door.c.never, door.c.looked_up, door.c.but, func.strpos))
        .order_by(Job.due_at, Job.id)
        .limit(door.c.most)
    )
    found = (due.with_for_update(skip_locked=True, of=Job) if locked else due).lateral("found")
    columns = (door.c.faskes, door.c.service, found.c.id, found.c.rantai, found.c.jenis)
    return select(*columns).select_from(door.join(found, text("true")))


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
    """The limits of a door in SQL; `place` tells at which letter a text stands in another, 0 for nowhere."""
    jenis, job_id = "," + Job.jenis + ",", "," + cast(Job.id, String) + ","
    is_look = Job.status == Status.TIDAK_PASTI.value
    return (
        place(never, jenis) == 0,
        or_(is_look, place(looked_up, jenis) == 0),
        place(but, job_id) == 0,
    )
