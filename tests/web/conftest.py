"""The page before a clinic with a few jobs, and people who may open it."""

from collections.abc import Iterator
from functools import cache

import pytest

from database import Database
from database.people import login, passwords
from database.people.people import Role
from tests.database.clinic import Clinic
from tests.web.site import Site, add, serving
from web.desk import Desk


@pytest.fixture
def site(database: Database, monkeypatch: pytest.MonkeyPatch) -> Iterator[Site]:
    """The page, with `sari` (superadmin), `budi` of the clinic utama and `tono` of another."""
    # A password that costs 19 MiB at each login would be most of a test (tests/database/test_login.py pays it).
    monkeypatch.setattr(passwords, "_MEMORY_KIB", 64)
    monkeypatch.setattr(login, "_nobodys", cache(login._nobodys.__wrapped__))  # as cheap, and nobody else's
    add(database, "sari", role=Role.SUPERADMIN)
    add(database, "budi", "utama")
    add(database, "tono", "klinik-melati")
    with serving(Desk(database), Clinic(database)) as running:
        yield running
