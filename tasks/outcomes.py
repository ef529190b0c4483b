"""The outcome table: what each way a request can end means for its job (design: *Outcomes*)."""

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
from database.moves import Verdict
from database.status import Status
from tasks.waits import LOOKS, wait

Rule = Callable[[BpjsError, int], Verdict]


def said(error: BpjsError) -> str:
    """What BPJS said, verbatim; our own short reason when it said nothing."""
    fields = "; ".join(f"{field.field}: {field.message}" for field in error.fields)
    return fields or error.exchange.message or error.reason


def _refused(reason: str) -> Rule:
    return lambda error, _waits: Verdict(Status.GAGAL, reason, said(error))


def _later(reason: str, *, counted: bool) -> Rule:
    def rule(error: BpjsError, waits: int) -> Verdict:
        due_in = wait(waits, asked=error.exchange.retry_after)
        return Verdict(Status.MENUNGGU, reason, said(error), due_in=due_in, counted=counted)

    return rule


def _unclear(error: BpjsError, waits: int) -> Verdict:
    return Verdict(Status.TIDAK_PASTI, "tanpa-jawaban", error.reason, due_in=wait(waits, table=LOOKS))


def _paused(error: BpjsError, _waits: int) -> Verdict:
    # The service is paused with the reason; the job itself did nothing wrong and is due as soon as that ends.
    return Verdict(Status.MENUNGGU, "layanan-dijeda", said(error), due_in=timedelta(0), counted=False)


# One row per way to end; delivery adds what needs a second look (a number to read back, a chain to ask).
RULES: dict[type[BpjsError], Rule] = {
    NotSent: _later("tidak-terkirim", counted=False),
    Temporary: _later("sementara", counted=True),
    Unknown: _unclear,
    Rejected: _refused("ditolak"),
    NotFound: _refused("tidak-ditemukan"),
    AlreadyThere: _unclear,
    NeedsPredecessor: _refused("tanpa-pendaftaran"),
    NeedsPatient: _refused("perlu-skrining"),
    Unauthorized: _paused,
}


def verdict_of(error: BpjsError, waits: int) -> Verdict:
    """The row of the table for this error; `waits` is how often in a row the job was put off before."""
    return RULES[type(error)](error, waits)
