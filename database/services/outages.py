"""The times in which each service was down or paused: written down as it happens, counted by the report."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from database.storage.engine import Database
from database.storage.models import Outage, ServiceState


@dataclass(frozen=True)
class Interval:
    """An outage of a whole service, or the part of it that lies in the time asked for."""

    faskes: str
    service: str
    state: str
    began_at: datetime
    ended_at: datetime

    @property
    def hours(self) -> float:
        """How long it was, in hours."""
        return (self.ended_at - self.began_at).total_seconds() / 3600


def begin(session: Session, row: ServiceState, now: datetime) -> None:
    """Write down that a service or a jenis has just stopped; an outage under way ends with that."""
    end(session, row, now)
    about = {"faskes": row.faskes, "service": row.service, "jenis": row.jenis}
    session.add(Outage(**about, state=row.state, began_at=now, reason=row.reason))


def end(session: Session, row: ServiceState, now: datetime) -> None:
    """Write down that it goes on."""
    about = (Outage.faskes == row.faskes, Outage.service == row.service, Outage.jenis == row.jenis)
    session.execute(update(Outage).where(*about, Outage.ended_at.is_(None)).values(ended_at=now))


def outages(
    database: Database, since: datetime, until: datetime, *, only: Collection[str] | None = None
) -> Sequence[Interval]:
    """The outages of whole services between two instants, cut to them, oldest first.

    `only`: those of these clinics, None: of all.
    Raises DatabaseUnavailable.
    """
    going_on = or_(Outage.ended_at.is_(None), Outage.ended_at > since)
    query = select(Outage).where(Outage.jenis == "", Outage.began_at < until, going_on)
    if only is not None:
        query = query.where(Outage.faskes.in_(sorted(only)))
    with database.read() as session:
        return [_cut(row, since, until) for row in session.scalars(query.order_by(Outage.began_at))]


def _cut(row: Outage, since: datetime, until: datetime) -> Interval:
    began, ended = max(row.began_at, since), min(row.ended_at or until, until)
    return Interval(row.faskes, row.service, row.state, began, ended)
