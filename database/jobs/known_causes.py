"""Which causes of failures were never seen before, in this installation."""

from collections.abc import Collection
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from database.errors import ConstraintViolated
from database.storage.engine import Database
from database.storage.models import KnownCause

_NEWS = timedelta(days=1)


def new_causes(database: Database, keys: Collection[str]) -> set[str]:
    """Those of these causes that were seen for the first time within a day; each is remembered from now on.

    Raises DatabaseUnavailable.
    """
    now = database.clock()
    with database.read() as session:
        known = _known(session, keys)
    unknown = set(keys) - known.keys()
    if unknown:
        _remember(database, unknown, now)
    return unknown | {key for key, first_seen in known.items() if first_seen > now - _NEWS}


def _known(session: Session, keys: Collection[str]) -> dict[str, datetime]:
    return {
        row.key: row.first_seen for row in session.scalars(select(KnownCause).where(KnownCause.key.in_(keys)))
    }


def _remember(database: Database, keys: Collection[str], now: datetime) -> None:
    try:
        with database.write() as session:
            missing = sorted(set(keys) - _known(session, keys).keys())
            session.add_all(KnownCause(key=key, first_seen=now) for key in missing)
    except ConstraintViolated:  # somebody else looked at the same moment
        return
