"""A sealed value knows its row, so that one that was put into another row is not taken for that row's own.

Values travel as plain objects, lists and texts. Those here remember the id of the job that they belong to,
which is sealed with them.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, TypeAlias

Row: TypeAlias = int | Callable[[], int | None]

FOREIGN = "isi yang tersimpan di sini milik pekerjaan lain (tertukar di basis data)"


class _OfRow:
    """Remembers a row, or how to learn it once the row has an id."""

    row: Row

    def told(self) -> int | None:
        return self.row() if callable(self.row) else self.row


class _Object(dict[str, Any], _OfRow):
    pass


class _List(list[Any], _OfRow):
    pass


class _Text(str, _OfRow):
    pass


_KINDS: Mapping[type, Callable[[Any], Any]] = {dict: _Object, list: _List, str: _Text}


def of_row(value: Any, row: Row) -> Any:
    """The same value, remembering its row; other kinds than object, list and text are as they were."""
    for kind, remembering in _KINDS.items():
        if isinstance(value, kind):
            kept = remembering(value)
            kept.row = row
            return kept
    return value


def row_of(value: Any) -> int | None:
    """The job that a value belongs to; None: nobody knows, for it was sealed before this was, or never."""
    return value.told() if isinstance(value, _OfRow) else None


def is_foreign(value: Any, job_id: int) -> bool:
    """Whether a value was sealed for another job than this."""
    return row_of(value) not in {None, job_id}


def own(value: Any, job_id: int) -> Any:
    """The value; where it belongs to another job, a sentence that says so."""
    return FOREIGN if is_foreign(value, job_id) else value


def with_row(values: Mapping[str, Any], names: Iterable[str], job_id: int) -> dict[str, Any]:
    """A row's values, those of these names remembering the job; what remembers one already keeps it."""
    known = {name: values[name] for name in names if name in values and row_of(values[name]) is None}
    return {**values, **{name: of_row(value, job_id) for name, value in known.items()}}
