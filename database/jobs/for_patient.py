"""Jobs that BPJS refused because their patient must act first: they wait, and hold up only that patient's.

Which jobs these are is written as the index has it (`jobs_for_patient`), or it would not be used.
"""

from sqlalchemy import ColumnElement, and_, literal_column, select
from sqlalchemy.orm import aliased

from database.status import Status
from database.storage.models import Job
from database.storage.patient_mark import may_agree
from database.vocabulary import Reason

_WAITS: ColumnElement[str] = literal_column(f"'{Status.MENUNGGU}'")
_SCREENING: ColumnElement[str] = literal_column(f"'{Reason.NEEDS_SCREENING}'")


def waits_for_patient(job: type[Job] = Job) -> ColumnElement[bool]:
    """True in SQL of a job that waits for its patient."""
    return and_(job.status == _WAITS, job.reason == _SCREENING)


def is_behind_a_patient(job: type[Job] = Job) -> ColumnElement[bool]:
    """True in SQL of a job before which, in its chain, another one of its patient waits for the patient."""
    before = aliased(Job)
    return (
        select(before.id)
        .where(
            before.faskes == job.faskes,
            before.rantai == job.rantai,
            waits_for_patient(before),
            before.service == job.service,
            before.position < job.position,
            may_agree(before.pasien, job.pasien),
        )
        .exists()
    )
