"""What failed, grouped by its cause: the job type, BPJS's code, and the field or words that it named."""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from hashlib import sha256
from typing import Any

from sqlalchemy import Select, func, select
from sqlalchemy.orm import Session

from bpjs_client.identifiers import without_identifiers
from bpjs_client.jenis import Jenis
from bpjs_client.said_fields import fields_said
from bpjs_client.text_shape import without_numbers
from database.status import Status
from database.storage.engine import Database
from database.storage.models import Job
from database.views.monitor import Filter, conditions

MOST_FAILED = 5_000  # so many of the newest are grouped; a clinic that has more has them of one or two causes


@dataclass(frozen=True)
class Cause:
    """Failed jobs that are alike; `says` is the message of the newest, fit for every screen.

    `key` names the group in a form. `fields`: the wire fields that BPJS, or our check, named.
    """

    key: str
    jenis: Jenis
    code: str
    fields: tuple[str, ...]
    says: str = field(repr=False)
    jobs: int
    newest: datetime


def causes(database: Database, chosen: Filter) -> list[Cause]:
    """The causes of what the filter finds failed, the newest first. Raises DatabaseUnavailable.

    Of more than MOST_FAILED only the newest are looked at.
    """
    with database.read() as session:
        failed = _failed(session, chosen).subquery().c
        newest = func.max(failed.updated_at)
        alike = (failed.jenis, failed.meta_code, failed.message)
        rows = session.execute(
            select(*alike, func.count(), newest).group_by(*alike).order_by(newest.desc())
        ).all()
    groups: dict[str, Cause] = {}
    for jenis, code, message, jobs, last in rows:
        fields, key = _alike(jenis, code, message)
        known = groups.get(key) or Cause(
            key, Jenis(jenis), code or "", fields, without_identifiers(message or ""), 0, last
        )
        groups[key] = replace(known, jobs=known.jobs + jobs)
    return list(groups.values())


def jobs_of_cause(database: Database, chosen: Filter, key: str) -> Sequence[int]:
    """The ids of the failed jobs of a group, oldest first. Raises DatabaseUnavailable."""
    with database.read() as session:
        rows = session.execute(_failed(session, chosen)).all()
    return [row.id for row in reversed(rows) if _alike(row.jenis, row.meta_code, row.message)[1] == key]


def _failed(session: Session, chosen: Filter) -> Select[Any]:
    """The newest that failed, of what the filter finds."""
    wanted = [*conditions(session, chosen), Job.status == Status.GAGAL.value]
    columns = (Job.id, Job.jenis, Job.meta_code, Job.message, Job.updated_at)
    return select(*columns).where(*wanted).order_by(Job.tanggal.desc(), Job.id.desc()).limit(MOST_FAILED)


def _alike(jenis: str, code: str | None, message: str | None) -> tuple[tuple[str, ...], str]:
    """The fields that a message names, and the key of its group: without fields, its words decide.

    Two messages that differ only in numbers, as of a queue or a card, have one cause.
    """
    fields = tuple(error.field for error in fields_said(message or ""))
    words = "" if fields else without_numbers(message or "")
    named = "\n".join((jenis, code or "", *fields, words))
    return fields, sha256(named.encode()).hexdigest()[:16]
