"""Reads a text as a person would, remembering where each character stood in the original.

A number can be written in digits of another script, in full width, URL-encoded, as HTML entities or with
invisible characters in between; here all of these become plain digits, spaces and hyphens.
"""

import html
import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache

_BLANKS = str.maketrans("\t\n\v\f\r", "     ")
_ENCODED = re.compile(r"%(?:25)*([0-9A-Fa-f]{2})|(&#?\w{1,8};)|(.)", re.DOTALL)


@dataclass(frozen=True)
class PlainText:
    """The text as it reads; its character n stood from ``starts[n]`` to ``ends[n]`` of the original."""

    text: str = field(repr=False)
    starts: Sequence[int] = field(repr=False)
    ends: Sequence[int] = field(repr=False)

    def original(self, start: int, end: int) -> tuple[int, int]:
        """The place in the original of a part that is not empty."""
        return self.starts[start], self.ends[end - 1]


def plain(text: str) -> PlainText:
    """The plain form of any text. Never raises."""
    if text.isascii() and "%" not in text and "&" not in text:
        return PlainText(text.translate(_BLANKS), range(len(text)), range(1, len(text) + 1))
    characters = [(char, *found.span()) for found in _ENCODED.finditer(text) for char in _read(found)]
    letters, starts, ends = zip(*characters, strict=True) if characters else ((), (), ())
    return PlainText("".join(letters), starts, ends)


def _read(found: re.Match[str]) -> Iterator[str]:
    """The one character that was encoded, none for an invisible one."""
    octet, entity, char = found.groups()
    if octet:
        char = chr(int(octet, 16))
    elif entity:
        char = html.unescape(entity)
    yield from (_plain(char) if len(char) == 1 else "?")


@lru_cache(4096)
def _plain(char: str) -> str:
    if char.isascii():
        return " " if char.isspace() else char
    digit = unicodedata.digit(char, None)
    if digit is not None:
        return str(digit)
    return _KINDS.get(unicodedata.category(char), _compatible(char))


# By Unicode's category: invisible, dashes, and what separates words, lines and paragraphs.
_KINDS = {"Cf": "", "Pd": "-", "Zs": " ", "Zl": " ", "Zp": " "}


def _compatible(char: str) -> str:
    folded = unicodedata.normalize("NFKC", char)
    return folded if len(folded) == 1 else char
