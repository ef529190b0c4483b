"""Our own tables: jobs, attempts, services, references. Knows neither Prefect nor HTTP."""

from database.errors import (
    DatabaseError,
    DatabaseUnavailable,
    JobNotFound,
    LeaseLost,
    LineRefused,
    MoveRefused,
)
from database.jobs.handover import Enqueued, enqueue, enqueue_lines
from database.storage.engine import Database, open_database

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
