"""Reads single fields as people type them into a form; Prefect's REST API lets anything through."""

import re
from collections.abc import Mapping
from typing import Any

from database import LineRefused
from database.faskes_name import foreign_name
from database.views.monitor import has_jobs_of
from tasks.composition import Composition

# Nine digits: no job has a longer number, and every card and NIK does.
_NUMBER = re.compile(r"0|[1-9][0-9]{0,8}")


def text(value: object) -> str:
    """What was typed into a field, without the space around it."""
    return "" if value is None else str(value).strip()


def is_number(value: object) -> bool:
    """Whether it is a whole number that is no card's."""
    return _NUMBER.fullmatch(text(value)) is not None


def whole_number(value: object, name: str) -> int:
    """A number typed as text. Raises LineRefused, without it: a card number may be in the wrong field."""
    if not is_number(value):
        raise LineRefused(f"{name} harus bilangan")
    return int(text(value))


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
