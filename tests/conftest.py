"""What all tests share. Prefect reads its settings at import, so they are made before anything imports it."""

import os
import tempfile

from tasks.prefect_environment import configure

for name in [name for name in os.environ if name.startswith(("PREFECT_", "BPJS_"))]:
    del os.environ[name]
os.environ["PREFECT_HOME"] = tempfile.mkdtemp(prefix="prefect-home-")
configure(os.environ)

import pytest  # noqa: E402
from pydantic import SecretStr  # noqa: E402

from database import open_database  # noqa: E402
from database.settings import DatabaseSettings  # noqa: E402


@pytest.fixture
def database(tmp_path):
    db = open_database(DatabaseSettings(database_url=SecretStr(f"sqlite:///{tmp_path}/x.db")))
    yield db
    db.close()
