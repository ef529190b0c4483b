"""Reads what a form sends: names and texts, of which the last of a name counts."""

from collections.abc import Iterator
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, HTTPException, Request

_MOST_FIELDS = 6_000
_URLENCODED = "application/x-www-form-urlencoded"


class Form:
    """The fields of one form, in its order."""

    def __init__(self, pairs: list[tuple[str, str]]) -> None:
        self._pairs = pairs

    def one(self, name: str, default: str = "") -> str:
        """The last text of this name, without the space around it."""
        return next((value.strip() for key, value in reversed(self._pairs) if key == name), default)

    def all(self, name: str) -> list[str]:
        """Every text of this name."""
        return [value.strip() for key, value in self._pairs if key == name]

    def beginning(self, prefix: str) -> Iterator[tuple[str, str]]:
        """The fields whose name begins so, with the rest of the name and the text as it was typed."""
        return ((key.removeprefix(prefix), value) for key, value in self._pairs if key.startswith(prefix))


def form_of(text: str) -> Form:
    """Raises ValueError: too many fields, or no UTF-8."""
    pairs = parse_qsl(text, keep_blank_values=True, errors="strict", max_num_fields=_MOST_FIELDS)
    # A browser ends a line in a form with two characters, whatever was typed.
    return Form([(name, value.replace("\r\n", "\n").replace("\x00", "")) for name, value in pairs])


async def read_form(request: Request) -> Form:
    """The form of a request, or of its address for a page that is only opened. Raises HTTPException."""
    try:
        if request.method == "GET":
            return form_of(request.url.query)
        kind = request.headers.get("content-type", _URLENCODED).partition(";")[0].strip().lower()
        if kind != _URLENCODED:
            raise HTTPException(415, "Isian ini bukan formulir.")
        return form_of((await request.body()).decode("utf-8"))
    except ValueError:
        raise HTTPException(400, "Isian ini tidak dapat dibaca.") from None


TheForm = Annotated[Form, Depends(read_form)]


def whole(text: str) -> int | None:
    """A number that may be a job's or a version; None for any other text."""
    return int(text) if text.isascii() and text.isdigit() and len(text) <= _LONGEST_NUMBER else None


_LONGEST_NUMBER = 18
