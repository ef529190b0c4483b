"""How this simulator answers where sources disagree or tests want it odd."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any

NO_DATA_FORMS = ("null", "empty", "list", "204-code", "204-http")


class UnknownOption(ValueError):
    """There is no option of this name, or not with this value."""

    def __init__(self, name: str, known: Sequence[str]) -> None:
        super().__init__(f"tidak ada pilihan {name}; yang ada: {', '.join(known)}")


@dataclass
class Options:
    """All may be changed while it runs, by a `POST /control/options` with the same names."""

    latency_ms: int = 0
    page_cap: int | None = None  # at most this many rows a page, whatever was asked for
    count_is_total: bool = True
    no_data: str = "null"  # null, empty, list, 204-code, 204-http: the forms of contract 2.3
    duplicate_code: int = 401  # 401, 428 or 412: where sources disagree (contract 8)
    missing_antrean_is_ok: bool = False  # whether a call of an entry that is not there is refused: unproven
    clock_skew_seconds: float = 0
    screening: set[str] = field(default_factory=set)  # cards that must fill the health screening first
    screened: set[str] = field(default_factory=set)  # cards that filled it, whatever they begin with
    unknown_cards: set[str] = field(default_factory=set)

    def require_screening(self, card: str, *, needed: bool = True) -> None:
        """Make a member need the health screening, or have filled it."""
        (self.screening if needed else self.screened).add(card)
        (self.screened if needed else self.screening).discard(card)

    def change(self, changes: Mapping[str, Any]) -> None:
        """Set options by name; a list becomes a set. Raises UnknownOption, and then changes nothing."""
        names = [option.name for option in fields(self)]
        unknown = [name for name in changes if name not in names]
        if unknown:
            raise UnknownOption(unknown[0], names)
        if changes.get("no_data", self.no_data) not in NO_DATA_FORMS:
            raise UnknownOption(f"no_data={changes['no_data']}", NO_DATA_FORMS)
        for name, value in changes.items():
            setattr(self, name, set(value) if isinstance(value, list) else value)


# Conventions for invented cards, so that a sample body tells what will become of it.
NEEDS_SCREENING = "9"  # cards that begin so have not filled the screening
UNKNOWN = "8"  # cards that begin so belong to nobody


def needs_screening(options: Options, card: str) -> bool:
    """Whether this member must fill the health screening first."""
    return card not in options.screened and (card.startswith(NEEDS_SCREENING) or card in options.screening)


def is_unknown(options: Options, card: str) -> bool:
    """Whether BPJS knows no member with this card."""
    return card.startswith(UNKNOWN) or card in options.unknown_cards
