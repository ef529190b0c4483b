"""A request as it reached BPJS, taken apart, and what it says of itself."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

_CARD_FIELDS = ("noKartu", "nomorkartu")  # PCare's spelling and Antrean's
_CARD = re.compile(r"\d{13}", re.ASCII)


@dataclass(frozen=True)
class Request:
    """One request; `path` is relative to the service, `service` is pcare or antrean."""

    service: str
    method: str
    path: str
    headers: Mapping[str, str]
    body: bytes

    @property
    def cons_id(self) -> str:
        """The consumer id that it carries; empty without one."""
        return self.headers.get("X-cons-id", "")

    @cached_property
    def content(self) -> Any:
        """The body as JSON; None when it is empty or none."""
        try:
            return json.loads(self.body) if self.body else None
        except (ValueError, RecursionError):
            return None

    @cached_property
    def card(self) -> str:
        """The member's card, from the body or else from the path; empty when neither names one."""
        body = self.content if isinstance(self.content, dict) else {}
        written = [str(body[name]) for name in _CARD_FIELDS if body.get(name)]
        return next(iter(written or filter(_CARD.fullmatch, self.path.split("/"))), "")

    @property
    def nik(self) -> str:
        """The member's NIK: as the body writes it, else the invented one that ends in the card."""
        written = self.content.get("nik") if isinstance(self.content, dict) else None
        return str(written) if written else f"000{self.card}" if self.card else ""
