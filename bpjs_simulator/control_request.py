"""Reads a request to the control endpoint strictly: a slip in a test must not pass for a change."""

import json
import math
from collections.abc import Sequence
from datetime import date
from typing import Any, TypeVar

T = TypeVar("T")
_REQUIRED: Any = object()
_KINDS: dict[type, str] = {
    str: "teks",
    bool: "true atau false",
    dict: "objek JSON",
    list: "daftar JSON",
}


class WrongRequest(ValueError):
    """The request is no JSON object, or lacks a field, or has one of the wrong kind."""


class Asked:
    """The fields of one request; each look-up raises WrongRequest, in a sentence."""

    def __init__(self, content: bytes) -> None:
        try:
            fields = json.loads(content)
        except (ValueError, RecursionError):
            fields = None
        if not isinstance(fields, dict):
            raise WrongRequest("isi permintaan harus objek JSON")
        self.fields: dict[str, Any] = fields

    def only(self, *names: str) -> None:
        """Refuse a field that is none of these: misspelled, it would ask for more than was meant."""
        unknown = set(self.fields) - set(names)
        if unknown:
            raise WrongRequest(f"tidak ada '{min(unknown)}'; yang ada: {', '.join(names)}")

    def text(self, name: str, default: str = _REQUIRED) -> str:
        """A text that is not empty."""
        value = self._of(str, name, default)
        if value == "" and default is not value:
            raise WrongRequest(f"'{name}' tidak boleh kosong")
        return value

    def choice(self, name: str, choices: Sequence[str]) -> str:
        """One of these texts."""
        value = self.text(name)
        if value not in choices:
            raise WrongRequest(f"'{name}' harus salah satu dari {', '.join(choices)}")
        return value

    def flag(self, name: str, *, default: bool = _REQUIRED) -> bool:
        """True or false."""
        return self._of(bool, name, default)

    def number(self, name: str) -> float:
        """A finite number."""
        value = self._get(name, _REQUIRED)
        if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
            raise WrongRequest(f"'{name}' harus angka")
        return value

    def mapping(self, name: str, default: dict[str, Any] = _REQUIRED) -> dict[str, Any]:
        """A JSON object."""
        return self._of(dict, name, default)

    def rows(self, name: str) -> list[Any]:
        """A JSON list."""
        return self._of(list, name, _REQUIRED)

    def day(self, name: str) -> str:
        """A date as Antrean writes it, yyyy-MM-dd."""
        text = self.text(name)
        try:
            return f"{date.fromisoformat(text):%Y-%m-%d}"
        except ValueError:
            raise WrongRequest(f"'{name}' harus tanggal yyyy-MM-dd") from None

    def _of(self, kind: type[T], name: str, default: T) -> T:
        value = self._get(name, default)
        if not isinstance(value, kind):
            raise WrongRequest(f"'{name}' harus {_KINDS[kind]}")
        return value

    def _get(self, name: str, default: Any) -> Any:
        value = self.fields.get(name, default)
        if value is _REQUIRED:
            raise WrongRequest(f"'{name}' harus diisi")
        return value
