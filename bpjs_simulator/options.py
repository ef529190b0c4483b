"""How this simulator answers where sources disagree or tests want it odd."""

from dataclasses import dataclass, field


@dataclass
class Options:
    """All may be changed while it runs, by a `POST /control/options` with the same names."""

    latency_ms: int = 0
    page_cap: int | None = None  # at most this many rows a page, whatever was asked for
    count_is_total: bool = True
    no_data: str = "null"  # null, empty, list, 204-code, 204-http: the forms of contract 2.3
    duplicate_code: int = 401  # 401, 428 or 412: where sources disagree (contract 8)
    clock_skew_seconds: float = 0
    screening: set[str] = field(default_factory=set)  # cards that must fill the health screening first
    unknown_cards: set[str] = field(default_factory=set)


# Conventions for invented cards, so that a sample body tells what will become of it.
NEEDS_SCREENING = "9"  # cards that begin so have not filled the screening
UNKNOWN = "8"  # cards that begin so belong to nobody


def needs_screening(options: Options, card: str) -> bool:
    """Whether this member must fill the health screening first."""
    return card.startswith(NEEDS_SCREENING) or card in options.screening


def is_unknown(options: Options, card: str) -> bool:
    """Whether BPJS knows no member with this card."""
    return card.startswith(UNKNOWN) or card in options.unknown_cards
