"""Keeps the writes of a simulator in a file, so that it holds after a restart what it held before."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

from bpjs_simulator.holdings import Row


class LedgerUnusable(Exception):
    """The file cannot be made, read or written; the text says why."""


class Journal:
    """A line of JSON for each write that it saw; a line that a crash cut short counts as never written."""

    def __init__(self, file: Path) -> None:
        """Raises LedgerUnusable."""
        try:
            file.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            number = os.open(file, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600)
        except OSError as cause:
            raise LedgerUnusable(cause.strerror) from None
        self._opened = os.fdopen(number, "r+b", buffering=0)

    def rows(self) -> Iterator[Row]:
        """The writes of before, oldest first; what is no whole line is cut off."""
        whole = 0
        self._opened.seek(0)
        for line in self._opened.read().splitlines(keepends=True):
            row = _row(line)
            if row is None:
                break
            whole += len(line)
            yield row
        self._opened.truncate(whole)

    def add(self, row: Row) -> None:
        """Write one down before it is answered."""
        self._opened.write(json.dumps(row).encode() + b"\n")

    def empty(self) -> None:
        """Forget all."""
        self._opened.truncate(0)

    def close(self) -> None:
        """Let go of the file."""
        self._opened.close()


def _row(line: bytes) -> Row | None:
    try:
        row = json.loads(line) if line.endswith(b"\n") else None
    except ValueError:
        return None
    return row if isinstance(row, dict) else None
