"""A body handed over is checked to be JSON, and brought into a form that both databases can keep."""

import json
import math
from collections.abc import Mapping

from database.errors import LineRefused
from database.storage.models import JsonObject
from database.typed import MOST_DIGITS

# BPJS's bodies are three levels deep; far below the depth at which Python's own JSON gives up.
DEEPEST = 50


def plain_json(body: Mapping[object, object]) -> JsonObject:
    """A copy made of dicts, lists, texts, numbers, booleans and None only.

    An integer too long to be written becomes infinity, which no field accepts. Raises LineRefused when the
    body holds anything that JSON cannot, or is nested deeper than 50 levels.
    """
    return _object(body, DEEPEST)


def _object(value: Mapping[object, object], depth: int) -> JsonObject:
    copy: JsonObject = {}
    for name, inner in value.items():
        if not isinstance(name, str):
            raise LineRefused("body harus objek JSON: nama isian harus teks")
        copy[name] = _value(inner, depth - 1)
    return copy


def _value(value: object, depth: int) -> object:
    if depth < 0:
        raise LineRefused(f"body bersarang lebih dari {DEEPEST} tingkat")
    if isinstance(value, Mapping):
        return _object(value, depth)
    if isinstance(value, list | tuple):
        return [_value(inner, depth - 1) for inner in value]
    if isinstance(value, int) and abs(value) >= 10**MOST_DIGITS:
        return math.inf if value > 0 else -math.inf
    if value is None or isinstance(value, str | int | float):
        return value
    raise LineRefused(f"body harus objek JSON: {type(value).__name__} tidak dapat ditulis")


def storable(body: JsonObject) -> JsonObject:
    """The body with infinite numbers as words (`"Infinity"`): PostgreSQL keeps no others than JSON's own."""
    plain: JsonObject = json.loads(json.dumps(body), parse_constant=str)
    return plain
