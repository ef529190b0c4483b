"""The next check of what waits for its patient, whatever the hour, the sessions and the days left."""

from datetime import date, datetime, time, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pydantic import ValidationError

from tasks.opening_hours import Hours, read_hours
from tasks.rechecks import Rechecks, Refusal
from tasks.settings import DeliverySettings

ZONE = ZoneInfo("Asia/Jakarta")
VISIT = date(2026, 9, 14)
RECHECKS = Rechecks([timedelta(minutes=30), timedelta(hours=1), timedelta(hours=2)])
DAY = [Hours(time(7), time(21))]
PARTS = [Hours(time(13), time(15)), Hours(time(8), time(10))]


def refused(hour: int, minute: int = 0, *, earlier: int = 0, day: int = 14, last: int = 14) -> Refusal:
    at = datetime(2026, 9, day, hour, minute, tzinfo=ZONE)
    return Refusal(at, earlier, VISIT, date(2026, 9, last))


# the refusal, the sessions of each day; between which times the next check falls, None: never
CASES: list[tuple[Refusal, list[Hours], tuple[str, str] | None]] = [
    (refused(8), DAY, ("14 08:24", "14 08:36")),
    (refused(8, earlier=1), DAY, ("14 08:48", "14 09:12")),
    (refused(8, earlier=3), DAY, None),
    (refused(8, earlier=3, last=20), DAY, ("15 07:00", "15 07:30")),
    (refused(5), DAY, ("14 07:00", "14 07:30")),
    (refused(20, 50), DAY, None),
    (refused(20, 50, last=15), DAY, ("15 07:00", "15 07:30")),
    (refused(9, 50), PARTS, ("14 13:00", "14 13:30")),
    (refused(23, 50, last=15), DAY, ("15 07:00", "15 07:30")),
    (refused(7, 10, day=15, last=16), DAY, ("16 07:00", "16 07:30")),
    (refused(7, 10, day=16, last=16), DAY, None),
    (refused(8, day=13, last=14), DAY, ("13 08:24", "13 08:36")),
    (refused(8, last=20), [], None),
]


@pytest.mark.parametrize(("refusal", "sessions", "between"), CASES)
def test_the_next_check(refusal: Refusal, sessions: list[Hours], between: tuple[str, str] | None) -> None:
    found = RECHECKS.after(refusal, lambda _day: sessions)
    if between is None:
        assert found is None
    else:
        assert found is not None
        earliest, latest = between
        assert earliest <= f"{found:%d %H:%M}" <= latest


@given(st.integers(0, 23), st.integers(0, 59), st.integers(0, 5), st.integers(10, 20), st.integers(14, 24))
def test_a_check_is_later_in_a_session_and_not_after_the_last_day(
    hour: int, minute: int, earlier: int, day: int, last: int
) -> None:
    refusal = refused(hour, minute, earlier=earlier, day=day, last=last)
    found = RECHECKS.after(refusal, lambda each: PARTS if each.day % 2 else DAY)
    if found is not None:
        assert refusal.at < found
        assert found.date() <= refusal.last
        assert any(each.opens <= found.time() < each.closes for each in (PARTS if found.day % 2 else DAY))


@pytest.mark.parametrize("text", ["07:00-21:00", " 7:00 - 21:00 "])
def test_opening_hours_are_read(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BPJS_OPENING_HOURS", text)
    monkeypatch.setenv("BPJS_SCREENING_SECONDS", "60,120")
    settings = DeliverySettings(_env_file=None)
    assert settings.opening_hours == Hours(time(7), time(21))
    assert settings.screening_waits == (timedelta(minutes=1), timedelta(minutes=2))


@pytest.mark.parametrize("text", ["", "pagi", "21:00-07:00", "07:00-25:00", "07:00", "07:00-07:00"])
def test_hours_that_are_none_are_named(text: str, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(ValueError, match="jam buka ditulis seperti 07:00-21:00"):
        read_hours(text)
    monkeypatch.setenv("BPJS_OPENING_HOURS", text)
    with pytest.raises(ValidationError, match="jam buka ditulis seperti"):
        DeliverySettings(_env_file=None)
