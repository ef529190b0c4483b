"""The decision of delivery about a job in hand."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import timedelta

from database.status import Status
from database.vocabulary import Reason


@dataclass(frozen=True)
class Verdict:
    """The next status of a job and why; `message` is Indonesian and may quote BPJS."""

    status: Status
    reason: Reason | None = None
    message: str | None = field(default=None, repr=False)
    result: Mapping[str, str] | None = field(default=None, repr=False)
    due_in: timedelta | None = None  # for menunggu and tidak_pasti; None: now
    counted: bool = True  # BPJS received the request, or may have
