"""A month's end is forecast from the clinic's own pace: its days of service so far, and its own weekdays."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, timedelta

FEWEST_DAYS = 5  # days of service in the month before anything is said of its end
LOOKS_BACK = timedelta(days=56)  # for the weekdays on which the clinic works
# Of a weekday's dates the clinic must have worked on so many, for it to count as a working day.
_USUALLY = 0.5


@dataclass(frozen=True)
class Day:
    """What a day of service brought: contacts, and participants who had not been there this month."""

    contacts: int
    newcomers: int


@dataclass(frozen=True)
class Forecast:
    """What is expected by the month's end, from `days_so_far` days of service and `days_to_come` more."""

    participants: int
    contacts: int
    days_so_far: int
    days_to_come: int
    contacts_a_day: float


def forecast(month: Mapping[date, Day], served: Collection[date], today: date, last: date) -> Forecast | None:
    """What `month`, the days of a month so far, leads to by its `last` day; None of too few days.

    `served`: the days of service since `today` less LOOKS_BACK, which tell on which weekdays the clinic
    works. Today itself is no whole day yet: it counts among those to come. Newcomers grow fewer as the month
    goes on, so that their pace is that of the later half of the days.
    """
    days = [found for day, found in sorted(month.items()) if day < today]
    if len(days) < FEWEST_DAYS:
        return None
    later = days[len(days) // 2 :]
    contacts_a_day = sum(day.contacts for day in days) / len(days)
    newcomers_a_day = sum(day.newcomers for day in later) / len(later)
    to_come = _days_to_come(served, today, last)
    so_far = month.get(today, Day(0, 0))
    return Forecast(
        participants=sum(day.newcomers for day in days)
        + max(so_far.newcomers, round(newcomers_a_day * to_come)),
        contacts=sum(day.contacts for day in days) + max(so_far.contacts, round(contacts_a_day * to_come)),
        days_so_far=len(days),
        days_to_come=to_come,
        contacts_a_day=contacts_a_day,
    )


def _days_to_come(served: Collection[date], today: date, last: date) -> int:
    """The working days from today to the month's last day, today among them."""
    works = _weekdays(served, today)
    return sum((today + timedelta(days=ahead)).weekday() in works for ahead in range((last - today).days + 1))


def _weekdays(served: Collection[date], today: date) -> set[int]:
    """The weekdays (0: Monday) on which the clinic usually works, since its first day of service."""
    before = {day for day in served if day < today}
    if not before:
        return set()
    begin = min(before)
    dates = [begin + timedelta(days=ahead) for ahead in range((today - begin).days)]
    return {
        weekday
        for weekday in range(7)
        if (all_of_it := [day for day in dates if day.weekday() == weekday])
        and sum(day in before for day in all_of_it) >= _USUALLY * len(all_of_it)
    }
