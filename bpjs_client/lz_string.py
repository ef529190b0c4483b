"""Unpacks LZString (contract 2.1) up to a limit, for a hundred kilobytes of it can hold gigabytes.

Every phrase of its dictionary stands somewhere in the text unpacked so far, so only its place is kept.
"""

import base64
import string
import sys
from array import array

_LETTERS = f"{string.ascii_uppercase}{string.ascii_lowercase}{string.digits}+-".encode()
_BITS = 6  # of a letter
# Base64 has the same letters but the last; what is no letter here must be none there.
_TO_BASE64 = bytes.maketrans(
    _LETTERS + bytes(set(range(256)) - set(_LETTERS)), _LETTERS[:-1] + b"/" + b"*" * (256 - len(_LETTERS))
)
# LZString writes the least significant bit first, base64 the most significant.
_TURNED_AROUND = bytes(int(f"{byte:08b}"[::-1], 2) for byte in range(256))
_CHARACTER_BITS = {0: 8, 1: 16}  # the codes that announce a character
_END = 2  # the code that ends it all; greater ones are phrases
_UTF_16 = "utf-16-le" if sys.byteorder == "little" else "utf-16-be"


class NotPacked(ValueError):
    """The text is no LZString."""


class UnpacksTooLarge(ValueError):
    """It holds more than was asked for."""


def decompress(packed: bytes, most: int) -> str:
    """The text that `compressToEncodedURIComponent` packed; half a surrogate pair becomes U+FFFD.

    Raises NotPacked, and UnpacksTooLarge as soon as there are more than ``most`` UTF-16 units.
    """
    return str(_Unpacking(_Bits(packed), most).run(), _UTF_16, "replace")


class _Bits:
    """Reads numbers of any width, least significant bit first."""

    def __init__(self, packed: bytes) -> None:
        letters = packed.translate(_TO_BASE64)
        try:
            whole = base64.b64decode(letters + b"A" * (-len(letters) % 4), validate=True)
        except ValueError:
            raise NotPacked from None
        self._bytes = whole.translate(_TURNED_AROUND)
        self._at, self._end = 0, len(packed) * _BITS

    def take(self, width: int) -> int:
        """The next number of so many bits, at most 32. Raises NotPacked when there are not so many left."""
        at = self._at
        self._at = at + width
        if self._at > self._end:
            raise NotPacked
        five_bytes = int.from_bytes(self._bytes[at >> 3 : (at >> 3) + 5], "little")
        return five_bytes >> (at & 7) & (1 << width) - 1


class _Unpacking:
    """The state of one unpacking: what was written so far, in UTF-16 units, and where its phrases stand."""

    def __init__(self, bits: _Bits, most: int) -> None:
        self._bits, self._most = bits, most
        self._written = array("H")
        # Of each code; the first three are no phrases.
        self._begins, self._ends = array("L", (0, 0, 0)), array("L", (0, 0, 0))
        self._last = -1  # where the phrase before begins
        self._width, self._until_wider = 2, 2

    def run(self) -> "array[int]":
        """All units."""
        while (code := self._bits.take(self._width)) != _END:
            begin = len(self._written)
            if code in _CHARACTER_BITS:
                self._write_character(_CHARACTER_BITS[code])
            else:
                self._write_phrase(code)
            if len(self._written) > self._most:
                raise UnpacksTooLarge
            self._learn(begin)
        return self._written

    def _write_character(self, bits: int) -> None:
        self._add(len(self._written), len(self._written) + 1)
        self._written.append(self._bits.take(bits))
        self._count()

    def _write_phrase(self, code: int) -> None:
        if code < len(self._begins):
            self._written += self._written[self._begins[code] : self._ends[code]]
        elif code == len(self._begins) and self._last >= 0:
            # The one that is about to be learned: the phrase before and its own first character again.
            self._written += self._written[self._last :]
            self._written.append(self._written[self._last])
        else:
            raise NotPacked

    def _learn(self, begin: int) -> None:
        """The phrase before and the character after it are a phrase from now on."""
        if self._last >= 0:
            self._add(self._last, begin + 1)
        self._last = begin
        self._count()

    def _add(self, begin: int, end: int) -> None:
        self._begins.append(begin)
        self._ends.append(end)

    def _count(self) -> None:
        """Every code may make the next one wider."""
        self._until_wider -= 1
        if self._until_wider == 0:
            self._until_wider = 1 << self._width
            self._width += 1
