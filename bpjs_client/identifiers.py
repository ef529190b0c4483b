"""Keeps patients' numbers out of texts that end up in logs and on screens."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

from bpjs_client.exchange import JSON

_MASK = "•••"
# Cards have 13 digits, NIK 16, phones 10 and more, and a noKunjungan starts with 12.
# Nine digits or more, however they are grouped.
_LONG_NUMBER = re.compile(r"(?:[0-9][ .-]?){8,}[0-9]")
_NAMING_FIELDS = frozenset({"noKartu", "nomorkartu", "nik", "nohp", "noKunjungan"})
_SHORTEST = 4


def without_identifiers(text: str, request: JSON | Mapping[str, object] = None) -> str:
    """The text with every long number masked, and every identifier of the request that caused it."""
    for value in sorted(_identifiers(request), key=len, reverse=True):
        text = text.replace(value, _MASK)
    return _LONG_NUMBER.sub(_MASK, text)


def _identifiers(request: JSON | Mapping[str, object]) -> Iterator[str]:
    if isinstance(request, Mapping):
        for name in _NAMING_FIELDS & request.keys():
            value = request[name]
            if isinstance(value, str) and len(value) >= _SHORTEST:
                yield value


def with_masked_values(value: Any) -> Any:
    """A copy of JSON in which the values of identifying fields show only their last three characters."""
    if isinstance(value, Mapping):
        return {
            name: _mostly_masked(str(inner))
            if name in _MASKED_FIELDS and isinstance(inner, str | int)
            else with_masked_values(inner)
            for name, inner in value.items()
        }
    if isinstance(value, list):
        return [with_masked_values(inner) for inner in value]
    return value


_MASKED_FIELDS = frozenset({"noKartu", "nomorkartu", "nik", "nohp", "noHP", "noKTP"})
_SHOWN = 3


def _mostly_masked(text: str) -> str:
    return f"{_MASK}{text[-_SHOWN:]}" if len(text) > _SHOWN else text
