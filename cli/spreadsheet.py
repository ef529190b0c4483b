"""Writes rows for a spreadsheet."""

import csv
import sys
from collections.abc import Mapping, Sequence
from typing import Any

# A spreadsheet runs what begins so; what a clinic or BPJS wrote must stay text.
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def write_csv(rows: Sequence[Mapping[str, Any]], columns: Sequence[tuple[str, str]]) -> None:
    """The rows on stdout as CSV; `columns` are pairs of heading and key."""
    writer = csv.writer(sys.stdout, lineterminator="\n")
    writer.writerow([heading for heading, _ in columns])
    writer.writerows([[_harmless(row.get(key)) for _, key in columns] for row in rows])


def _harmless(value: object) -> object:
    if not isinstance(value, str):
        return value
    return f"'{value}" if value.startswith(_FORMULA) else value
