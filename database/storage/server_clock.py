"""The database server's time: the one clock that all who share a PostgreSQL have in common.

The server is asked now and then; in between a clock of seconds that nobody can set counts on. So the wrong or
jumping clock of a machine moves no lease, no due time and no probe, and no transaction costs a question more.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from threading import Lock

from sqlalchemy import Engine, text
from sqlalchemy.exc import SQLAlchemyError

from database.storage.dialect import has_own_clock
from database.storage.steady_clock import elapsed

Clock = Callable[[], datetime]

FRESH_SECONDS = 10.0
# A question that took longer is asked again, for its answer may be off by half the time that it took.
GOOD_SECONDS = 0.2
_TRIES = 3
_ASK = text("SELECT clock_timestamp()")


def utc_now() -> datetime:
    """The present instant by this machine's clock, aware, in UTC."""
    return datetime.now(UTC)


@dataclass(frozen=True)
class Reading:
    """The server's `time` at the moment `at` of `elapsed`, give or take half of `took` (seconds)."""

    time: datetime
    at: float
    took: float

    def now(self, seconds: float) -> datetime:
        """The server's time at another moment of `elapsed`."""
        return self.time + timedelta(seconds=seconds - self.at)


class ServerClock:
    """Tells the server's time. Thread-safe; while the server cannot be asked, it counts on."""

    def __init__(self, engine: Engine, *, seconds: Callable[[], float] = elapsed) -> None:
        self._engine = engine
        self._seconds = seconds
        self._reading: Reading | None = None
        self._asking = Lock()

    def __call__(self) -> datetime:
        """Raises SQLAlchemyError when the server was never asked and cannot be."""
        reading = self._reading
        if reading is None:
            with self._asking:
                reading = self._reading = self._reading or self._ask()
        elif self._seconds() - reading.at > FRESH_SECONDS and self._asking.acquire(blocking=False):
            try:
                reading = self._reading = self._ask_anew(reading)
            finally:
                self._asking.release()
        return reading.now(self._seconds())

    def _ask_anew(self, old: Reading) -> Reading:
        try:
            return self._ask()
        except SQLAlchemyError:
            return old

    def _ask(self) -> Reading:
        readings = []
        with self._engine.connect() as connection:
            for _ in range(_TRIES):
                began = self._seconds()
                time: datetime = connection.execute(_ASK).scalar_one()
                took = self._seconds() - began
                readings.append(Reading(time.astimezone(UTC), began + took / 2, took))
                if took <= GOOD_SECONDS:
                    break
        return min(readings, key=lambda reading: reading.took)


# A machine whose clock is off by more is told so; nothing of ours depends on it, but BPJS's signatures do.
MOST_SKEW_SECONDS = 5.0


def say_skew(engine: Engine, machine: Clock = utc_now) -> str | None:
    """In Indonesian, that this machine's clock is wrong; None while it is not. Raises SQLAlchemyError."""
    ahead = machine_ahead(engine, machine)
    if ahead is None or abs(ahead) <= MOST_SKEW_SECONDS:
        return None
    side = "lebih cepat" if ahead > 0 else "lebih lambat"
    return f"Jam komputer ini {abs(ahead):.0f} detik {side} dari jam server basis data: samakan (NTP)."


def machine_ahead(engine: Engine, machine: Clock = utc_now) -> float | None:
    """By how many seconds this machine's clock is ahead of the server's; None where there is but one clock.

    Raises SQLAlchemyError.
    """
    if not has_own_clock(engine):
        return None
    server = ServerClock(engine)
    server()  # the question takes its time
    return (machine() - server()).total_seconds()
