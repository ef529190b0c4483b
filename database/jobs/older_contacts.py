"""Jobs that are older than the columns of the KBK report are filled in, a clinic's month at a time.

Their bodies are sealed, so that no migration can read them. Whoever reports a month has it done before; after
that there is nothing left to do, and one look at an index says so.
"""

from collections.abc import Collection
from datetime import date
from functools import partial
from typing import Any

from sqlalchemy import bindparam, select, text, update
from sqlalchemy.orm import Session

from bpjs_client.contact import Contact, contact_of
from bpjs_client.jenis import NUMBERED
from database.storage.engine import Database
from database.storage.models import OF_PCARE, Job
from database.storage.participant import participant_of

BATCH = 500  # rows per transaction; dispatchers go on between two

_JOBS: Any = Job.__table__
_CREATIONS = sorted(jenis.value for jenis in NUMBERED)


def fill_contacts(database: Database, first: date, last: date, clinics: Collection[str]) -> int:
    """Fill in the contacts of the visits of these days; how many were. Raises DatabaseUnavailable."""
    filled = 0
    while True:
        with database.read(patient=True) as session:
            older = _older(session, first, last, clinics)
        if not older:
            return filled
        with database.write(patient=True) as session:
            # Whoever corrected a body meanwhile has said what its contact is.
            still = (_JOBS.c.id == bindparam("the_id")) & _JOBS.c.kontak.is_(None)
            session.connection().execute(update(_JOBS).where(still), older)
        filled += len(older)


def _older(session: Session, first: date, last: date, clinics: Collection[str]) -> list[dict[str, Any]]:
    of_month = (
        text(OF_PCARE),
        Job.faskes.in_(sorted(clinics)),
        Job.tgl_daftar.between(first, last),
        Job.jenis.in_(_CREATIONS),
        Job.kontak.is_(None),
    )
    wanted = select(Job.id, Job.faskes, Job.body).where(*of_month).limit(BATCH)
    return [
        {
            "the_id": job_id,
            "peserta": participant_of(body or {}, partial(str, faskes)),
            "kontak": (contact_of(body or {}) or Contact.UNCLEAR).value,
        }
        for job_id, faskes, body in session.execute(wanted)
    ]
