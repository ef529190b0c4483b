"""An answer that a test asks for: a name, or its fields spelled out, read strictly."""

import math
import re
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from bpjs_simulator.faults import LONGEST_SECONDS
from bpjs_simulator.named_answers import NAMED
from bpjs_simulator.said import Said

CUSTOM = "custom"
_HTTP = range(200, 600)
_HEADER_NAME = re.compile(r"[A-Za-z0-9-]+", re.ASCII)
_OUR_HEADERS = {"content-length", "transfer-encoding", "connection"}  # the server's own affair


class WrongAnswer(ValueError):
    """There is no answer of this name, or it has no such field, or not this value."""


def spelled(answer: Any) -> tuple[str, Said]:
    """The name of an answer and what it says: `net-error`, or `{"name": "hang", "delay_seconds": 2}`,
    or without a name `{"http": 500, "message": "…"}`, called `custom`. Raises WrongAnswer.
    """
    if isinstance(answer, str):
        return answer, _named(answer)
    changes = dict(answer) if isinstance(answer, Mapping) else {}
    name = changes.pop("name", CUSTOM)
    if name == CUSTOM and not changes:
        raise WrongAnswer("'answer' harus nama jawaban, atau objek JSON yang tidak kosong")
    said = replace(Said() if name == CUSTOM else _named(name), **_checked(changes))
    if len(said.forms) > 1:
        raise WrongAnswer("jawaban hanya satu bentuk: amplop, 'number', 'page', 'json' atau 'cut'")
    return name, said


def _named(name: Any) -> Said:
    if not isinstance(name, str) or name not in NAMED:
        raise WrongAnswer(f"tidak ada jawaban {name!r}; yang ada: {', '.join(NAMED)}")
    return NAMED[name].said


def _checked(changes: dict[str, Any]) -> dict[str, Any]:
    for name, value in changes.items():
        if name not in _FIELDS:
            raise WrongAnswer(f"jawaban tidak punya '{name}'; yang ada: name, {', '.join(_FIELDS)}")
        fits, wanted = _FIELDS[name]
        if not fits(value):
            raise WrongAnswer(f"'{name}' dalam jawaban harus {wanted}")
    return changes


def _is_headers(value: Any) -> bool:
    return isinstance(value, Mapping) and all(_is_header(name, text) for name, text in value.items())


def _is_header(name: Any, text: Any) -> bool:
    is_name = (
        isinstance(name, str) and bool(_HEADER_NAME.fullmatch(name)) and name.lower() not in _OUR_HEADERS
    )
    return is_name and isinstance(text, str) and text.isprintable()


def _is_delay(value: Any) -> bool:
    is_number = isinstance(value, int | float) and not isinstance(value, bool)
    return is_number and math.isfinite(value) and 0 <= value <= LONGEST_SECONDS


Field = tuple[Callable[[Any], bool], str]
_TEXT: Field = (lambda value: isinstance(value, str), "teks")
# field of an answer -> (whether a value fits, what it must be)
_FIELDS: dict[str, Field] = {
    "http": (lambda value: type(value) is int and value in _HTTP, "status HTTP dari 200 sampai 599"),
    "code": (lambda value: type(value) is int, "bilangan"),
    "message": _TEXT,
    "response": (lambda _value: True, "JSON"),
    "meta": (lambda value: isinstance(value, Mapping), "objek JSON"),
    "number": _TEXT,
    "page": _TEXT,
    "json": (lambda _value: True, "JSON"),
    "headers": (_is_headers, "objek JSON dari nama header ke teks, tanpa panjang isinya"),
    "delay_seconds": (_is_delay, f"angka dari 0 sampai {LONGEST_SECONDS}"),
    "cut": (lambda value: isinstance(value, bool), "true atau false"),
}
