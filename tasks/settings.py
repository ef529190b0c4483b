"""The settings of delivery on this machine, which belong to neither BPJS nor the database."""

from collections.abc import Sequence
from datetime import time, timedelta
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field
from pydantic_settings import BaseSettings, NoDecode, SettingsConfigDict

from database.settings import PROJECT
from tasks.opening_hours import Hours, read_hours
from tasks.waits import Waits


def _separated(value: object) -> object:
    return [part.strip() for part in value.split(",")] if isinstance(value, str) else value


def _durations(seconds: Sequence[float]) -> tuple[timedelta, ...]:
    return tuple(timedelta(seconds=each) for each in seconds)


def _hours(value: object) -> object:
    return read_hours(value) if isinstance(value, str) else value


_Positive = Annotated[float, Field(gt=0, le=86_400, allow_inf_nan=False)]
# NoDecode: written with commas, not as JSON.
Seconds = Annotated[tuple[_Positive, ...], NoDecode, BeforeValidator(_separated), Field(min_length=1)]


OpeningHours = Annotated[Hours, NoDecode, BeforeValidator(_hours)]


class DeliverySettings(BaseSettings):
    """Names, limits and checks of our own.

    `run_names`: `norm` gives runs norm and patient name, `id` only the job's id. `timeout_seconds`: the
    longest wait for a part of an answer. `sync_concurrency`: requests at a time while references are read.
    `check_references`: whether codes are checked against the reference data before a job is sent.
    `keep_days`: how long settled jobs are kept.
    `try_seconds`, `look_seconds`, `probe_seconds`: the tables of waits, as `60,120,300` (see `Waits`).
    `screening_seconds`: how long after the first, second … refusal of a day a job that waits for its patient
    is checked again. `opening_hours`: between which hours, where the antrean schedule does not tell.
    `lease_margin_seconds`: how long after a request's time limit its job is given up for dead.
    """

    model_config = SettingsConfigDict(env_prefix="BPJS_", env_file=PROJECT / ".env", extra="ignore")

    run_names: Literal["norm", "id"] = "norm"
    timeout_seconds: float = Field(default=30, gt=0, le=60)
    sync_concurrency: int = Field(default=4, ge=1, le=20)
    check_references: bool = True
    keep_days: int = Field(default=730, ge=31)
    lease_margin_seconds: float = Field(default=30, gt=0, le=60)
    try_seconds: Seconds = (60, 120, 300, 600, 1200, 1800, 3600)
    look_seconds: Seconds = (5, 15, 60, 300, 900, 3600)
    probe_seconds: Seconds = (5, 10, 20, 40, 60)
    screening_seconds: Seconds = (1800, 3600, 7200, 7200, 7200)
    opening_hours: OpeningHours = Hours(time(7), time(21))

    @property
    def lease(self) -> timedelta:
        """The time that a job stays in hand unrenewed: the time limit and the margin, never over 90 s."""
        return timedelta(seconds=min(self.timeout_seconds + self.lease_margin_seconds, 90))

    @property
    def waits(self) -> Waits:
        """The tables of waits."""
        return Waits(*map(_durations, (self.try_seconds, self.look_seconds, self.probe_seconds)))

    @property
    def screening_waits(self) -> tuple[timedelta, ...]:
        """The waits for a patient, after the first, the second … refusal of a day."""
        return _durations(self.screening_seconds)
