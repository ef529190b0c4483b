"""The visits that must be in PCare by the reporting day: how many are not yet, and how long is left."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, timedelta

from database import Database
from database.views.report import missing_visits, reported_visits
from tasks.reporting import Reporting, month_after


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
    reporting = Reporting(reporting_day)
    first = reporting.open_month(today)
    last, due = month_after(first) - timedelta(days=1), reporting.due(first)
    return VisitMonth(
        first,
        last,
        due,
        (due - today).days,
        sent=reported_visits(database, first, last, only),
        missing=missing_visits(database, first, last, only),
        late=missing_visits(database, None, first - timedelta(days=1), only),
    )
