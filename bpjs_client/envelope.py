"""Reads the body of an answer in every variant that BPJS and its gateways send (contract 2)."""

import json
import math
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NoReturn, cast

from bpjs_client.decryption import Undecryptable, looks_encrypted, mended
from bpjs_client.exchange import JSON
from bpjs_client.limits import MOST_VALUES
from bpjs_client.page_words import has_markup, page_words

_MOST_NESTED = 100  # levels; BPJS's answers have five
_MOST_DIGITS = 18  # what fits 64 bits whatever the digits are
# Words stood here while `message` was empty (contract 9, row 14), or gateways keep theirs here.
_NAMES_OF_WORDS = (
    *("message", "msg", "messages", "pesan", "keterangan"),
    *("error", "errors", "error_description", "detail", "title"),
)
_DEEPEST_WORDS = 2  # levels: {"error": {"message": "…"}}


class BodyKind(StrEnum):
    """The kind of body that came back."""

    ENVELOPE = "envelope"  # BPJS's own: a response with metaData (PCare) or metadata (Antrean)
    EMPTY = "empty"
    FOREIGN = "foreign"  # JSON without BPJS's code: a gateway or framework speaks
    TEXT = "text"  # not JSON: a sentence of a gateway
    PAGE = "page"  # not JSON: HTML of a gateway, a firewall or ASP.NET


@dataclass(frozen=True)
class Envelope:
    """An answer's content: code as text, BPJS's words, the decoded response."""

    kind: BodyKind
    meta_code: str | None = None
    message: str = ""
    response: JSON = None
    undecryptable: bool = False


def read_envelope(text: str, decrypt: Callable[[str], str]) -> Envelope:
    """Take an answer's body apart; ``decrypt`` opens a response or raises `Undecryptable`. Never raises."""
    if not text.strip():
        return Envelope(BodyKind.EMPTY)
    try:
        body = parse_json(text)
    except ValueError:
        return Envelope(BodyKind.PAGE if has_markup(text) else BodyKind.TEXT, message=page_words(text))
    metadata = _entry(body, "metadata")
    if not isinstance(metadata, Mapping):
        return Envelope(BodyKind.FOREIGN, message=_message(body), response=body)
    response, undecryptable = _decoded(_entry(body, "response"), decrypt)
    message = _message(metadata) or _message(body)
    return Envelope(BodyKind.ENVELOPE, _code(_entry(metadata, "code")), message, response, undecryptable)


def parse_json(text: str) -> JSON:
    """JSON as BPJS writes it (raw line breaks in names included), fit to be stored.

    A number of more than 18 characters, or beyond a float, becomes its text; of a name that comes twice the
    last counts. Raises ValueError, also for more values than anybody wants to read.
    """
    # The signs between values are counted much faster than values are made, and are rare in texts.
    if sum(map(text.count, ",[{")) > MOST_VALUES:
        raise ValueError("too many values")
    try:
        value = json.loads(
            text, strict=False, parse_constant=_refuse, parse_int=_whole_number, parse_float=_fraction
        )
    except RecursionError:
        raise ValueError("nested too deeply") from None
    if _is_deep(value):
        raise ValueError("nested too deeply")
    # Lone surrogates and NUL can only come from escapes; no database column takes them.
    escaped = text.lower()
    return _storable(value) if "\\ud" in escaped or "\\u0000" in escaped else cast(JSON, value)


def _whole_number(digits: str) -> int | str:
    """The number, or its text when it has more digits than a database or a spreadsheet keeps."""
    return int(digits) if len(digits) <= _MOST_DIGITS else digits


def _fraction(digits: str) -> float | str:
    """The number, or its text when it is infinite to us (1e999), for which JSON has no word."""
    number = float(digits)
    return number if math.isfinite(number) else digits


def _is_deep(value: object) -> bool:
    """Whether it is nested more deeply than whoever walks through it later can follow."""
    level = [value]
    for _ in range(_MOST_NESTED):
        level = [inner for outer in level for inner in _inside(outer)]
        if not level:
            return False
    return True


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, Mapping):
        return value.values()
    return value if isinstance(value, list) else ()


def field_messages(response: JSON) -> Iterator[tuple[str, str]]:
    """The (field, message) pairs of a refusal, whether object, list or plain texts."""
    for item in response if isinstance(response, list) else [response]:
        if isinstance(item, Mapping):
            message = _message(item)
            if message:
                yield _words(_entry(item, "field")), message
        elif isinstance(item, str) and item.strip():
            yield "", item.strip()


def number_in(response: JSON, name: str) -> str | None:
    """The number called ``name`` (noUrut, noKunjungan) in a create's answer; object or array (contract 5)."""
    for item in response if isinstance(response, list) else [response]:
        number = _words(_entry(item, "message"))
        if number and _words(_entry(item, "field")).casefold() == name.casefold():
            return number
    return _words(_entry(response, name)) or None


def _refuse(constant: str) -> NoReturn:
    raise ValueError(f"{constant} is not JSON")


def _entry(value: JSON, name: str) -> JSON:
    if isinstance(value, Mapping):
        for key, entry in value.items():
            if key.casefold() == name.casefold():
                return entry
    return None


def _message(value: JSON) -> str:
    """The words of an object, under the contract's name for them or under another; "" for nothing."""
    return _words(_entry(value, "message")) or _told(value, _DEEPEST_WORDS)


def _told(value: JSON, levels: int) -> str:
    if isinstance(value, str):
        return value.strip() if any(map(str.isalpha, value)) else ""
    if isinstance(value, list):
        return "; ".join(filter(None, (_told(item, levels) for item in value)))
    entries = (_entry(value, name) for name in _NAMES_OF_WORDS if levels)
    return next(filter(None, (_told(entry, levels - 1) for entry in entries)), "")


def _code(value: JSON) -> str | None:
    if isinstance(value, bool):
        return None
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return str(value).strip() or None if isinstance(value, int | str) else None


def _words(value: JSON) -> str:
    if isinstance(value, list):
        return "; ".join(filter(None, map(_words, value)))
    if isinstance(value, bool) or not isinstance(value, str | int):
        return ""
    return str(value).strip()


def _decoded(response: JSON, decrypt: Callable[[str], str]) -> tuple[JSON, bool]:
    if not isinstance(response, str) or not looks_encrypted(response):
        return response, False
    try:
        text = decrypt(response)
    except Undecryptable:
        return response, True
    try:
        return parse_json(text), False
    except ValueError:
        return text, False


def _storable(value: JSON) -> JSON:
    if isinstance(value, str):
        return mended(value).replace("\x00", "\ufffd")
    if isinstance(value, list):
        return [_storable(item) for item in value]
    if isinstance(value, dict):
        return {str(_storable(key)): _storable(item) for key, item in value.items()}
    return value
