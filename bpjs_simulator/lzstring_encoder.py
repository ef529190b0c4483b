"""LZString compression as BPJS applies it, written from the published algorithm.

It is code of its own on purpose: the client's decoder is checked by something that shares nothing with it.
"""

ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+-$"
_BITS = 6
_NARROW, _WIDE = 8, 16  # bits of a character that is written out


class _BitWriter:
    """Collects bits, least significant first within a number, into characters of six bits."""

    def __init__(self) -> None:
        self._written: list[str] = []  # of "0" and "1": Python turns these around faster than numbers

    def write(self, number: int, bits: int) -> None:
        """Append a number of at most so many bits."""
        self._written.append(f"{number:0{bits}b}"[::-1])

    def text(self) -> str:
        """Everything written, filled up with one to six zeros: full characters get an empty one more."""
        bits = "".join(self._written)
        bits += "0" * (_BITS - len(bits) % _BITS)
        return "".join(ALPHABET[int(bits[at : at + _BITS], 2)] for at in range(0, len(bits), _BITS))


def compress(text: str) -> str:
    """The text as `compressToEncodedURIComponent` writes it; it works on UTF-16 code units."""
    encoded = text.encode("utf-16-le", "surrogatepass")
    units = [encoded[at] | encoded[at + 1] << 8 for at in range(0, len(encoded), 2)]
    return _Compression().run(units)


class _Compression:
    """The state of one compression: the dictionary of phrases and the width of their numbers."""

    def __init__(self) -> None:
        self._phrases: dict[tuple[int, ...], int] = {}
        self._fresh: set[int] = set()
        self._next = 3  # 0: an 8-bit character follows, 1: a 16-bit one, 2: the end
        self._width = 2
        self._until_wider = 2
        self._out = _BitWriter()

    def run(self, units: list[int]) -> str:
        """Compress code units."""
        phrase: tuple[int, ...] = ()
        for unit in units:
            single = (unit,)
            if single not in self._phrases:
                self._add(single)
                self._fresh.add(unit)
            longer = (*phrase, unit)
            if longer in self._phrases:
                phrase = longer
                continue
            self._emit(phrase)
            self._add(longer)
            phrase = single
        if phrase:
            self._emit(phrase)
        self._out.write(2, self._width)
        return self._out.text()

    def _add(self, phrase: tuple[int, ...]) -> None:
        self._phrases[phrase] = self._next
        self._next += 1

    def _emit(self, phrase: tuple[int, ...]) -> None:
        first = phrase[0]
        if first in self._fresh and len(phrase) == 1:
            marker, bits = (0, _NARROW) if first < 1 << _NARROW else (1, _WIDE)
            self._out.write(marker, self._width)
            self._out.write(first, bits)
            self._count()
            self._fresh.discard(first)
        else:
            self._out.write(self._phrases[phrase], self._width)
        self._count()

    def _count(self) -> None:
        """Every number written may bring a wider next one."""
        self._until_wider -= 1
        if self._until_wider == 0:
            self._until_wider = 1 << self._width
            self._width += 1
