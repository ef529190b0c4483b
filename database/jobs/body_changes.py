"""The changes that a person made to a body, field by field."""

from collections.abc import Iterator, Mapping
from typing import Any

Change = dict[str, Any]
_MISSING = object()


def changes_between(old: Mapping[str, Any], new: Mapping[str, Any]) -> list[Change]:
    """`{"field", "from", "to"}` for each field that differs, inner fields as `rujukLanjut.kdppk`.

    A field that was or is not there lacks its `from` or `to`.
    """
    return list(_changes(old, new, ""))


def _changes(old: Mapping[str, Any], new: Mapping[str, Any], prefix: str) -> Iterator[Change]:
    for name in dict.fromkeys((*old, *new)):
        before, after = old.get(name, _MISSING), new.get(name, _MISSING)
        if isinstance(before, Mapping) and isinstance(after, Mapping):
            yield from _changes(before, after, f"{prefix}{name}.")
        elif not _same(before, after):
            sides = {"from": before, "to": after}
            yield {"field": prefix + name} | {
                side: value for side, value in sides.items() if value is not _MISSING
            }


def _same(before: object, after: object) -> bool:
    # In JSON true is not 1, though Python calls them equal.
    return before == after and isinstance(before, bool) == isinstance(after, bool)
