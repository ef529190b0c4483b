"""A form made of a body, and the body made of what was typed into that form.

Every leaf of the body and every field of its model is a field of the form, named by its wire path
(`rujukLanjut.kdppk`). Only these may be changed, whatever else a request brings. What nobody touched keeps
its value and its type; what was typed gets the type that the value had, or that the model asks for.
"""

import json
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any

from bpjs_client.bodies import MODELS, FieldError
from bpjs_client.form import DATES, read_field
from bpjs_client.jenis import Jenis
from web.field_words import CODES, words_of

# What names the patient's record, or the visit that a correction is for, is not corrected here.
LOCKED = frozenset({"norm", "kunci"})
_MISSING = object()
_LONG = frozenset({"keluhan", "anamnesa", "terapiObat", "terapiNonObat", "bmhp", "alasan", "alasanTacc"})


@dataclass(frozen=True)
class Field:
    """One field. `kind`: text, long, yesno or json; `codes`: the reference to search."""

    path: str
    words: str
    text: str = field(repr=False)
    kind: str
    is_locked: bool
    codes: str
    error: str = ""


def fields_of(
    jenis: Jenis,
    body: Mapping[str, Any],
    errors: Iterable[FieldError],
    typed: Mapping[str, str] | None = None,
) -> list[Field]:
    """The fields in the order of the body's model, those with an error first; `typed` stands as it was."""
    wrong = {error.field: error.message for error in errors}
    made = [_field(jenis, body, path, wrong, typed or {}) for path in _paths(jenis, body)]
    return [*(each for each in made if each.error), *(each for each in made if not each.error)]


def unnamed(errors: Iterable[FieldError], fields: Iterable[Field]) -> list[FieldError]:
    """The errors that no field of the form can show."""
    shown = {each.path for each in fields}
    return [error for error in errors if error.field not in shown]


def body_of(jenis: Jenis, body: Mapping[str, Any], typed: Mapping[str, str]) -> dict[str, Any]:
    """The body with what was typed into its fields; anything that is no field of it is left aside."""
    changed: dict[str, Any] = json.loads(json.dumps(body))
    for path in _paths(jenis, body):
        if path in typed and path not in _locked(jenis) and typed[path] != _shown(_at(body, path)):
            _put(changed, path, _value(jenis, path, typed[path], _at(body, path)))
    return changed


def shown_at(body: Mapping[str, Any], path: str) -> str:
    """The text of a field as the form shows it; empty where there is none."""
    return _shown(_at(body, path))


def _locked(jenis: Jenis) -> frozenset[str]:
    return LOCKED | {"noKunjungan"} if jenis is Jenis.TAMBAH_KUNJUNGAN else LOCKED


def _field(
    jenis: Jenis, body: Mapping[str, Any], path: str, wrong: Mapping[str, str], typed: Mapping[str, str]
) -> Field:
    value = _at(body, path)
    return Field(
        path=path,
        words=words_of(path),
        text=typed.get(path, _shown(value)),
        kind=_kind(jenis, path, value),
        is_locked=path in _locked(jenis),
        codes=CODES.get(path, ""),
        error=wrong.get(path, ""),
    )


def _kind(jenis: Jenis, path: str, value: object) -> str:
    if isinstance(value, bool) or (value is _MISSING and _annotation(jenis, path) is bool):
        return "yesno"
    if isinstance(value, list):
        return "json"
    return "long" if path in _LONG else "text"


def _annotation(jenis: Jenis, path: str) -> object:
    found = MODELS[jenis].model_fields.get(path)
    return found.annotation if found else None


def _paths(jenis: Jenis, body: Mapping[str, Any]) -> list[str]:
    """The model's fields in its order, each in place of an object its leaves, then what else the body has."""
    names = [*MODELS[jenis].model_fields, *(name for name in body if name not in MODELS[jenis].model_fields)]
    return [path for name in names for path in _leaves(name, body.get(name, _MISSING))]


def _leaves(path: str, value: object) -> Iterator[str]:
    if isinstance(value, Mapping) and value:
        for name, inner in value.items():
            yield from _leaves(f"{path}.{name}", inner)
    else:
        yield path


def _at(body: Mapping[str, Any], path: str) -> object:
    value: object = body
    for name in path.split("."):
        value = value.get(name, _MISSING) if isinstance(value, Mapping) else _MISSING
    return value


def _put(body: dict[str, Any], path: str, value: object) -> None:
    *way, last = path.split(".")
    inner = body
    for name in way:
        inner = inner[name]
    if value is _MISSING:
        inner.pop(last, None)
    else:
        inner[last] = value


def _shown(value: object) -> str:
    if value is _MISSING or value is None:
        return ""
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _value(jenis: Jenis, path: str, text: str, old: object) -> object:
    if isinstance(old, list):
        return _json(text)
    if not text.strip():
        return {str: "", type(None): None}.get(type(old), _MISSING)
    if isinstance(old, str) and path not in DATES:
        return text.strip()
    if isinstance(old, int | float) and not isinstance(old, bool):
        return _number(text)
    return read_field(jenis, path, text) if path in MODELS[jenis].model_fields else text.strip()


def _number(text: str) -> object:
    value = _json(text.strip().replace(",", "."))
    return value if isinstance(value, int | float) and not isinstance(value, bool) else text.strip()


def _json(text: str) -> object:
    try:
        return json.loads(text, parse_constant=lambda _name: text)
    except (ValueError, RecursionError):
        return text
