"""The options of the simulator, for what sources disagree on or tests want odd."""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from bpjs_simulator.clinic import SKEW_SECONDS

NO_DATA_FORMS = ("null", "empty", "list", "204-code", "204-http")
DUPLICATE_CODES = (401, 428, 412)
PAGE_BASES = (0, 1)
ANTREAN_LOGINS = ("ignored", "required", "refused")
ANTREAN_REFERENCES = ("mixed", "list-1", "list-200", "bare-1", "bare-200")


class UnknownOption(ValueError):
    """There is no option of this name, or not with this value."""


@dataclass
class Options:
    """All may be changed while it runs, by a `POST /control/options` with the same names."""

    latency_ms: float = 0
    latency_by_clinic: dict[str, float] = field(default_factory=dict)  # consumer id -> its own, set_latency
    page_cap: int | None = None  # at most this many rows a page, whatever was asked for
    count_is_total: bool = True
    page_base: int = 0  # what the first row is called: 0, or 1 as one tool has it (contract 3)
    antrean_login: str = "ignored"  # ignored, required, refused: X-authorization at Antrean (contract 1.2)
    antrean_reference: str = "mixed"  # {list} or a bare array, code 1 or 200 (contract 4); mixed: as seen
    no_data: str = "null"  # null, empty, list, 204-code, 204-http: the forms of contract 2.3
    duplicate_code: int = 401  # 401, 428 or 412: where sources disagree (contract 8)
    missing_antrean_is_ok: bool = False  # whether a call of an entry that is not there is refused: unproven
    clock_skew_seconds: float = 0
    clock_tolerance_seconds: float = SKEW_SECONDS
    screening: set[str] = field(default_factory=set)  # cards that must fill the health screening first
    screened: set[str] = field(default_factory=set)  # cards that filled it, whatever they begin with
    unknown_cards: set[str] = field(default_factory=set)
    no_poli: set[str] = field(default_factory=set)  # cards whose visits the history shows with "poli": null
    broken_reads: set[str] = field(default_factory=set)  # reads whose path holds one of these get a 503 page

    def require_screening(self, card: str, *, needed: bool = True) -> None:
        """Make a member need the health screening, or have filled it."""
        (self.screening if needed else self.screened).add(card)
        (self.screened if needed else self.screening).discard(card)

    def set_latency(self, latency_ms: Any, cons_id: str | None = None) -> None:
        """Hold back the answers to one clinic, or to all without a latency of their own.

        Raises UnknownOption.
        """
        if cons_id is None:
            self.change({"latency_ms": latency_ms})
        else:
            _check("latency_ms", latency_ms)
            self.latency_by_clinic[cons_id] = latency_ms

    def latency_of(self, cons_id: str) -> float:
        """For how many milliseconds the answers to this clinic are held back."""
        return self.latency_by_clinic.get(cons_id, self.latency_ms)

    def is_broken(self, path: str) -> bool:
        """Whether a read of this path fails."""
        return any(part in path for part in self.broken_reads)

    def change(self, changes: Mapping[str, Any]) -> None:
        """Set options by name; a list becomes a set. Raises UnknownOption, and then changes nothing."""
        for name, value in changes.items():
            _check(name, value)
        for name, value in changes.items():
            setattr(self, name, set(value) if isinstance(value, list) else value)


def _check(name: str, value: Any) -> None:
    if name not in _VALUES:
        raise UnknownOption(f"tidak ada pilihan '{name}'; yang ada: {', '.join(_VALUES)}")
    fits, wanted = _VALUES[name]
    if not fits(value):
        raise UnknownOption(f"'{name}' harus {wanted}")


def _is_number(value: Any) -> bool:
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _is_texts(value: Any) -> bool:
    return isinstance(value, list | set) and all(isinstance(text, str) for text in value)


Value = tuple[Callable[[Any], bool], str]


def _one_of(values: Sequence[object]) -> Value:
    """Of the same type too: True is no 1."""
    fits = {(type(value), value) for value in values}
    return (
        lambda value: isinstance(value, str | int) and (type(value), value) in fits,
        f"salah satu dari {', '.join(map(str, values))}",
    )


_FLAG: Value = (lambda value: isinstance(value, bool), "true atau false")
_CARDS: Value = (_is_texts, "daftar nomor kartu")
# option -> (whether a value fits, what it must be)
_VALUES: dict[str, Value] = {
    "latency_ms": (lambda value: _is_number(value) and value >= 0, "angka mulai 0"),
    "page_cap": (
        lambda value: value is None or (type(value) is int and value > 0),
        "bilangan mulai 1, atau null",
    ),
    "count_is_total": _FLAG,
    "page_base": _one_of(PAGE_BASES),
    "antrean_login": _one_of(ANTREAN_LOGINS),
    "antrean_reference": _one_of(ANTREAN_REFERENCES),
    "no_data": _one_of(NO_DATA_FORMS),
    "duplicate_code": _one_of(DUPLICATE_CODES),
    "missing_antrean_is_ok": _FLAG,
    "clock_skew_seconds": (_is_number, "angka"),
    "clock_tolerance_seconds": (lambda value: _is_number(value) and value >= 0, "angka mulai 0"),
    "screening": _CARDS,
    "screened": _CARDS,
    "unknown_cards": _CARDS,
    "no_poli": _CARDS,
    "broken_reads": (_is_texts, "daftar bagian jalur"),
}


# Conventions for invented cards, so that a sample body tells what will become of it.
NEEDS_SCREENING = "9"  # cards that begin so have not filled the screening
UNKNOWN = "8"  # cards that begin so belong to nobody


def needs_screening(options: Options, card: str) -> bool:
    """Whether this member must fill the health screening first."""
    return card not in options.screened and (card.startswith(NEEDS_SCREENING) or card in options.screening)


def is_unknown(options: Options, card: str) -> bool:
    """Whether BPJS knows no member with this card."""
    return card.startswith(UNKNOWN) or card in options.unknown_cards
