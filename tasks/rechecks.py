"""Says when a job that waits for its patient is checked again: a few times a day, while the poli is open."""

import random
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from tasks.opening_hours import Hours
from tasks.waits import JITTER

# What waits for a poli to open is spread over so long, lest a morning begin with all of it at once.
SPREAD = timedelta(minutes=30)

SessionsOf = Callable[[date], Sequence[Hours]]


@dataclass(frozen=True)
class Refusal:
    """BPJS wants the patient to act first. `at`: by the clinic's clock, with its time zone.

    `earlier`: how often it said so before on that day. `visit`: the day of the visit; on the days after it
    the job is checked once. `last`: the day after whose end there is no use any more.
    """

    at: datetime
    earlier: int
    visit: date
    last: date


@dataclass(frozen=True)
class Rechecks:
    """`waits`: after the first, second … refusal of a day; when they are used up, none follows that day."""

    waits: Sequence[timedelta]

    def after(self, refusal: Refusal, sessions_of: SessionsOf) -> datetime | None:
        """The next check, within a session of its day; None: none comes before the last day ends."""
        return next(self._possible(refusal, sessions_of), None)

    def _possible(self, refusal: Refusal, sessions_of: SessionsOf) -> Iterator[datetime]:
        today = refusal.at.date()
        waits = self.waits if today <= refusal.visit else ()
        if refusal.earlier < len(waits):
            vary = random.uniform(1 - JITTER, 1 + JITTER)
            at = refusal.at + waits[refusal.earlier] * vary
            yield from _within(at, sessions_of(today) if at.date() == today else ())
        for number in range(1, (refusal.last - today).days + 1):
            day = today + timedelta(days=number)
            yield from _within(datetime.combine(day, time(), refusal.at.tzinfo), sessions_of(day))


def _within(at: datetime, sessions: Sequence[Hours]) -> Iterator[datetime]:
    """That time, where it falls into a session; a time soon after the beginning of each that is to come."""
    for hours in sorted(sessions):
        opens, closes = (datetime.combine(at, clock, at.tzinfo) for clock in (hours.opens, hours.closes))
        if at < opens:
            yield opens + random.random() * min(SPREAD, closes - opens)
        elif at < closes:
            yield at
