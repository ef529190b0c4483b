"""The newest daily summary stands in Prefect as an artifact, always under the same key."""

import logging

from prefect import get_client

from tasks.prefect_server.recording import PREFECT_UNAVAILABLE
from tasks.prefect_ui.kept_artifacts import Page, keep_pages
from tasks.prefect_ui.markdown import words

logger = logging.getLogger(__name__)

KEY = "ringkasan-harian"
_TITLE = "Ringkasan hari terakhir"


def summary_page(said: str) -> Page:
    """The summary in Markdown, line for line."""
    heading, *lines = said.split("\n")
    return Page("\n\n".join([f"# {words(heading)}", *(words(line) for line in lines if line)]), _TITLE, "")


def leave_summary(said: str) -> None:
    """Keep the summary; without Prefect it is said in the log alone that it was not."""
    try:
        with get_client(sync_client=True) as client:
            keep_pages(client, {KEY: summary_page(said)})
    except PREFECT_UNAVAILABLE as error:
        logger.warning("daily summary not kept in Prefect (%s)", type(error).__name__)
