"""Jobs that are older than the columns of the KBK report are filled in, a clinic's month at a time.

Their bodies are sealed, so that no migration can read them. Whoever reports a month has it done before; after
that there is nothing left to do, and one look at an index says so.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import BigInteger, String, bindparam, cast, column, select, text, update, values
from sqlalchemy.orm import Session

from bpjs_client.contact import Contact, contact_of
from bpjs_client.jenis import NUMBERED
from database.storage.dialect import changes_many_at_once
from database.storage.engine import Database
from database.storage.models import OF_PCARE, Job, JsonObject, keyring_on
from database.storage.participant import participant_of
from database.storage.row_seal import is_foreign
from database.storage.sealing import Keyring

BATCH = 500  # rows per transaction; dispatchers go on between two

_JOBS: Any = Job.__table__
_CREATIONS = sorted(jenis.value for jenis in NUMBERED)


@dataclass(frozen=True)
class _Contact:
    """What is filled in for a job."""

    id: int
    peserta: int | None
    kontak: str


def fill_contacts(database: Database, first: date, last: date, clinics: Collection[str]) -> int:
    """Fill in the contacts of the visits of these days; how many were. Raises DatabaseUnavailable."""
    filled = 0
    while True:
        with database.read(patient=True) as session:
            older = _older(session, first, last, clinics)
        if not older:
            return filled
        with database.write(patient=True) as session:
            _fill(session, older)
        filled += len(older)


def _fill(session: Session, older: Sequence[_Contact]) -> None:
    """Store them; whoever corrected a body meanwhile has said what its contact is."""
    if not changes_many_at_once(session):
        still = (_JOBS.c.id == bindparam("the_id")) & _JOBS.c.kontak.is_(None)
        rows = [{"the_id": each.id, "peserta": each.peserta, "kontak": each.kontak} for each in older]
        session.connection().execute(update(_JOBS).where(still), rows)
        return
    columns = (column("id", BigInteger), column("peserta", BigInteger), column("kontak", String))
    found = values(*columns).data([(each.id, each.peserta, each.kontak) for each in older]).alias("found")
    # Cast, for where no job names a card PostgreSQL takes the column of nulls for text.
    session.execute(
        update(_JOBS)
        .where(_JOBS.c.id == found.c.id, _JOBS.c.kontak.is_(None))
        .values(peserta=cast(found.c.peserta, BigInteger), kontak=found.c.kontak)
    )


def _older(session: Session, first: date, last: date, clinics: Collection[str]) -> list[_Contact]:
    of_month = (
        text(OF_PCARE),
        Job.faskes.in_(sorted(clinics)),
        Job.tgl_daftar.between(first, last),
        Job.jenis.in_(_CREATIONS),
        Job.kontak.is_(None),
    )
    wanted = select(Job.id, Job.faskes, Job.body).where(*of_month).limit(BATCH)
    keyring = keyring_on(session.get_bind().dialect)
    return [_contact(keyring, *row) for row in session.execute(wanted)]


def _contact(keyring: Keyring, job_id: int, faskes: str, body: JsonObject | None) -> _Contact:
    """What the body says; nothing of one that is another job's."""
    own: JsonObject = {} if body is None or is_foreign(body, job_id) else body
    whose = participant_of(own, lambda: faskes)
    mark = None if whose is None else keyring.mark(whose.told())
    return _Contact(job_id, mark, (contact_of(own) or Contact.UNCLEAR).value)
