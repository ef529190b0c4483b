"""The state of clinics' services, and what is held of each, for people who decide whether to pause them."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy import select

from bpjs_client.jenis import Service
from database.services.clinic_service import WHOLE
from database.services.holds import NO_JOB, holds_at
from database.services.state_words import state_words
from database.services.states import State
from database.storage.engine import Database
from database.storage.models import HoldRow, ServiceState


@dataclass(frozen=True)
class Part:
    """A service, or one jenis of it. `stopped`: its row, where delivery found that it does not flow."""

    jenis: str
    stopped: ServiceState | None
    hold: HoldRow | None

    @property
    def flows(self) -> bool:
        """Whether nothing keeps its jobs back."""
        return self.stopped is None and self.hold is None

    @property
    def words(self) -> str:
        """In Indonesian, how it stands, a person's hold first."""
        if self.hold is not None:
            return "dijeda"
        return state_words(self.jenis, self.stopped.state if self.stopped else State.CLOSED)


@dataclass(frozen=True)
class ServiceOverview:
    """One service of one clinic. `since`: when its present state began; None: nothing was ever said of it."""

    faskes: str
    service: Service
    whole: Part
    parts: list[Part]
    since: datetime | None
    jobs: list[HoldRow] = field(default_factory=list)


def service_overviews(database: Database, clinics: Sequence[str]) -> list[ServiceOverview]:
    """Both services of each of these clinics, in their order. Raises DatabaseUnavailable."""
    with database.read() as session:
        states = session.scalars(select(ServiceState).where(ServiceState.faskes.in_(clinics))).all()
        by_hand = holds_at(session, database.clock(), clinics)
    return [_overview(faskes, service, states, by_hand) for faskes in clinics for service in Service]


def _overview(
    faskes: str, service: Service, states: Sequence[ServiceState], by_hand: Sequence[HoldRow]
) -> ServiceOverview:
    rows = {row.jenis: row for row in states if (row.faskes, row.service) == (faskes, service)}
    mine = [row for row in by_hand if (row.faskes, row.service) == (faskes, service)]
    held = {row.jenis: row for row in mine if row.job_id == NO_JOB}
    stopped = {jenis: row for jenis, row in rows.items() if row.state != State.CLOSED}
    parts = [
        Part(jenis, stopped.get(jenis), held.get(jenis)) for jenis in sorted({*stopped, *held} - {WHOLE})
    ]
    return ServiceOverview(
        faskes,
        service,
        Part(WHOLE, stopped.get(WHOLE), held.get(WHOLE)),
        parts,
        rows[WHOLE].since if WHOLE in rows else None,
        [row for row in mine if row.job_id != NO_JOB],
    )
