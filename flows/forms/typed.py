"""Reads single fields as people type them into a form; Prefect's REST API lets anything through."""

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from database import LineRefused
from database.faskes_name import foreign_name
from database.typed import an_object, read_object
from database.views.monitor import has_jobs_of
from tasks.composition import Composition

T = TypeVar("T")


def text(value: object) -> str:
    """The text that was typed into a field, without the space around it."""
    return "" if value is None else str(value).strip()


def unless_empty(read: Callable[[str, str], T], value: object, name: str) -> T | None:
    """The value that `read` makes of the field of this name; None for no word. Raises as `read` does."""
    typed = text(value)
    return read(typed, name) if typed else None


def json_object(value: object, name: str) -> Mapping[str, Any] | None:
    """An object: JSON text from a form, or itself from the REST API; None for no word. Raises LineRefused."""
    if value is None or isinstance(value, str):
        return unless_empty(read_object, value, name)
    return an_object(value, name)


def clinic_here(at: Composition, typed: object) -> str | None:
    """A clinic with a credential or with jobs here; None for no word. Raises LineRefused, DatabaseError."""
    faskes = text(typed)
    if not faskes:
        return None
    if not at.clinics.knows(faskes) and not has_jobs_of(at.database, faskes):
        raise LineRefused(f"tidak ada faskes {foreign_name(faskes)} di sini")
    return faskes


def filled(given: Mapping[str, Any]) -> None:
    """Raise LineRefused with the names of all fields that are empty."""
    empty = [name for name, value in given.items() if text(value) in {"", "0"}]
    if empty:
        *others, last = empty
        raise LineRefused(f"{' dan '.join([', '.join(others), last]) if others else last} wajib diisi")
