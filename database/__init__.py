"""Our own tables: jobs, attempts, services, references. Knows neither Prefect nor HTTP."""

from database.engine import Database, open_database
from database.errors import (
    DatabaseError,
    DatabaseUnavailable,
    JobNotFound,
    LeaseLost,
    LineRefused,
    MoveRefused,
)
from database.intake import Enqueued, enqueue, enqueue_lines

__all__ = [
    "Database",
    "DatabaseError",
    "DatabaseUnavailable",
    "Enqueued",
    "JobNotFound",
    "LeaseLost",
    "LineRefused",
    "MoveRefused",
    "enqueue",
    "enqueue_lines",
    "open_database",
]
