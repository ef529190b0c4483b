"""A scheduled run that a newer one of its schedule has overtaken is not carried out."""

import logging
from datetime import UTC, datetime, tzinfo
from typing import Any

from prefect import get_client
from prefect.client.schemas import State
from prefect.context import FlowRunContext
from prefect.states import Cancelled

from tasks.prefect_server.late_runs import skip_late
from tasks.prefect_server.recording import PREFECT_UNAVAILABLE

logger = logging.getLogger(__name__)


def overtaken(zone: tzinfo) -> State[Any] | None:
    """The state to end with at once when this run is late and not the newest of its schedule; else None.

    A run that cannot ask is carried out: once too often does no harm.
    """
    context = FlowRunContext.get()
    if context is None or context.flow_run is None:
        return None
    try:
        with get_client(sync_client=True) as client:
            said = skip_late(client, context.flow_run, datetime.now(UTC), zone)
    except PREFECT_UNAVAILABLE as error:
        logger.warning("late runs were not looked for: %s", type(error).__name__)
        return None
    return None if said is None else Cancelled(message=said)
