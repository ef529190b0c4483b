"""Turns what a person typed into a form, all of it text, into a body with BPJS's types."""

import json
from collections.abc import Callable, Mapping
from datetime import date
from types import NoneType
from typing import Any, get_args

from bpjs_client.bodies import MODELS
from bpjs_client.dates import read_typed_date
from bpjs_client.jenis import Jenis
from bpjs_client.wire_fields import write_pcare_date

_YES = {"ya": True, "true": True, "1": True, "tidak": False, "false": False, "0": False}

# The dates of the forms, and how BPJS wants each written; a person may type them either way.
DATES: Mapping[str, Callable[[date], str]] = {
    "tglDaftar": write_pcare_date,
    "tglPulang": write_pcare_date,
    "tanggalperiksa": date.isoformat,
}


def body_from_form(jenis: Jenis, typed: Mapping[str, object]) -> dict[str, Any]:
    """The body that these fields make; text that does not fit its type stays as typed, for the check to name.

    An empty card number of an antrean job is kept as the empty text (a non-JKN patient, contract 5a); other
    empty fields are left out.
    """
    fields = MODELS[jenis].model_fields
    body = {name: read_field(jenis, name, value) for name, value in typed.items() if name in fields}
    filled = {name: value for name, value in body.items() if value not in (None, "")}
    if "nomorkartu" in fields:
        filled.setdefault("nomorkartu", "")
    return filled


def read_field(jenis: Jenis, name: str, value: object) -> Any:
    """The value of one field of the body's model; text that does not fit its type stays as typed."""
    field = MODELS[jenis].model_fields[name]
    if not isinstance(value, str):
        return value
    if name in DATES:
        day = read_typed_date(value)
        return value if day is None else DATES[name](day)
    try:
        return _READERS.get(_plain_type(field.annotation), str.strip)(value)
    except (ValueError, KeyError):
        return value


def _plain_type(annotation: object) -> object:
    """Int for int, for an annotated int, and for either of them or None."""
    arms = [arm for arm in get_args(annotation) if arm is not NoneType]
    return _plain_type(arms[0]) if arms else annotation


def _object(text: str) -> Any:
    return json.loads(text) if text.strip() else None


_READERS: dict[object, Callable[[str], Any]] = {
    int: lambda text: int(text.strip()),
    float: lambda text: float(text.strip().replace(",", ".")),
    bool: lambda text: _YES[text.strip().lower()],
    Any: _object,
}
