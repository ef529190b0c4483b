"""Faults by name: what BPJS and the way to it do wrong, at a rate or once on demand."""

import math
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from bpjs_simulator.named_answers import NAMED

# name -> (does the write still take effect?, what the caller gets)
FAULTS: dict[str, tuple[bool, str]] = {
    "drop-before": (False, "the connection is cut before anything happened"),
    "drop-after": (True, "the connection is cut after it took effect"),
    "504-after": (True, "an HTML page with 504 after it took effect"),
    "slow": (True, "the answer after a long wait"),
    "drip": (True, "the answer byte by byte over a long while"),
    "429": (False, "429 with Retry-After"),
    "html-500": (False, "an HTML page with 500"),
    "garbage": (True, "a success whose payload cannot be decrypted"),
    "wrong-login": (False, "401, the PCare login is refused"),
    "refuse": (False, "the connection is cut before anything happened, and for a while new ones are refused"),
    "net-error": (False, NAMED["net-error"].sentence),
    "firewall-200": (False, NAMED["firewall-200"].sentence),
}


LONGEST_SECONDS = 3600


class UnknownFault(ValueError):
    """There is no fault of this name, or not at this rate, or it cannot last so long."""


@dataclass
class Faults:
    """Chooses, for each request, which fault it meets; the same seed chooses the same."""

    rates: dict[str, float] = field(default_factory=dict)
    once: list[tuple[str, str]] = field(default_factory=list)  # (fault, part of the path)
    slow_seconds: float = 5.0
    refuse_seconds: float = 1.0
    dice: Random = field(default_factory=Random)

    def replace(
        self,
        rates: Mapping[str, Any],
        *,
        slow_seconds: float | None = None,
        refuse_seconds: float | None = None,
    ) -> None:
        """Replace all rates, and how long a slow answer and a refusal last; None leaves that.

        Raises UnknownFault, and then changes nothing.
        """
        for name, rate in rates.items():
            if name not in FAULTS or not _within(rate, 1):
                raise _unknown(name)
        lengths = {"slow_seconds": slow_seconds, "refuse_seconds": refuse_seconds}
        given = {name: seconds for name, seconds in lengths.items() if seconds is not None}
        for name, seconds in given.items():
            if not _within(seconds, LONGEST_SECONDS):
                raise UnknownFault(f"'{name}' harus angka dari 0 sampai {LONGEST_SECONDS}")
        self.rates = dict(rates)
        for name, seconds in given.items():
            setattr(self, name, seconds)

    def next_once(self, name: str, path: str = "") -> None:
        """The next write whose path holds `path` meets this fault. Raises UnknownFault."""
        if name not in FAULTS:
            raise _unknown(name)
        self.once.append((name, path))

    def choose(self, path: str) -> str | None:
        """The fault of this write; None for none."""
        for at, (name, part) in enumerate(self.once):
            if part in path:
                del self.once[at]
                return name
        for name, rate in self.rates.items():
            if self.dice.random() < rate:
                return name
        return None


def _unknown(name: str) -> UnknownFault:
    return UnknownFault(f"tidak ada gangguan {name!r} dengan laju 0 sampai 1; yang ada: {', '.join(FAULTS)}")


def _within(value: Any, most: float) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(value) and 0 <= value <= most
