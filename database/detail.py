"""A job is read back here by the systems that handed it over (docs/integration.md)."""

from typing import Any

from database.storage.engine import Database
from database.views import detail
from database.views.detail import find

__all__ = ["find", "show"]


def show(database: Database, job_id: int) -> dict[str, Any]:
    """The job's request (the newest one sent, else its body), response, result and attempts, oldest first.

    Times are UTC in ISO 8601, durations in milliseconds. Raises JobNotFound, DatabaseUnavailable.
    """
    return detail.show(database, job_id).as_dict()
