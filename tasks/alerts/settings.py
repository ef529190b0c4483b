"""The settings of alerts: when somebody is told that something is wrong, and where."""

from datetime import datetime, time
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict

from database.settings import PROJECT

NEVER = "tidak"


def _time(value: object) -> object:
    if not isinstance(value, str) or value in {"", NEVER}:
        return value
    try:
        return datetime.strptime(value.strip(), "%H:%M").time()
    except ValueError:
        raise ValueError(f"ditulis seperti 21:00, atau {NEVER}") from None


SummaryAt = Annotated[time | Literal["", "tidak"], BeforeValidator(_time)]


class AlertSettings(BaseSettings):
    """Limits of the alerts, and who hears of them.

    `alert_block`: a notification block made in Prefect's UI, as `slack-webhook/klinik`. `alert_url`: else a
    webhook that is sent JSON, `{"subject": …, "body": …}`; without either nobody is told.
    `alert_waiting_minutes`: how long a job may wait. `alert_failure_percent`: how many of a day's jobs may
    fail. `alert_summary_at`: when the day's summary is sent, as `21:00` in the clinic's own time; before
    `BPJS_OPENING_HOURS` begin it is about the day before; empty: when they end; `tidak`: never.
    `alert_silent_minutes`: how long a dispatcher may be silent. `watch_seconds`: how often it looks.
    """

    model_config = SettingsConfigDict(env_prefix="BPJS_", env_file=PROJECT / ".env", extra="ignore")

    alert_block: str = ""
    alert_url: SecretStr = SecretStr("")
    alert_waiting_minutes: int = Field(default=60, ge=1, le=1440)
    alert_failure_percent: float = Field(default=20, gt=0, le=100)
    alert_silent_minutes: float = Field(default=5, ge=1 / 6, le=1440)  # Prefect takes no less
    alert_summary_at: SummaryAt = ""
    watch_seconds: float = Field(default=30, gt=0, le=600)


def summary_time(settings: AlertSettings, closes: time) -> time | None:
    """When the day's summary is due, by default when the clinic closes; None: never."""
    at = settings.alert_summary_at
    if at == NEVER:
        return None
    return at if isinstance(at, time) else closes
