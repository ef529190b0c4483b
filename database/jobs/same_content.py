"""A kunci that comes again with other content than its job was handed over with is a mistake, and is told."""

from collections.abc import Collection
from typing import NamedTuple

from sqlalchemy import exists, select
from sqlalchemy.orm import Session

from database.jobs.body_changes import changes_between
from database.jobs.plain_json import storable
from database.storage.batches import batched
from database.storage.models import Attempt, Job, JsonObject
from database.storage.row_seal import is_foreign

_AT_ONCE = 500


class Content(NamedTuple):
    """What must be the same when a job is handed over again; the name, the day and the chain may differ."""

    jenis: str
    norm: str
    body: JsonObject


def is_other(one: Content, other: Content) -> bool:
    """Whether the two differ; the order of the fields does not matter, and 1.0 is 1."""
    named = (one.jenis, one.norm) != (other.jenis, other.norm)
    return named or bool(changes_between(storable(one.body), storable(other.body)))


def contents_as_handed_over(session: Session, ids: Collection[int]) -> dict[int, Content]:
    """Of these jobs those whose content is still the clinic's own, and it.

    What staff or a correction made of a job since is theirs, and what it was before is not kept as such.
    """
    edited = exists().where(Attempt.job_id == Job.id, Attempt.changes.is_not(None))
    wanted = select(Job.id, Job.jenis, Job.norm, Job.body).where(Job.corrects.is_(None), ~edited)
    found: dict[int, Content] = {}
    for part in batched(sorted(ids), _AT_ONCE):
        for job_id, *content in session.execute(wanted.where(Job.id.in_(part))):
            found[job_id] = Content(*content)
    return {job_id: content for job_id, content in found.items() if not is_foreign(content.body, job_id)}
