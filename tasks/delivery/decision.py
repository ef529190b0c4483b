"""What is decided about a job in hand; nothing of it is written down yet."""

from dataclasses import dataclass

from bpjs_client.exchange import Exchange
from database.jobs.attempts import Evidence
from database.jobs.verdict import Verdict
from database.services.evidence import Heard
from database.vocabulary import Outcome


@dataclass(frozen=True)
class Decision:
    """Before its request: what becomes of the job; without a verdict it is sent now.

    `look`: how asking BPJS whether it has the job ended, where it was asked. `heard`: what that told of the
    service.
    """

    verdict: Verdict | None = None
    heard: Heard | None = None
    look: Outcome | None = None


@dataclass(frozen=True)
class Ending:
    """After its request: what becomes of the job, what came back, and what that told of the service."""

    verdict: Verdict
    evidence: Evidence
    heard: Heard | None = None


def evidence_of(outcome: str, exchange: Exchange, reason: str | None = None) -> Evidence:
    """What is kept of a request and its answer; `reason`, in Indonesian: why it did not leave."""
    return Evidence(
        outcome=outcome,
        http_code=exchange.http_code,
        meta_code=exchange.meta_code,
        response=exchange.response,
        raw=exchange.raw,
        duration_ms=exchange.duration_ms,
        reason=reason,
    )
