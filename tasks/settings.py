"""How delivery behaves on this machine: settings that belong to neither BPJS nor the database."""

from datetime import timedelta
from typing import Literal

from pydantic import Field
from pydantic_settings import BaseSettings, SettingsConfigDict

from database.settings import PROJECT


class DeliverySettings(BaseSettings):
    """`BPJS_RUN_NAMES` (norm: runs carry norm and patient name; id: only the job's id) and the time limit."""

    model_config = SettingsConfigDict(env_prefix="BPJS_", env_file=PROJECT / ".env", extra="ignore")

    run_names: Literal["norm", "id"] = "norm"
    timeout_seconds: float = Field(default=30, gt=0, le=60)

    @property
    def lease(self) -> timedelta:
        """How long a job stays in hand unrenewed: the time limit and 30 s, never over 90 s."""
        return timedelta(seconds=min(self.timeout_seconds + 30, 90))
