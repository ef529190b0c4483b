"""Links from a job to its run in Prefect's UI."""

from collections.abc import Callable
from urllib.parse import urlsplit
from uuid import UUID

from web.settings import LOOPBACK, WebSettings

RunLink = Callable[[UUID], str | None]


def run_links(settings: WebSettings, api_url: str) -> RunLink:
    """The address of a task run's page; None for each where nobody knows a UI that a browser can reach."""
    ui = settings.prefect_ui or (_beside(api_url) if urlsplit(api_url).hostname in LOOPBACK else "")
    return lambda run: f"{ui.rstrip('/')}/runs/task-run/{run}" if ui else None


def _beside(api_url: str) -> str:
    return api_url.rstrip("/").removesuffix("/api")
