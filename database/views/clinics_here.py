"""The clinics that somebody who sees all of them can choose from."""

from sqlalchemy import select

from database.faskes_name import UTAMA, Known
from database.storage.engine import Database
from database.storage.models import ServiceState


def clinics_here(database: Database, known: Known) -> list[str]:
    """Those of the file, and those for which something was ever sent. Raises DatabaseUnavailable."""
    with database.read() as session:
        served = session.scalars(select(ServiceState.faskes.distinct())).all()
    return sorted({*served, *(known if known is not None else (UTAMA,))})
