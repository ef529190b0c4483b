"""Keeps patients' numbers out of texts that end up in logs and on screens."""

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any
from urllib.parse import unquote

from bpjs_client.exchange import JSON
from bpjs_client.numbers import NO_KUNJUNGAN
from bpjs_client.plain_text import PlainText, plain

_MASK = "•••"
_NAMING_FIELDS = frozenset({"nokartu", "nomorkartu", "nik", "noktp", "nohp", "nokunjungan"})
# A path of BPJS's names a patient behind one of these words (contract 3.1, 5f and 5g).
_NAMED_IN_PATH = re.compile(r"\b(?:peserta|kunjungan|rujukan|noKartu|nik|noka)(?=/([^/?]+))")

# Cards have 13 digits, NIK 16, phones 10 and more: nine digits or more, however they are grouped.
_LONG_NUMBER = re.compile(r"[0-9](?:(?: {1,3}| ?- ?|[._]|\) ?-?|[ -]?\()?[0-9]){8,}")
_VISIT_NUMBER = re.compile(rf"(?<![0-9a-z]){NO_KUNJUNGAN}(?![0-9a-z])", re.IGNORECASE)
_LONG = 9
_SHORTEST = 4
_SHORTEST_WITHOUT_ZEROS = 6

# Staff must be able to read a date; it looks like a part of a number only where two stand side by side.
_DATE = (
    r"(?:(?:0?[1-9]|[12][0-9]|3[01])([-/.])(?:0?[1-9]|1[0-2])\{0}(?:19|20)[0-9]{{2}}"
    r"|(?:19|20)[0-9]{{2}}([-/.])(?:0[1-9]|1[0-2])\{1}(?:0[1-9]|[12][0-9]|3[01]))"
)
_TIME = r"(?:[01]?[0-9]|2[0-4])[:.][0-5][0-9](?:[:.][0-5][0-9](?:[.,][0-9]{1,6})?)?"
_DECIMAL = r"[0-9]{1,3}[.,][0-9]{1,2}"
_READABLE = re.compile(
    r"(?<![0-9])(?<![0-9][-/.:])"
    rf"(?:{_DATE.format(1, 2)}(?: ?- ?{_DATE.format(3, 4)})?|{_TIME}(?: ?- ?{_TIME})?|{_DECIMAL})"
    r"(?![-/.:]?[0-9])"
)


def without_identifiers(text: str, request: JSON | Mapping[str, object] = None, path: str = "") -> str:
    """The text with every long number and visit number masked, and all that names the patient in the request
    or in its path, however BPJS groups, splits or encodes them; dates, times and short codes stay.
    """
    seen = plain(text)
    if len(_digits(seen.text)) < _SHORTEST:
        return text
    named = _named(seen, (*_identifiers(request), *_in_path(path)))
    spans = [*named, *_visit_numbers(seen), *_long_numbers(seen)]
    return _blotted(text, sorted(seen.original(*span) for span in spans))


def names_another(text: str, request: JSON | Mapping[str, object]) -> bool:
    """Whether a text holds a number as long as a card's, a NIK's or a phone's that is not the request's.

    A visit's number names no patient but the one that the text is about.
    """
    seen = plain(text)
    spans = [*_named(seen, _identifiers(request)), *_visit_numbers(seen)]
    rest = _blotted(text, sorted(seen.original(*span) for span in spans))
    return next(_long_numbers(plain(rest)), None) is not None


def _blotted(text: str, spans: Iterable[tuple[int, int]]) -> str:
    kept, position = [], 0
    for start, end in spans:
        if start >= position:
            kept += [text[position:start], _MASK]
        position = max(position, end)
    return "".join((*kept, text[position:]))


def _visit_numbers(seen: PlainText) -> Iterator[tuple[int, int]]:
    return (found.span() for found in _VISIT_NUMBER.finditer(seen.text))


def _long_numbers(seen: PlainText) -> Iterator[tuple[int, int]]:
    rest = _READABLE.sub(lambda found: "·" * len(found[0]), seen.text)
    return (found.span() for found in _LONG_NUMBER.finditer(rest))


def _named(seen: PlainText, identifiers: Iterable[str]) -> Iterator[tuple[int, int]]:
    digits = _digits(seen.text)
    for identifier in identifiers:
        if _digits(identifier) in digits:  # a pattern of its own costs more than this look
            yield from (found.span() for found in _spelled(identifier).finditer(seen.text))


def _digits(text: str) -> str:
    return "".join(filter(str.isdigit, text))


def _spelled(identifier: str) -> re.Pattern[str]:
    """However it may be written: split over words when long, as a word of its own when it is short."""
    characters = list(map(re.escape, identifier))
    if not identifier.isdigit():
        return re.compile("[^0-9a-z]{0,3}".join(characters), re.IGNORECASE)
    if len(identifier) >= _LONG:
        return re.compile(r"\+?" + "[^0-9]{0,20}".join(characters))
    # As part of a longer number or of a date it is somebody else's digits.
    return re.compile(rf"(?<![0-9])(?<![0-9][-/.:]){'[ .-]?'.join(characters)}(?![-/.:]?[0-9])")


def _identifiers(request: JSON | Mapping[str, object]) -> Iterator[str]:
    if isinstance(request, Mapping):
        for name, value in request.items():
            if name.casefold() in _NAMING_FIELDS and isinstance(value, str | int):
                yield from _cores(str(value))


def _in_path(path: str) -> Iterator[str]:
    for found in _NAMED_IN_PATH.finditer(path):
        yield from _cores(unquote(found[1]))


def _cores(value: str) -> Iterator[str]:
    """The rest of an identifier without its punctuation, of each where there are two in one field."""
    for one in re.split(r"[/;,|]", plain(value).text):
        core = "".join(filter(str.isalnum, one))
        digits = _digits(core)
        yield from (form for form in {core, digits} if len(digits) >= _SHORTEST)
        # As a number in JSON it loses its leading zeros.
        bare = digits.lstrip("0")
        if _SHORTEST_WITHOUT_ZEROS <= len(bare) < len(digits):
            yield bare


def with_masked_values(value: Any) -> Any:
    """A copy of JSON in which the values of identifying fields show only their last three characters."""
    if isinstance(value, Mapping):
        return {
            name: mostly_masked(str(inner))
            if names_the_patient(name) and isinstance(inner, str | int)
            else with_masked_values(inner)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [with_masked_values(inner) for inner in value]
    return value


def names_the_patient(name: str) -> bool:
    """Whether a field of this name, however it is spelled, holds a card's number, a NIK or a phone."""
    return "".join(filter(str.isalnum, name)).casefold() in _MASKED_FIELDS


_THINGS = ("kartu", "kartupeserta", "peserta", "bpjs", "jkn", "nik", "ktp", "hp", "telepon", "telp", "card")
_MASKED_FIELDS = frozenset(prefix + thing for prefix in ("no", "nomor", "") for thing in _THINGS) | frozenset(
    {"noka", "phone", "handphone", "mobile", "cardnumber", "phonenumber"}
)
_SHOWN = 3


def mostly_masked(text: str) -> str:
    """The last three characters of a number."""
    return f"{_MASK}{text[-_SHOWN:]}" if len(text) > _SHOWN else text
