"""The shape of an answer: types, lengths, names of fields and codes; no value that BPJS keeps of anybody."""

import re
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from bpjs_client.exchange import JSON
from bpjs_client.identifiers import without_identifiers
from bpjs_client.service import Answer
from bpjs_client.text_shape import shape_of

_MOST_FIELDS = 80  # of an object; BPJS's largest has forty
_DEEPEST = 6
_ENVELOPE = re.compile(r'"(metadata)"\s*:', re.IGNORECASE)
_CODE = re.compile(r'"code"\s*:\s*("?)', re.IGNORECASE)
_SEALED = re.compile(r'"response"\s*:\s*"[^"]', re.IGNORECASE)
# A text or number is told by its length alone; of the others the value is the type.
_FIXED: Mapping[object, str] = {None: "null", True: "true/false", False: "true/false"}


def shape_of_answer(answer: Answer) -> dict[str, Any]:
    """HTTP status, BPJS's code and how it is written, its words by their shape, and the shape of the data."""
    exchange, raw = answer.exchange, answer.exchange.raw or ""
    envelope, code = _ENVELOPE.search(raw), _CODE.search(raw)
    return {
        "http": exchange.http_code,
        "kode": exchange.meta_code,
        "jenis_kode": None if code is None else ("teks" if code[1] else "bilangan"),
        "bentuk": answer.kind.value,
        "kunci_metadata": envelope[1] if envelope else None,
        "pesan": shape_of(exchange.message),
        "disegel": _SEALED.search(raw) is not None,
        "data": shape(exchange.response),
    }


def shape(value: JSON, depth: int = 0) -> Any:
    """The shape of JSON: of an object its fields, of a list its length and the common shape of its items."""
    if isinstance(value, Mapping) and depth < _DEEPEST:
        named = list(value.items())[:_MOST_FIELDS]
        return {without_identifiers(name): shape(inner, depth + 1) for name, inner in named}
    if isinstance(value, list) and depth < _DEEPEST:
        return {"daftar": len(value), "baris": _common([shape(item, depth + 1) for item in value])}
    return _kind(value)


def _kind(value: JSON) -> str:
    if value is None or isinstance(value, bool):
        return _FIXED[value]
    if isinstance(value, str):
        return f"teks {len(value)}"
    if isinstance(value, int):
        return "bilangan"
    return "pecahan" if isinstance(value, float) else "terlalu dalam"


def _common(shapes: Sequence[Any]) -> Any:
    """One shape for many rows: each field with all kinds that it has in them."""
    if not shapes:
        return None
    objects = [each for each in shapes if isinstance(each, Mapping)]
    if len(objects) < len(shapes):
        return _told(shapes)
    names = dict.fromkeys(name for each in objects for name in each)
    return {name: _of_field([each.get(name, "tidak ada") for each in objects]) for name in names}


def _of_field(kinds: Sequence[Any]) -> Any:
    if all(isinstance(kind, Mapping) for kind in kinds):
        return _common(kinds)
    return _told(kinds)


def _told(kinds: Iterable[Any]) -> str:
    """`null atau teks 3–12`: what was seen, lengths of texts drawn together."""
    words = [kind if isinstance(kind, str) else "objek" for kind in kinds]
    lengths = sorted({int(word.removeprefix("teks ")) for word in words if word.startswith("teks ")})
    others = sorted({word for word in words if not word.startswith("teks ")})
    if lengths:
        others.append(f"teks {lengths[0]}" if len(lengths) == 1 else f"teks {lengths[0]}–{lengths[-1]}")
    return " atau ".join(others)
