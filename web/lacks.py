"""What a stored job still lacks, for the sidebar and the editor; answered from this clinic's own tables."""

from collections.abc import Sequence
from typing import Any

from bpjs_client.bodies import FieldError
from database.errors import MoveRefused
from database.status import Status
from database.views.edited import JobToEdit, job_to_edit
from tasks.readiness.case import stored
from tasks.readiness.finding import Finding
from web.visitor import Visitor

_OPEN = frozenset({Status.MENUNGGU, Status.GAGAL})
# Hints that the sidebar of a job shows in other ways, or that tell nothing of this very job.
_ELSEWHERE = frozenset({"belum-dapat-dinilai", "pendahulu-menunggu"})


def lacks_of(by: Visitor, job_id: int, status: str) -> list[Finding]:
    """What a job that waits or failed still lacks; nothing of any other.

    Raises JobNotFound (theirs it is not), DatabaseUnavailable.
    """
    if status not in _OPEN:
        return []
    try:
        job = job_to_edit(by.database, job_id, by.sees)
    except MoveRefused:  # the body stored here is another job's
        return []
    return [each for each in lacks_when_edited(by, job, job.body) if each.rule not in _ELSEWHERE]


def lacks_when_edited(by: Visitor, job: JobToEdit, body: dict[str, Any]) -> list[Finding]:
    """What the job would lack with this body. Raises DatabaseUnavailable."""
    return by.desk.readiness.lack_of(stored(job, body))


def wrong_fields(findings: Sequence[Finding]) -> list[FieldError]:
    """The fields that are surely wrong: they are shown beside themselves, and nothing is sent with them."""
    return [FieldError(each.field, each.says) for each in findings if _is_beside_field(each)]


def others(findings: Sequence[Finding]) -> list[Finding]:
    """What is not said beside a field."""
    return [each for each in findings if not _is_beside_field(each)]


def _is_beside_field(finding: Finding) -> bool:
    return finding.is_certain and bool(finding.field)
