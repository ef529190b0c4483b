"""Finds the jobs that may be sent now behind given doors; on PostgreSQL all doors in one question."""

from collections.abc import Mapping
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
    column,
    func,
    select,
    text,
)
from sqlalchemy.orm import Session

from database.chain import is_blocked
from database.doors import Door
from database.models import WAITING, Job, UtcDateTime
from database.status import Status

# The reason of a `tidak_pasti` job that no look-up can settle: a person must say whether BPJS has it.
NEEDS_PERSON = "perlu-orang"

Found = list[tuple[Door, int]]


def pick(session: Session, asked: Mapping[Door, int], now: datetime) -> Found:
    """Of each door up to so many jobs, its oldest due first; locked, and without what others have locked.

    Of a chain no more than one: two may be due together, for what is to be looked up needs no turn.
    """
    if session.get_bind().dialect.name == "sqlite":
        rows = [
            (door, job_id, rantai)
            for door, most in asked.items()
            for job_id, rantai in session.execute(
                _of_one_door(), {**door._asdict(), "most": most, "now": now}
            )
        ]
    else:
        found = session.execute(_of_all_doors(locked=True), _as_arrays(asked) | {"now": now})
        rows = [(Door(faskes, service), job_id, rantai) for faskes, service, job_id, rantai in found]
    oldest: dict[tuple[Door, str], int] = {}
    for door, job_id, rantai in rows:
        oldest.setdefault((door, rantai), job_id)
    return [(door, job_id) for (door, _), job_id in oldest.items()]


def pick_any(session: Session, asked: Mapping[Door, int], now: datetime) -> bool:
    """Whether one of these doors has a job that may be sent."""
    if session.get_bind().dialect.name == "sqlite":
        asking = ({**door._asdict(), "most": 1, "now": now} for door in asked)
        return any(session.scalar(_of_one_door(), each) is not None for each in asking)
    values = _as_arrays(asked) | {"now": now}
    return session.execute(_of_all_doors(locked=False).limit(1), values).first() is not None


def _as_arrays(asked: Mapping[Door, int]) -> dict[str, Any]:
    faskes, service = [door.faskes for door in asked], [door.service for door in asked]
    return {"faskes": faskes, "service": service, "most": list(asked.values())}


def _may_be_sent() -> ColumnElement[bool]:
    for_nobody = and_(Job.status == Status.TIDAK_PASTI.value, Job.reason.is_not_distinct_from(NEEDS_PERSON))
    return and_(
        text(f"jobs.{WAITING}"),  # literally as the index says it, or the index is not used
        ~for_nobody,
        Job.due_at <= bindparam("now", type_=UtcDateTime),
        ~is_blocked(Job),
    )


@cache
def _of_one_door() -> Select[tuple[int, str]]:
    """Built once: building it costs more than running it."""
    return (
        select(Job.id, Job.rantai)
        .where(Job.faskes == bindparam("faskes"), Job.service == bindparam("service"), _may_be_sent())
        .order_by(Job.due_at, Job.id)
        .limit(bindparam("most", type_=Integer))
    )


@cache
def _of_all_doors(*, locked: bool) -> Select[tuple[str, str, int, str]]:
    lists = [bindparam(name, type_=ARRAY(of)) for name, of in _ARRAYS.items()]
    doors = func.unnest(*lists).table_valued(*(column(name, of) for name, of in _ARRAYS.items()))
    door = doors.render_derived(name="door")
    due = (
        select(Job.id, Job.rantai)
        .where(Job.faskes == door.c.faskes, Job.service == door.c.service, _may_be_sent())
        .order_by(Job.due_at, Job.id)
        .limit(door.c.most)
    )
    found = (due.with_for_update(skip_locked=True, of=Job) if locked else due).lateral("found")
    columns = (door.c.faskes, door.c.service, found.c.id, found.c.rantai)
    return select(*columns).select_from(door.join(found, text("true")))


_ARRAYS: dict[str, Any] = {"faskes": String, "service": String, "most": Integer}
