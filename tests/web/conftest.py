"""The page before a clinic with a few jobs, and people who may open it."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from database import open_database
from database.people.people import Role
from database.settings import DatabaseSettings
from tests.database.clinic import Clinic
from tests.web.site import Site, add, serving
from web.desk import Desk


@pytest.fixture
def site(tmp_path: Path) -> Iterator[Site]:
    """The page, with `sari` (superadmin), `budi` of the clinic utama and `tono` of another."""
    settings = DatabaseSettings(_env_file=None, database_url=SecretStr(f"sqlite:///{tmp_path / 'bpjs.db'}"))
    database = open_database(settings)
    add(database, "sari", role=Role.SUPERADMIN)
    add(database, "budi", "utama")
    add(database, "tono", "klinik-melati")
    with serving(Desk(database), Clinic(database)) as running:
        yield running
    database.close()
