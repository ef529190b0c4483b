"""BPJS holds registrations, visits and the queue, and here a ledger of every write that it saw, too."""

from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]
Key = tuple[Any, ...]


class Shelf:
    """Rows in the order they came, found by the values of some columns without looking at all of them.

    A plain list was searched anew for every write: 5,000 registrations halved what the server could take.
    The columns of an index must not change while a row is held.
    """

    def __init__(self, *indexes: tuple[str, ...]) -> None:
        self._rows: dict[int, Row] = {}  # by identity, so that removing does not compare whole rows
        self._indexes: dict[tuple[str, ...], dict[Key, list[Row]]] = {columns: {} for columns in indexes}

    def __iter__(self) -> Iterator[Row]:
        return iter(self._rows.values())

    def __len__(self) -> int:
        return len(self._rows)

    def add(self, row: Row) -> None:
        """Hold a row, as the last one."""
        self._rows[id(row)] = row
        for columns, index in self._indexes.items():
            index.setdefault(_key(columns, row), []).append(row)

    def remove(self, row: Row) -> None:
        """Let go of a row that is held."""
        del self._rows[id(row)]
        for columns, index in self._indexes.items():
            same = index[_key(columns, row)]
            same[:] = [other for other in same if other is not row]

    def where(self, **wanted: Any) -> list[Row]:
        """The rows with these values, in the order they came."""
        candidates: Iterator[Row] = iter(self)
        for columns, index in self._indexes.items():
            if set(columns) <= set(wanted):
                candidates = iter(index.get(_key(columns, wanted), []))
                break
        return [row for row in candidates if all(row.get(name) == value for name, value in wanted.items())]

    def first(self, **wanted: Any) -> Row | None:
        """The first row with these values."""
        return next(iter(self.where(**wanted)), None)


def _key(columns: tuple[str, ...], row: Row) -> Key:
    return tuple(row[column] for column in columns)


VISIT_KEY = ("kdProvider", "noKartu", "tglDaftar", "kdPoli")
_LONGEST_WORD = 20
QUEUE_KEY = ("kdProvider", "nomorkartu", "kodepoli", "tanggalperiksa")


@dataclass
class Holdings:
    """The state of both services. Not thread-safe: the server handles one rule at a time."""

    pendaftaran: Shelf = field(default_factory=lambda: Shelf(VISIT_KEY))
    kunjungan: Shelf = field(default_factory=lambda: Shelf(VISIT_KEY, ("noKunjungan",), ("noKartu",)))
    antrean: Shelf = field(default_factory=lambda: Shelf(QUEUE_KEY))
    writes: list[Row] = field(default_factory=list)
    reads_by_path: dict[str, int] = field(default_factory=dict)
    in_flight: int = 0
    most_in_flight: int = 0
    _numbers: dict[str, int] = field(default_factory=dict)

    def next_number(self, series: str) -> int:
        """1, 2, 3 … within a series; never given twice, deleted or not."""
        self._numbers[series] = self._numbers.get(series, 0) + 1
        return self._numbers[series]

    def count_read(self, path: str) -> None:
        """Count one read by the first part of its path, which names no patient; what is no word is `lain`."""
        first = path.partition("/")[0]
        kind = first if first.isalpha() and first.isascii() and len(first) <= _LONGEST_WORD else "lain"
        self.reads_by_path[kind] = self.reads_by_path.get(kind, 0) + 1

    def ledger(self) -> Row:
        """A copy of everything, as the control endpoint shows it."""
        return {
            "pendaftaran": [dict(row) for row in self.pendaftaran],
            "kunjungan": [dict(row) for row in self.kunjungan],
            "antrean": [dict(row) for row in self.antrean],
            "writes": list(self.writes),
            "reads": sum(self.reads_by_path.values()),
            "reads_by_path": dict(self.reads_by_path),
            "most_in_flight": self.most_in_flight,
        }
