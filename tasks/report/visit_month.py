"""The visits that must be in PCare by the reporting day: how many are not yet, and how long is left."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from database import Database
from database.views.report import missing_visits, reported_visits


@dataclass(frozen=True)
class VisitMonth:
    """The month whose visits are due next; `late` counts those of earlier months that never arrived."""

    first: date
    last: date
    due: date
    days_left: int
    sent: int
    missing: int
    late: int

    @property
    def share(self) -> float:
        """The part of the month's visits that is in PCare, from 0 to 1."""
        return self.sent / (self.sent + self.missing) if self.sent + self.missing else 1.0


def visit_month(
    database: Database, today: date, reporting_day: int, only: Collection[str] | None
) -> VisitMonth:
    """The oldest month whose reporting day has not passed, of these clinics (None: of all).

    Raises DatabaseUnavailable.
    """
    this_month = today.replace(day=1)
    first = this_month if today.day > reporting_day else _month_before(this_month)
    next_month = _month_after(first)
    last, due = next_month - timedelta(days=1), next_month.replace(day=reporting_day)
    return VisitMonth(
        first,
        last,
        due,
        (due - today).days,
        sent=reported_visits(database, first, last, only),
        missing=missing_visits(database, first, last, only),
        late=missing_visits(database, None, first - timedelta(days=1), only),
    )


def _month_before(first: date) -> date:
    return (first - timedelta(days=1)).replace(day=1)


def _month_after(first: date) -> date:
    return (first + timedelta(days=31)).replace(day=1)
