"""Unpacking BPJS's answers: our library beside `lzstring` 1.0.4, which most clients in Python use.

Run as a script it measures the `lzstring` module that it finds: each library gets a process of its own.
"""

import json
import os
import subprocess
import sys
import time
from pathlib import Path

from benchmarks.measured import Measured
from bpjs_simulator.lzstring_encoder import compress
from bpjs_simulator.references import References

_ROUNDS = 5
_PAGE = 500
_OTHERS = Path(sys.prefix) / "others"


def measure() -> list[Measured]:
    """Pages of every long reference, unpacked by each library; the best of five rounds."""
    pages = _pages()
    return [
        Measured("py-lzstring 0.1.1", len(pages), _seconds(None)),
        Measured("lzstring 1.0.4", len(pages), _seconds(_OTHERS)),
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


def _seconds(beside: Path | None) -> float:
    environ = os.environ | ({"PYTHONPATH": str(beside)} if beside else {})
    ran = subprocess.run(
        [sys.executable, "-m", "benchmarks.decoder"], env=environ, capture_output=True, text=True, check=True
    )
    return float(ran.stdout)


def _unpack_all() -> float:
    import lzstring  # noqa: PLC0415 - whichever is there

    unpack = getattr(lzstring, "decompress_from_encoded_uri_component", None)
    unpack = unpack or lzstring.LZString().decompressFromEncodedURIComponent
    pages = [(page, compress(page)) for page in _pages()]
    best = float("inf")
    for _ in range(_ROUNDS):
        started = time.perf_counter()
        unpacked = [unpack(packed) for _, packed in pages]
        best = min(best, time.perf_counter() - started)
        assert unpacked == [page for page, _ in pages]
    return best


if __name__ == "__main__":
    print(_unpack_all())
