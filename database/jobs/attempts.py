"""The history of a job: an attempt is committed before its request leaves and closed with what came back."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from datetime import datetime, timedelta
from functools import cache
from itertools import takewhile
from typing import Any, NamedTuple, cast
from uuid import UUID

from sqlalchemy import Insert, Select, Table, Update, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from database.jobs.held_claim import Claim, Held, bound, change_all, hold, hold_all
from database.storage.engine import Database
from database.storage.models import Attempt
from database.storage.row_seal import with_row
from database.vocabulary import (
    ASKED_AFRESH,
    BETWEEN_ROUNDS,
    MAY_BE_THERE,
    TELLS_NOTHING,
    UNCLEAR_LOOKS,
    Outcome,
)

_SEALED = ("request", "response", "raw", "changes")
_ENOUGH = 20  # rows of a history that are read for it; what is older does not count
_attempts = cast(Table, Attempt.__table__)


@dataclass(frozen=True)
class Asker:
    """At whose word an attempt is made: the Prefect run, and for a resend the person and the reason."""

    flow_run_id: UUID | None = None
    task_run_id: UUID | None = None
    requested_by: str | None = None
    reason: str | None = None
    changes: Any | None = None


@dataclass(frozen=True)
class Evidence:
    """What came back for one request; its repr shows none of it, for it names patients."""

    outcome: str
    http_code: int | None = None
    meta_code: str | None = None
    response: Any | None = field(default=None, repr=False)
    raw: str | None = field(default=None, repr=False)
    duration_ms: int | None = None
    # In Indonesian, why the request did not leave; only where BPJS was never asked.
    reason: str | None = None


@dataclass(frozen=True)
class JobInHand:
    """A claimed job with all that sending it needs."""

    claim: Claim
    faskes: str
    jenis: str
    service: str
    norm: str
    nama_pasien: str
    body: Mapping[str, Any] = field(repr=False)
    numbers: Mapping[str, str] = field(repr=False)
    waits: int
    uncertain: bool
    repeated: bool
    pointless: bool
    # What left when the answer was lost; since then somebody may have edited the body.
    lost_request: Mapping[str, Any] | None = field(default=None, repr=False)
    # BPJS's "already there", and the looks since that did not show it, counted together.
    contradictions: int = 0
    # In Indonesian, why a deletion is given no number although its chain knows some.
    why_no_number: str | None = None
    # In Indonesian, that the number in a deletion's own body is another patient's.
    anothers_number: str | None = None
    # A visit that replaces what BPJS holds under its number.
    is_edit: bool = False
    tried_before: bool = False
    # When it was claimed it waited for its patient.
    for_patient: bool = False

    @property
    def id(self) -> int:
        """The job's number."""
        return self.claim.job_id


@dataclass(frozen=True)
class _Leaving:
    """A request that is about to leave."""

    claim: Claim
    request: Mapping[str, Any] = field(repr=False)
    lease: timedelta
    asker: Asker


def open_attempt(
    database: Database,
    claim: Claim,
    *,
    request: Mapping[str, Any],
    lease: timedelta,
    asker: Asker,
) -> int:
    """Record that a request is about to leave; returns the attempt's number. Committed when this returns.

    Also renews the lease: nobody may take the job over while its request is on the way. Raises LeaseLost,
    DatabaseUnavailable (then the request must not leave).
    """
    return database.together(_open_all, _Leaving(claim, request, lease, asker))


def _open_all(
    session: Session, leaving: Sequence[_Leaving], now: datetime, waits: bool
) -> list[int | Exception]:
    found = hold_all(session, [each.claim for each in leaving], waits=waits)
    mine = [(each, held) for each, held in zip(leaving, found, strict=True) if isinstance(held, Held)]
    change_all(session, [(each.claim.job_id, {"lease_until": now + each.lease}) for each, _ in mine])
    rows = [
        {
            "job_id": each.claim.job_id,
            "number": held.newest + 1,
            "started_at": now,
            "request": dict(each.request),
            **vars(each.asker),
        }
        for each, held in mine
    ]
    append_attempts(session, rows)
    return [held.newest + 1 if isinstance(held, Held) else held for held in found]


@dataclass(frozen=True)
class LookTaken:
    """BPJS was asked whether it has a job: what may be there, and how the asking ended.

    `outcome` is FOUND, FOUND_OTHER, ABSENT, NOT_SEEN or LOOK_FAILED.
    """

    request: Mapping[str, Any] = field(repr=False)
    outcome: Outcome
    asker: Asker


def note_look(database: Database, claim: Claim, look: LookTaken) -> None:
    """Record a look after which the job stays in hand. Raises LeaseLost, DatabaseUnavailable."""
    with database.write() as session:
        hold(session, claim)
        append_look(session, claim.job_id, look, database.clock())


def append_look(session: Session, job_id: int, look: LookTaken, now: datetime) -> None:
    """Append a look to the job's history, in the transaction that says what it means."""
    ended = {"started_at": now, "finished_at": now, "outcome": look.outcome}
    append_attempt(session, job_id, request=dict(look.request), **ended, **vars(look.asker))


def append_attempt(session: Session, job_id: int, **columns: Any) -> int:
    """One more row of a job's history; returns its number."""
    number = int(session.connection().execute(_next_number(), {"the_job": job_id}).scalar_one())
    append_attempts(session, [{"job_id": job_id, "number": number, **columns}])
    return number


@cache
def _next_number() -> Select[tuple[int]]:
    """Whoever has the job locked is given a number that nobody else is."""
    next_one = func.coalesce(func.max(_attempts.c.number), 0) + 1
    return select(next_one).where(_attempts.c.job_id == bindparam("the_job"))


def append_attempts(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Append rows of the same columns to the histories of jobs, the only way to make them."""
    if rows:
        sealed = [bound(with_row(row, _SEALED, row["job_id"])) for row in rows]
        session.connection().execute(_appending(tuple(rows[0])), sealed)


@cache
def _appending(columns: tuple[str, ...]) -> Insert:
    """Built once for each set of columns, like all that every job needs: building costs more than running."""
    return insert(_attempts).values({name: bindparam(f"b_{name}") for name in columns})


def lost_writes(session: Session, job_id: int) -> list[str]:
    """The outcomes, newest first, since BPJS last told clearly whether it has the job; [] when it did."""
    newest = (
        select(Attempt.outcome)
        .where(Attempt.job_id == job_id, Attempt.outcome.is_not(None))
        .where(Attempt.outcome.not_in(TELLS_NOTHING))
        .order_by(Attempt.number.desc())
    )
    outcomes = (str(outcome) for outcome in session.scalars(newest))
    return list(takewhile(lambda outcome: outcome in MAY_BE_THERE, outcomes))


def lost_request(session: Session, job_id: int) -> Mapping[str, Any] | None:
    """The body of the newest request that got no clear answer."""
    sent = [outcome for outcome in MAY_BE_THERE if outcome not in UNCLEAR_LOOKS]
    return session.scalar(
        select(Attempt.request)
        .where(Attempt.job_id == job_id, Attempt.outcome.in_(sent))
        .order_by(Attempt.number.desc())
        .limit(1)
    )


def seen_request(session: Session, job_id: int) -> Mapping[str, Any] | None:
    """The body of the newest request, or look, by which a job got its number."""
    numbered = (Outcome.SUCCESS, Outcome.FOUND, Outcome.FOUND_OTHER, Outcome.LATE_ANSWER)
    return session.scalar(
        select(Attempt.request)
        .where(Attempt.job_id == job_id, Attempt.outcome.in_(numbered))
        .order_by(Attempt.number.desc())
        .limit(1)
    )


def refused_for_patient(database: Database, job_id: int, since: datetime) -> int:
    """How often BPJS wanted the patient to act first since then, or since somebody last asked for the job.

    Raises DatabaseUnavailable.
    """
    asked = select(func.max(Attempt.number)).where(
        Attempt.job_id == job_id, Attempt.outcome.in_(ASKED_AFRESH)
    )
    counted = select(func.count()).where(
        Attempt.job_id == job_id,
        Attempt.outcome == Outcome.NEEDS_PATIENT,
        Attempt.started_at >= since,
        Attempt.number > func.coalesce(asked.scalar_subquery(), 0),
    )
    with database.read() as session:
        return session.scalar(counted) or 0


class ProvenFailure(NamedTuple):
    """BPJS answered a write with a failure of its own, and then proved not to have it; repr shows no body."""

    at: datetime
    http_code: int
    raw: str | None


def proven_failures(database: Database, job_id: int, *, looked: bool = True) -> list[ProvenFailure]:
    """The proven failures since BPJS last told clearly of the job, or a person asked again; oldest first.

    Without `looked` those count as well that no look could prove. Raises DatabaseUnavailable.
    """
    newest = select(Attempt).where(Attempt.job_id == job_id, Attempt.finished_at.is_not(None))
    found: list[ProvenFailure] = []
    absent = False
    with database.read() as session:
        for row in session.scalars(newest.order_by(Attempt.number.desc()).limit(_ENOUGH)):
            if row.outcome not in BETWEEN_ROUNDS:
                break
            if row.outcome == Outcome.ABSENT:
                absent = True
            elif row.outcome == Outcome.UNKNOWN:
                if (absent or not looked) and row.http_code is not None and row.finished_at is not None:
                    found.append(ProvenFailure(row.finished_at, row.http_code, row.raw))
                absent = False
    return found[::-1]


def close_attempts(session: Session, closed: Sequence[tuple[int, int, Evidence]], now: datetime) -> bool:
    """Write down what came back for attempts, each by its job and number, inside the transaction that moves
    their jobs. False: one of them is closed already, and the transaction must not be kept.
    """
    if not closed:
        return True
    told = [
        bound(with_row({"finished_at": now, **vars(evidence)}, _SEALED, job_id))
        | {"the_job": job_id, "the_number": number}
        for job_id, number, evidence in closed
    ]
    return session.connection().execute(_closing(), told).rowcount == len(told)


@cache
def _closing() -> Update:
    table = _attempts.c
    columns = ("finished_at", *(each.name for each in fields(Evidence) if each.name != "reason"))
    return (
        update(_attempts)
        .where(table.job_id == bindparam("the_job"), table.number == bindparam("the_number"))
        .where(table.finished_at.is_(None))
        .values({name: bindparam(f"b_{name}") for name in columns})
        .values(reason=func.coalesce(bindparam("b_reason", type_=table.reason.type), table.reason))
    )
