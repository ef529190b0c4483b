"""How delivery behaves on this machine: settings that belong to neither BPJS nor the database."""

from datetime import timedelta
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from database.settings import PROJECT


class DeliverySettings(BaseSettings):
    """Names, limits and checks of our own.

    `run_names`: `norm` gives runs norm and patient name, `id` only the job's id. `timeout_seconds`: the
    longest wait for a part of an answer. `sync_concurrency`: requests at a time while references are read.
    `check_references`: whether codes are checked against the reference data before a job is sent.
    """

    model_config = SettingsConfigDict(env_prefix="BPJS_", env_file=PROJECT / ".env", extra="ignore")

    run_names: Literal["norm", "id"] = "norm"
    timeout_seconds: float = Field(default=30, gt=0, le=60)
    sync_concurrency: int = Field(default=4, ge=1, le=20)
    check_references: bool = True

    @property
    def lease(self) -> timedelta:
        """How long a job stays in hand unrenewed: the time limit and 30 s, never over 90 s."""
        return timedelta(seconds=min(self.timeout_seconds + 30, 90))
