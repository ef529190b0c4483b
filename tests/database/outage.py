"""Services that stopped, for tests: rows as the database would give them, and texts that nobody configured."""

from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any

from database import Database
from database.storage.models import Job, ServiceState
from tests.database.clinic import MORNING, new_row
from tests.tasks.bodies import CARD

DOWN, REFUSED = "BPJS tidak dapat dihubungi.", "Kata sandi PCare ditolak."
# What a clinic's system may have written as faskes.
HOSTILE = (
    "klinik\nbaru",
    "[klik](http://jahat.example/x)",
    "\U0001f600" * 64,
    f"kartu {CARD}",
    "\x1b[31m<b>|`*",
    "www.jahat.example",
)


def names(count: int) -> list[str]:
    """So many clinics."""
    return [f"klinik-{number:03}" for number in range(count)]


def unknown_names(count: int) -> list[str]:
    """So many texts that no file of clinics has, the hostile ones first."""
    return [*HOSTILE, *(f"salah-ketik-{number}" for number in range(count - len(HOSTILE)))]


def stopped(faskes: str, service: str = "pcare", /, **values: Any) -> ServiceState:
    """The row of a service that is down since the morning; `values` replace what it says."""
    row = {"state": "open", "reason": DOWN, "since": MORNING, **values}
    return ServiceState(**{"faskes": faskes, "service": service, "jenis": "", **row})


def refused(faskes: str, service: str = "pcare", /, **values: Any) -> ServiceState:
    """The row of a service whose credential was refused."""
    return stopped(faskes, service, **{"state": "paused", "reason": REFUSED, **values})


def after(minutes: float) -> datetime:
    """So long after the morning."""
    return MORNING + timedelta(minutes=minutes)


def waiting(faskes: str, count: int = 1, **values: Any) -> list[Job]:
    """Jobs of a clinic that wait."""
    return [new_row(faskes=faskes, kunci=f"k-{n}", rantai=f"r-{n}", **values) for n in range(count)]


def store(database: Database, rows: Iterable[Any]) -> None:
    """All of them."""
    with database.write() as session:
        session.add_all(rows)
