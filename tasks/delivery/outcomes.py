"""The outcome table: what each way a request can end means for its job (docs/job-states.md)."""

from collections.abc import Callable
from datetime import timedelta

from bpjs_client.errors import (
    AlreadyThere,
    BpjsError,
    NeedsPatient,
    NeedsPredecessor,
    NotFound,
    NotSent,
    Rejected,
    Temporary,
    Unauthorized,
    Unknown,
)
from database.jobs.verdict import Verdict
from database.status import Status
from database.vocabulary import Reason
from tasks.waits import Waits

# The error, how often in a row the job was put off before, and the tables of waits.
Rule = Callable[[BpjsError, int, Waits], Verdict]
TOO_MANY_REQUESTS = "429"


def said(error: BpjsError) -> str:
    """What BPJS said, in its own words but for the patient's numbers; our short reason when it said nothing.

    A job's message holds no more than this: the monitor shows it and lists carry it away.
    """
    fields = "; ".join(f"{field.field}: {field.message}" for field in error.fields)
    return fields or error.words or error.reason


def _refused(reason: Reason) -> Rule:
    return lambda error, _times, _waits: Verdict(Status.GAGAL, reason, said(error))


def _later(reason: Reason, *, counted: bool) -> Rule:
    def rule(error: BpjsError, times: int, waits: Waits) -> Verdict:
        due_in = waits.before_try(times, asked=error.exchange.retry_after)
        return Verdict(Status.MENUNGGU, reason, said(error), due_in=due_in, counted=counted)

    return rule


def _unclear(error: BpjsError, times: int, waits: Waits) -> Verdict:
    words = error.words
    why = f"{error.reason} BPJS: {words}" if words else error.reason
    return Verdict(Status.TIDAK_PASTI, Reason.NO_ANSWER, why, due_in=waits.before_look(times))


def _paused(error: BpjsError, _times: int, _waits: Waits) -> Verdict:
    # The service is paused with the reason; the job itself did nothing wrong and is due as soon as that ends.
    return Verdict(Status.MENUNGGU, Reason.SERVICE_PAUSED, said(error), due_in=timedelta(0), counted=False)


# One row per way to end; delivery adds what needs a second look (a number to read back, a chain to ask).
RULES: dict[type[BpjsError], Rule] = {
    NotSent: _later(Reason.UNREACHED, counted=False),
    Temporary: _later(Reason.BUSY, counted=True),
    Unknown: _unclear,
    Rejected: _refused(Reason.REFUSED),
    NotFound: _refused(Reason.NOT_FOUND),
    AlreadyThere: _unclear,
    NeedsPredecessor: _refused(Reason.WITHOUT_REGISTRATION),
    NeedsPatient: _refused(Reason.NEEDS_SCREENING),
    Unauthorized: _paused,
}


def verdict_of(error: BpjsError, times: int, waits: Waits) -> Verdict:
    """The row of the table for this error; `times` is how often in a row the job was put off before."""
    return RULES[type(error)](error, times, waits)


# These say that the service is in trouble; every other answer shows that it is up.
_TROUBLE = (NotSent, Unknown, Temporary)


def trouble_of(error: BpjsError) -> str | None:
    """Why the service is in trouble; None when its answer shows that it is up (a 429: that it is busy)."""
    codes = {error.exchange.meta_code, str(error.exchange.http_code)}
    in_trouble = isinstance(error, _TROUBLE) and TOO_MANY_REQUESTS not in codes
    return (error.words or error.reason) if in_trouble else None
