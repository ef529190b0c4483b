"""Webhooks of the clinics: made and removed by hand, sent by one process at a time, paused when they fail.

Each remembers the last change that it told (`Told`), so that nothing is left out and little is told twice.
"""

import base64
import secrets
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import NamedTuple

from sqlalchemy import or_, select, update
from sqlalchemy.orm import Session

from database.errors import WebhookRefused
from database.faskes_name import LONGEST_NAME, can_be_a_clinic
from database.storage.engine import Database
from database.storage.models import WebhookRow
from database.storage.row_seal import is_foreign

_PREFIX, _BYTES = "whsec_", 32
LEASE = timedelta(seconds=60)
PAUSED_AFTER = timedelta(days=1)


class Told(NamedTuple):
    """The last change that was told: its time, and the job's id."""

    at: datetime
    job_id: int


@dataclass(frozen=True)
class Webhook:
    """A webhook without its secret. `says`: why it failed last; `failures`: how often in a row."""

    id: int
    faskes: str
    url: str = field(repr=False)
    created_at: datetime
    due_at: datetime
    sent_at: datetime | None = None
    failures: int = 0
    says: str | None = None
    paused_at: datetime | None = None


@dataclass(frozen=True)
class Held:
    """A webhook that this process alone sends for now; `secret` is None where it cannot be believed."""

    id: int
    faskes: str
    url: str = field(repr=False)
    secret: bytes | None = field(repr=False)
    told: Told
    failures: int


def make_webhook(database: Database, faskes: str, url: str) -> tuple[Webhook, str]:
    """A new webhook, which tells what changes from now on, and its secret, which nobody can show again.

    Raises WebhookRefused, DatabaseUnavailable. Whether the address may be called is the caller's to check.
    """
    if not can_be_a_clinic(faskes):
        raise WebhookRefused(f"faskes harus 1 sampai {LONGEST_NAME} huruf yang dapat dicetak")
    secret = _PREFIX + base64.b64encode(secrets.token_bytes(_BYTES)).decode()
    with database.write() as session:
        now = database.clock()
        row = WebhookRow(
            faskes=faskes, url=url, created_at=now, told_at=now, told_job=0, failures=0, due_at=now
        )
        session.add(row)
        session.flush()
        row.secret = secret  # sealed with the row's id, which is known only now
        return _webhook(row), secret


def all_webhooks(database: Database) -> list[Webhook]:
    """Every webhook, the oldest first. Raises DatabaseUnavailable."""
    with database.read() as session:
        return [_webhook(row) for row in session.scalars(select(WebhookRow).order_by(WebhookRow.id))]


def remove_webhook(database: Database, webhook_id: int) -> Webhook:
    """Nothing more is told there. Raises WebhookRefused, DatabaseUnavailable."""
    with database.write() as session:
        row = _row(session, webhook_id)
        session.delete(row)
        return _webhook(row)


def resume_webhook(database: Database, webhook_id: int) -> Webhook:
    """Go on at once where it stopped, whatever failed before. Raises WebhookRefused, DatabaseUnavailable."""
    with database.write() as session:
        row = _row(session, webhook_id)
        row.paused_at = row.failing_since = None
        row.failures, row.due_at = 0, database.clock()
        return _webhook(row)


def due_webhooks(database: Database, owner: str) -> list[int]:
    """The ids of those that this owner might send now. Raises DatabaseUnavailable."""
    with database.read() as session:
        now = database.clock()
        free = or_(
            WebhookRow.lease_until.is_(None), WebhookRow.lease_until < now, WebhookRow.lease_owner == owner
        )
        due = WebhookRow.paused_at.is_(None), WebhookRow.due_at <= now, free
        return list(session.scalars(select(WebhookRow.id).where(*due).order_by(WebhookRow.id)))


def hold_webhook(database: Database, webhook_id: int, owner: str) -> Held | None:
    """Take it under a lease, at least half of which is left; None: somebody else was first.

    A lease that lasts is not written again: a look that finds nothing to tell changes no row.
    Raises DatabaseUnavailable.
    """
    with database.read() as session:
        row = session.get(WebhookRow, webhook_id)
        now = database.clock()
        if row is not None and row.lease_owner == owner and _lasts(row, now + LEASE / 2):
            return _held(row)
    with database.write() as session:
        row = session.get(WebhookRow, webhook_id, with_for_update=True)
        now = database.clock()
        is_others = row is not None and row.lease_owner != owner and _lasts(row, now)
        if row is None or row.paused_at is not None or row.due_at > now or is_others:
            return None
        row.lease_owner, row.lease_until = owner, now + LEASE
        return _held(row)


def release_webhooks(database: Database, owner: str) -> None:
    """Another process need not wait for this one's leases to run out. Raises DatabaseUnavailable."""
    with database.write() as session:
        session.execute(
            update(WebhookRow)
            .where(WebhookRow.lease_owner == owner)
            .values(lease_owner=None, lease_until=None),
            execution_options={"synchronize_session": False},
        )


def note_told(database: Database, held: Held, owner: str, told: Told) -> bool:
    """It was told up to this change; False: it is another's by now, or gone. Raises DatabaseUnavailable."""
    with database.write() as session:
        row = _own(session, held, owner)
        if row is None:
            return False
        row.told_at, row.told_job = told
        row.sent_at = database.clock()
        row.failures, row.failing_since, row.says = 0, None, None
        return True


def note_failed(
    database: Database, held: Held, owner: str, says: str, *, wait: timedelta, is_over: bool = False
) -> bool:
    """It failed, and is tried again after `wait`; whether it was paused: it failed a day long, or `is_over`.

    Raises DatabaseUnavailable.
    """
    with database.write() as session:
        row = _own(session, held, owner)
        if row is None:
            return False
        now = database.clock()
        row.failures, row.says, row.due_at = row.failures + 1, says, now + wait
        row.failing_since = row.failing_since or now
        if is_over or now - row.failing_since >= PAUSED_AFTER:
            row.paused_at = now
        return row.paused_at is not None


def _own(session: Session, held: Held, owner: str) -> WebhookRow | None:
    row = session.get(WebhookRow, held.id, with_for_update=True)
    return row if row is not None and row.lease_owner == owner else None


def _lasts(row: WebhookRow, until: datetime) -> bool:
    return row.lease_until is not None and row.lease_until >= until


def _row(session: Session, webhook_id: int) -> WebhookRow:
    row = session.get(WebhookRow, webhook_id, with_for_update=True)
    if row is None:
        raise WebhookRefused("tidak ada webhook dengan ID itu")
    return row


def _held(row: WebhookRow) -> Held:
    is_own = row.secret is not None and not is_foreign(row.secret, row.id)
    secret = base64.b64decode(str(row.secret).removeprefix(_PREFIX)) if is_own else None
    return Held(row.id, row.faskes, row.url, secret, Told(row.told_at, row.told_job), row.failures)


def _webhook(row: WebhookRow) -> Webhook:
    return Webhook(
        id=row.id,
        faskes=row.faskes,
        url=row.url,
        created_at=row.created_at,
        due_at=row.due_at,
        sent_at=row.sent_at,
        failures=row.failures,
        says=row.says,
        paused_at=row.paused_at,
    )
