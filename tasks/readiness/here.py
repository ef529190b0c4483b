"""The check as this installation's settings have it, for the API, the terminal and the page alike."""

from database import Database
from tasks.clinics import srbk_here
from tasks.readiness.check import Readiness
from tasks.reference_data.book import ReferenceBook
from tasks.settings import DeliverySettings


def readiness_here(database: Database, book: ReferenceBook | None = None) -> Readiness:
    """The check by the settings in force. Raises pydantic's ValidationError for wrong ones."""
    return Readiness(database, book, checks_codes=DeliverySettings().check_references, uses_srbk=srbk_here())
