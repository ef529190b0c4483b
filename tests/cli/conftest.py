"""A terminal with a database of its own, and lines to hand over in it."""

import json
import os
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from bpjs_simulator.server import Simulator
from database import Database
from tasks.prefect_server.password import CLIENT_AUTH
from tests.cli.terminal import Terminal
from tests.tasks.bodies import BODIES

Line = Callable[..., str]


@pytest.fixture
def terminal(tmp_path: Path, migrated_sqlite: Path) -> Terminal:
    """The command on a SQLite database of its own, with a Prefect that knows nothing."""
    shutil.copy(migrated_sqlite, tmp_path / "bpjs.db")
    return Terminal(
        tmp_path,
        {
            "BPJS_DATABASE_URL": f"sqlite:///{tmp_path / 'bpjs.db'}",
            "PREFECT_HOME": str(tmp_path / "prefect"),
            CLIENT_AUTH: os.environ[CLIENT_AUTH],  # of the tests' Prefect server
        },
    )


@pytest.fixture
def kept(terminal: Terminal, open_at: Callable[..., Database]) -> Database:
    """The database that the terminal's commands work on."""
    return open_at(terminal.environ["BPJS_DATABASE_URL"])


@pytest.fixture
def line() -> Line:
    """One line to hand over; `frame` replaces or (with None) drops parts of its frame, `body` fields of its body."""

    def make(jenis: str = "tambah-antrean", /, body: dict[str, Any] | None = None, **frame: Any) -> str:
        whole = {
            "jenis": jenis,
            "norm": "RM-1",
            "nama_pasien": "Pasien Contoh",
            "body": {**BODIES.get(jenis, {}), **(body or {})},
            **frame,
        }
        return json.dumps({name: value for name, value in whole.items() if value is not None})

    return make


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    """BPJS, in this process."""
    with Simulator() as running:
        yield running


@pytest.fixture
def at_work(terminal: Terminal, simulator: Simulator) -> Terminal:
    """A terminal whose BPJS is the simulator."""
    terminal.environ["BPJS_PCARE_BASE_URL"] = simulator.pcare_url
    terminal.environ["BPJS_ANTREAN_BASE_URL"] = simulator.antrean_url
    return terminal
