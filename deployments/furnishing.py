"""Beside deployments, a deploy provides named filters, the landing page and alerts in Prefect."""

from dataclasses import dataclass
from uuid import UUID

from prefect import get_client

from database import open_database
from tasks.alerts.automations import install_alerts
from tasks.alerts.settings import AlertSettings
from tasks.clinics import known_clinics
from tasks.prefect_server.crash_detection import install_crash_detection
from tasks.prefect_ui.landing import leave_landing
from tasks.prefect_ui.saved_searches import save_searches
from tasks.settings import DeliverySettings


@dataclass(frozen=True)
class Furnished:
    """The number of filters and alerts, and the address of the landing page."""

    searches: int
    alerts: int
    landing: UUID


def furnish() -> Furnished:
    """Create or replace them all.

    Raises NoSuchBlock, DatabaseError, and what Prefect's client raises when its server cannot be reached.
    """
    with get_client(sync_client=True) as client:
        searches, alerts = save_searches(client), install_alerts(client, AlertSettings())
        install_crash_detection(client)
    named = DeliverySettings().run_names == "norm"
    page = leave_landing(open_database(), named=named, known=known_clinics())
    return Furnished(searches, alerts, page)
