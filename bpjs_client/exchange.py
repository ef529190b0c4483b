"""One request to BPJS and what came back, kept for the history of a job."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import TypeAlias

JSON: TypeAlias = dict[str, "JSON"] | list["JSON"] | str | int | float | bool | None

RAW_LIMIT = 4000


@dataclass(frozen=True)
class Exchange:
    """A request and its answer. Its repr shows codes and times only: bodies and paths name patients.

    ``path`` is relative to the service's base URL, ``message`` is BPJS's own text or the words of a page
    that came instead ("" when there was neither), ``response`` the decoded answer, ``raw`` the first 4000
    characters of the body as received, ``server_date`` the Date header in UTC, ``retry_after`` seconds.
    ``http_code`` is None when no answer came.
    """

    method: str
    path: str = field(repr=False)
    request: JSON = field(default=None, repr=False)
    http_code: int | None = None
    meta_code: str | None = None
    message: str = field(default="", repr=False)
    response: JSON = field(default=None, repr=False)
    raw: str | None = field(default=None, repr=False)
    duration_ms: int = 0
    server_date: datetime | None = None
    retry_after: float | None = None
