"""The shape of a text of BPJS: what it has in common with others, without the patient that it is about."""

import re
from collections.abc import Iterator

from bpjs_client.identifiers import without_identifiers

LONGEST = 200  # characters of a shape
_NUMBERS = re.compile(r"[0-9•][0-9•.,:/-]*")
_NAME = "…"
_SPLIT = r"[\W_]{0,3}"  # between the parts of a name
_WORD = re.compile(r"[^\W\d_]+")
_SHORTEST_NAME = 3  # letters: "Al" and "M." are parts of too many words
_QUOTED = re.compile(r"'[^']{1,200}'|\"[^\"]{1,200}\"|“[^”]{1,200}”|‘[^’]{1,200}’")
# After these words stands a name, in capitals or with a capital each.
_AFTER_NAME = re.compile(
    r"((?i:\b(?:atas nama|a\.?n\.|bernama|nama(?: (?:peserta|pasien))?|bin|binti))[ :=]+)"
    r"((?:[A-Z][\w'.-]*[ ,]*)+)"
)
# Two words or more in capitals, within a sentence that has small letters.
_IN_CAPITALS = re.compile(r"\b[A-Z][A-Z'.]+(?: +[A-Z][A-Z'.]+)+\b")


def without_numbers(text: str) -> str:
    """A text with a sign in the place of each number, however it is written or masked."""
    return _NUMBERS.sub("#", text)


def shape_of(text: str, patient: str = "") -> str:
    """The text without numbers, quotations and names, those of `patient` too; at most LONGEST characters.

    `patient`: the patient's name, on a line each where there are several.
    """
    return _in_short(_without_names(text, patient))


def shape_of_field(field: str, why: str, patient: str = "") -> str:
    """`kdDiag1: Kode # tidak ada`: a field keeps the numbers in its name, and is none where it is a name."""
    name, _, said = _without_names(f"{field}: {why}", patient).partition(": ")
    return f"{name}: {_in_short(said)}"


def _in_short(text: str) -> str:
    return " ".join(without_numbers(text).split())[:LONGEST]


def _without_names(text: str, patient: str) -> str:
    shape = without_identifiers(text)
    for pattern, instead in _masks(shape, patient):
        shape = pattern.sub(instead, shape)
    return shape


def _masks(text: str, patient: str) -> Iterator[tuple[re.Pattern[str], str]]:
    yield _QUOTED, _NAME
    for name in patient.splitlines():
        parts = _WORD.findall(name)
        if len(parts) > 1:  # a whole name is masked however short its parts are, and however it is split
            yield re.compile(rf"\b{_SPLIT.join(parts)}\b", re.IGNORECASE), _NAME
    yield _AFTER_NAME, rf"\g<1>{_NAME} "
    names = [name for name in _WORD.findall(patient) if len(name) >= _SHORTEST_NAME]
    if names:
        yield (
            re.compile(rf"\b(?:{'|'.join(names)})\b(?:[ ,.]+(?:{'|'.join(names)})\b)*", re.IGNORECASE),
            _NAME,
        )
    if any(map(str.islower, text)):
        yield _IN_CAPITALS, _NAME
