"""Settings are read before anything starts: what no waiting will mend is refused at once."""

from bpjs_client.settings import BpjsSettings
from database.engine import parse_url
from database.settings import DatabaseSettings
from tasks.clinics import configured_clinics
from tasks.settings import DeliverySettings


def check_settings() -> None:
    """Read them all. Raises ValidationError, ClinicsWrong, DatabaseUnavailable."""
    DeliverySettings()
    if not configured_clinics().from_file:
        BpjsSettings()
    parse_url(DatabaseSettings().database_url.get_secret_value())
