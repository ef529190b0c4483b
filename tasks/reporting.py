"""When a clinic's month closes at BPJS, and how many participants BPJS has registered there."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta

DAY = 3  # of the next month; contract 9, row 20


@dataclass(frozen=True)
class Reporting:
    """`day` of the next month closes a month; `members`: the registered participants, None: nobody said."""

    day: int = DAY
    members: int | None = None

    def due(self, month: date) -> date:
        """The last day on which data of the month of this day count."""
        return month_after(month).replace(day=self.day)

    def open_month(self, today: date) -> date:
        """The first day of the oldest month that has not closed."""
        return today.replace(day=1) if today.day > self.day else month_before(today)


@dataclass(frozen=True)
class Reportings:
    """Of each clinic; `default` where a clinic has none of its own."""

    default: Reporting = field(default_factory=Reporting)
    own: Mapping[str, Reporting] = field(default_factory=dict)

    def of(self, faskes: str) -> Reporting:
        """A clinic's."""
        return self.own.get(faskes, self.default)

    def day(self, clinics: Collection[str] | None) -> int:
        """The closing day of one clinic; of several, or of all (None), the default."""
        return self.of(*clinics).day if clinics is not None and len(clinics) == 1 else self.default.day


def month_after(day: date) -> date:
    """The first day of the next month."""
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def month_before(day: date) -> date:
    """The first day of the month before."""
    return (day.replace(day=1) - timedelta(days=1)).replace(day=1)
