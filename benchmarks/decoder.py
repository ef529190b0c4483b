"""Measures the unpacking of BPJS's answers: our decoder beside two libraries.

Of these most clients in Python use `lzstring` 1.0.4. Run as a script it measures ours, or (`lzstring`) the
module of that name that it finds: a process for each.
"""

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from benchmarks.measured import Measured
from bpjs_client.limits import MOST_CHARACTERS
from bpjs_client.lz_string import decompress
from bpjs_simulator.lzstring_encoder import compress
from bpjs_simulator.references import References

_ROUNDS = 5
_PAGE = 500
_OTHERS = Path(sys.prefix) / "others"


def measure() -> list[Measured]:
    """Pages of every long reference, unpacked by each library; the best of five rounds."""
    pages = _pages()
    return [
        Measured("ours, to a limit", len(pages), _seconds()),
        Measured("py-lzstring 0.1.1", len(pages), _seconds("lzstring")),
        Measured("lzstring 1.0.4", len(pages), _seconds("lzstring", beside=_OTHERS)),
    ]


def _pages() -> list[str]:
    references = References()
    names = ("diagnosa", "obat", "tindakan/10", "tindakan/20", "tindakan/50")
    rows = [(name, references.rows(name)) for name in names]
    return [
        json.dumps({"count": len(of), "list": of[start : start + _PAGE]})
        for _, of in rows
        for start in range(0, len(of), _PAGE)
    ]


def _seconds(*whose: str, beside: Path | None = None) -> float:
    environ = os.environ | ({"PYTHONPATH": str(beside)} if beside else {})
    command = [sys.executable, "-m", "benchmarks.decoder", *whose]
    ran = subprocess.run(command, env=environ, capture_output=True, text=True, check=True)
    return float(ran.stdout)


def _library() -> Callable[[str], str]:
    import lzstring  # noqa: PLC0415 - whichever is there

    ours = getattr(lzstring, "decompress_from_encoded_uri_component", None)
    unpack: Callable[[str], str] = ours or lzstring.LZString().decompressFromEncodedURIComponent
    return unpack


def _ours(packed: str) -> str:
    return decompress(packed.encode(), MOST_CHARACTERS)


def _unpack_all(unpack: Callable[[str], str]) -> float:
    pages = [(page, compress(page)) for page in _pages()]
    best = float("inf")
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        unpacked = [unpack(packed) for _, packed in pages]
        best = min(best, time.perf_counter() - started)
        assert unpacked == [page for page, _ in pages]
    return best


if __name__ == "__main__":
    print(_unpack_all(_library() if sys.argv[1:] else _ours))
