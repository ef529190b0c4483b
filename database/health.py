"""Whether a clinic's service answers: opens after failures in a row, one probe at a time, closes on success.

The state is kept in `services`, shared by all dispatchers.

    closed ──3 failures in a row──► open ──a probe was answered──► half-open ──a job was answered──► closed
                                     ▲                                │
                                     └──────── the job failed ────────┘
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import cache

from sqlalchemy import Select, bindparam, select, update
from sqlalchemy.dialects.postgresql import insert as postgresql_insert
from sqlalchemy.dialects.sqlite import insert as sqlite_insert
from sqlalchemy.orm import Session

from bpjs_client.jenis import Service
from database.engine import Database
from database.models import Job, ServiceState, readable
from database.outages import begin, end
from database.status import Status
from database.wakeup import announce

CLOSED, OPEN, HALF_OPEN, PAUSED = "closed", "open", "half-open", "paused"
FAILURES_TO_OPEN = 3
# How long a probe, or the one job let through, may take before another dispatcher tries instead.
ATTENDED = timedelta(seconds=90)
# What a job waits for when it could not be delivered because its service was down (reasons of `jobs`).
NOT_SENT, NO_ANSWER, UNCLEAR = "tidak-terkirim", "tanpa-jawaban", "belum-jelas"
POSTPONED_BY_OUTAGE = (NOT_SENT, NO_ANSWER, UNCLEAR)


@dataclass(frozen=True)
class Heard:
    """What one request told of its service: `trouble` is a failure in Indonesian, None means an answer."""

    trouble: str | None
    probe_in: timedelta = timedelta(0)  # until the first probe, when this failure opens the service


def note(session: Session, faskes: str, service: str, heard: Heard, now: datetime) -> None:
    """Take notice of an answer or a failure, inside the transaction that moves the job."""
    if heard.trouble is None:
        _note_answer(session, faskes, service, now)
    else:
        _note_failure(session, locked_service(session, faskes, service, now), heard, now)


def _note_answer(session: Session, faskes: str, service: str, now: datetime) -> None:
    # Most answers change nothing here, and then nothing is locked.
    asked = {"faskes": faskes, "service": service}
    known = session.connection().execute(_how_it_is(), asked).one_or_none()
    if known is None or known.state == PAUSED or (known.state == CLOSED and not known.failures):
        return
    row = locked_service(session, faskes, service, now)
    if row.state in {OPEN, HALF_OPEN}:
        _close(session, row, now)
    row.failures = 0


@cache
def _how_it_is() -> Select[tuple[str, int]]:
    """Built once: every answer asks it."""
    return select(ServiceState.state, ServiceState.failures).where(
        ServiceState.faskes == bindparam("faskes"), ServiceState.service == bindparam("service")
    )


def _note_failure(session: Session, row: ServiceState, heard: Heard, now: datetime) -> None:
    row.failures += 1
    was_up = row.state == CLOSED and row.failures >= FAILURES_TO_OPEN
    if not was_up and row.state != HALF_OPEN:
        return
    row.state, row.reason = OPEN, readable(heard.trouble or "")
    row.probe_at = now + heard.probe_in
    if was_up:
        row.since = now
        begin(session, row, now)


def take_probe(database: Database) -> tuple[str, Service] | None:
    """A service whose probe is due, for this caller alone; None when there is none.

    Raises DatabaseUnavailable.
    """
    with database.read() as session:
        if session.scalar(_due_probes(database.clock())) is None:
            return None
    with database.write() as session:
        now = database.clock()
        row = session.scalar(_due_probes(now).with_for_update(skip_locked=True))
        if row is None:
            return None
        row.probe_at = now + ATTENDED
        return row.faskes, Service(row.service)


def probe_is_due(session: Session, now: datetime) -> bool:
    """Whether a service waits for a probe."""
    return session.scalar(_due_probes(now)) is not None


def probe_answered(database: Database, faskes: str, service: Service) -> None:
    """The service answers again: one job may try it; where none waits it is closed at once.

    Raises DatabaseUnavailable.
    """
    with database.write() as session:
        now = database.clock()
        row = locked_service(session, faskes, service.value, now)
        if row.state not in {OPEN, HALF_OPEN}:
            return
        if _bring_forward(session, row, now):
            row.state, row.probe_at = HALF_OPEN, now + ATTENDED
        else:
            _close(session, row, now)


def probe_failed(
    database: Database, faskes: str, service: Service, why: str, *, waits: Sequence[timedelta]
) -> None:
    """Still down: the next probe comes later, by the table of waits. Raises DatabaseUnavailable."""
    with database.write() as session:
        row = locked_service(session, faskes, service.value, database.clock())
        if row.state not in {OPEN, HALF_OPEN}:
            return
        row.state, row.reason = OPEN, readable(why)
        row.probes += 1
        row.probe_at = database.clock() + waits[min(row.probes, len(waits) - 1)]


def bring_probes_forward(database: Database, service: Service, faskes: Sequence[str]) -> None:
    """These clinics' probes of a service that is down for them are due now. Raises DatabaseUnavailable."""
    if not faskes:
        return
    with database.write() as session:
        now = database.clock()
        session.execute(
            update(ServiceState)
            .where(ServiceState.service == service.value, ServiceState.faskes.in_(faskes))
            .where(ServiceState.state == OPEN, ServiceState.probe_at > now)
            .values(probe_at=now)
        )


def is_well(database: Database, faskes: str, service: Service) -> bool:
    """Whether the service is not in trouble just now. Raises DatabaseUnavailable."""
    with database.read() as session:
        row = session.get(ServiceState, (faskes, service.value))
        return row is None or (row.state == CLOSED and not row.failures)


def half_open_services(session: Session) -> set[tuple[str, str]]:
    """The services that take one job at a time now; locked, so that two claims cannot each take one."""
    rows = session.scalars(select(ServiceState).where(ServiceState.state == HALF_OPEN).with_for_update())
    return {(row.faskes, row.service) for row in rows}


def locked_service(session: Session, faskes: str, service: str, now: datetime) -> ServiceState:
    """The row of a service, for this transaction alone; made when nothing was ever said about it."""
    row = session.get(ServiceState, (faskes, service), with_for_update=True)
    if row is None:
        insert = sqlite_insert if session.get_bind().dialect.name == "sqlite" else postgresql_insert
        fresh = {"faskes": faskes, "service": service, "state": CLOSED, "since": now}
        # Two failures at once would both insert it.
        session.execute(insert(ServiceState).values(fresh).on_conflict_do_nothing())
        row = session.get_one(ServiceState, (faskes, service), with_for_update=True)
    return row


def _due_probes(now: datetime) -> Select[tuple[ServiceState]]:
    return (
        select(ServiceState)
        .where(ServiceState.state.in_([OPEN, HALF_OPEN]), ServiceState.probe_at <= now)
        .limit(1)
    )


def _close(session: Session, row: ServiceState, now: datetime) -> None:
    row.state, row.since, row.reason, row.probe_at = CLOSED, now, None, None
    row.probes = row.failures = 0
    end(session, row, now)
    _bring_forward(session, row, now)


def _bring_forward(session: Session, row: ServiceState, now: datetime) -> int:
    """Everything that the outage postponed is due, in the order in which it was handed over."""
    waiting = [Status.MENUNGGU.value, Status.TIDAK_PASTI.value]
    mine = (Job.faskes == row.faskes, Job.service == row.service, Job.status.in_(waiting))
    session.execute(
        update(Job)
        .where(*mine, Job.reason.in_(POSTPONED_BY_OUTAGE), Job.due_at > Job.created_at)
        .values(due_at=Job.created_at)
        .execution_options(synchronize_session=False)
    )
    announce(session)
    return session.scalar(select(Job.id).where(*mine, Job.due_at <= now).limit(1)) or 0
