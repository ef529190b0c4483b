"""Faults by name: what BPJS and the way to it do wrong, at a rate or once on demand."""

from dataclasses import dataclass, field
from random import Random

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
}


class UnknownFault(ValueError):
    """There is no fault of this name, or its rate is not between 0 and 1."""

    def __init__(self, name: str) -> None:
        super().__init__(f"tidak ada gangguan {name!r} dengan laju 0 sampai 1; yang ada: {', '.join(FAULTS)}")


@dataclass
class Faults:
    """Chooses, for each request, which fault it meets; the same seed chooses the same."""

    rates: dict[str, float] = field(default_factory=dict)
    once: list[tuple[str, str]] = field(default_factory=list)  # (fault, part of the path)
    slow_seconds: float = 5.0
    refuse_seconds: float = 1.0
    dice: Random = field(default_factory=Random)

    def set_rates(self, rates: dict[str, float]) -> None:
        """Replace all rates. Raises UnknownFault."""
        for name, rate in rates.items():
            if name not in FAULTS or not 0 <= rate <= 1:
                raise UnknownFault(name)
        self.rates = dict(rates)

    def last(self, slow_seconds: float | None = None, refuse_seconds: float | None = None) -> None:
        """How long a slow answer and a refusal last; None leaves it."""
        self.slow_seconds = self.slow_seconds if slow_seconds is None else slow_seconds
        self.refuse_seconds = self.refuse_seconds if refuse_seconds is None else refuse_seconds

    def next_once(self, name: str, path: str = "") -> None:
        """The next write whose path holds `path` meets this fault. Raises UnknownFault."""
        if name not in FAULTS:
            raise UnknownFault(name)
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
