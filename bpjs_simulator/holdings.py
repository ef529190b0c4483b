"""What BPJS holds: registrations, visits, the queue; and a ledger of every write it saw."""

from dataclasses import dataclass, field
from typing import Any

Row = dict[str, Any]


@dataclass
class Holdings:
    """The state of both services. Not thread-safe: the server handles one rule at a time."""

    pendaftaran: list[Row] = field(default_factory=list)
    kunjungan: list[Row] = field(default_factory=list)
    antrean: list[Row] = field(default_factory=list)
    writes: list[Row] = field(default_factory=list)
    reads: int = 0
    in_flight: int = 0
    most_in_flight: int = 0
    _numbers: dict[str, int] = field(default_factory=dict)

    def next_number(self, series: str) -> int:
        """1, 2, 3 … within a series; never given twice, deleted or not."""
        self._numbers[series] = self._numbers.get(series, 0) + 1
        return self._numbers[series]

    def ledger(self) -> Row:
        """Everything, as the control endpoint shows it."""
        return {
            "pendaftaran": self.pendaftaran,
            "kunjungan": self.kunjungan,
            "antrean": self.antrean,
            "writes": self.writes,
            "reads": self.reads,
            "most_in_flight": self.most_in_flight,
        }


def find(rows: list[Row], **wanted: Any) -> Row | None:
    """The first row with these values."""
    return next((row for row in rows if all(row.get(name) == value for name, value in wanted.items())), None)
