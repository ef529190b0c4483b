"""The shapes of the numbers that BPJS gives, by which one is told from a text that stands in its place."""

import re
from collections.abc import Mapping

# 8 characters of the provider, month and year, a letter (Y in every sample), 6 digits or more and not all of
# them zero (contract 5e, mark A).
NO_KUNJUNGAN = r"(?![0-9a-z]*null)[0-9a-z]{8}(?:0[1-9]|1[0-2])[0-9]{2}[a-z](?=[0-9]*[1-9])[0-9]{6,10}"
# An answer of success may carry "Anull", "-" or a visit's number that ends in "Ynull" (contract 9, row 2).
_SHAPES: Mapping[str, re.Pattern[str]] = {
    # A letter and digits such as B12, or digits alone (contract 5d); never zero.
    "noUrut": re.compile(r"(?:[a-z]{1,3}-?)?(?=[0-9]*[1-9])[0-9]{1,6}", re.IGNORECASE),
    "noKunjungan": re.compile(NO_KUNJUNGAN, re.IGNORECASE),
}


def shaped_number(name: str, text: str | None) -> str | None:
    """The text where it has the shape of the number called ``name`` (noUrut, noKunjungan), otherwise None."""
    return text if text is not None and _SHAPES[name].fullmatch(text) else None


def is_shaped(name: str, text: object) -> bool:
    """Whether a number called ``name`` has the shape of one that BPJS gives."""
    return isinstance(text, str) and _SHAPES[name].fullmatch(text) is not None


def same_number(one: str | None, other: str | None) -> bool:
    """Whether two texts are one number or code: capitals, and spaces around it, make no other of it."""
    return one is not None and other is not None and one.strip().casefold() == other.strip().casefold()
