"""Settings are checked before anything starts, for no waiting mends a wrong one."""

from contextlib import suppress

from database import DatabaseUnavailable
from database.settings import DatabaseSettings
from database.storage.engine import parse_url
from tasks.alerts.settings import AlertSettings
from tasks.clinics import configured_clinics
from tasks.composition import composition
from tasks.settings import DeliverySettings


def check_belonging() -> None:
    """Raises OtherBpjs; a database that cannot be reached is waited for later."""
    with suppress(DatabaseUnavailable):
        _ = composition().database


def check_settings() -> None:
    """Read them all. Raises ValidationError, ClinicsWrong, NotFilledIn, DatabaseUnavailable."""
    DeliverySettings()
    AlertSettings()
    configured_clinics().refuse_unfilled()
    parse_url(DatabaseSettings().database_url.get_secret_value())
