"""BPJS's words that the dictionary does not explain, counted, so that it grows by what is really said."""

from collections import Counter
from collections.abc import Iterator

from sqlalchemy import func, select

from bpjs_client.dictionary import entry_of
from bpjs_client.said_fields import fields_said
from bpjs_client.text_shape import shape_of, shape_of_field
from database.status import Status
from database.storage.engine import Database
from database.storage.models import Job
from database.views.report import Scope, in_scope
from database.vocabulary import Reason

MOST_MESSAGES = 5_000  # different ones, the newest; a clinic that has more has them of a few shapes
# The reasons of a failure whose message is BPJS's; the others are told in our own words.
_BPJS_SAYS = (
    Reason.REFUSED,
    Reason.NOT_FOUND,
    Reason.REFUSED_ALONE,
    Reason.WITHOUT_REGISTRATION,
    Reason.WITHOUT_ADD,
    Reason.NEEDS_SCREENING,
)


def unknown_texts(database: Database, scope: Scope) -> list[tuple[str, int]]:
    """The texts that no row of the dictionary explains, and how many jobs failed with each; the most first.

    Texts that differ only in numbers and names are one, and no number or name stands in it. A list of fields
    is counted field by field (`field: why`). Raises DatabaseUnavailable.
    """
    # The patient is grouped by too, for BPJS may name whom it refuses.
    said_of = (Job.message, Job.nama_pasien)
    failed = (
        select(*said_of, func.count())
        .where(
            *in_scope(scope),
            Job.status == Status.GAGAL.value,
            Job.reason.in_([reason.value for reason in _BPJS_SAYS]),
            Job.message.is_not(None),
        )
        .group_by(*said_of)
        .order_by(func.max(Job.updated_at).desc())
        .limit(MOST_MESSAGES)
    )
    counted: Counter[str] = Counter()
    with database.read(patient=True) as session:
        for message, patient, jobs in session.execute(failed):
            for shape in set(_unknown(message, patient)):
                counted[shape] += jobs
    return counted.most_common()


def _unknown(message: str, patient: str) -> Iterator[str]:
    named = fields_said(message)
    for error in named:
        if entry_of(f"{error.field}: {error.message}") is None:
            yield shape_of_field(error.field, error.message, patient)
    if not named and entry_of(message) is None:
        yield shape_of(message, patient)
