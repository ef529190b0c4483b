"""What docs/integration.md tells other systems to do is done here, word for word."""

import json
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from uuid import UUID

import pytest
from prefect import get_client
from sqlalchemy import text

from database import Database
from database.jobs.intake_table import take_up
from database.settings import PROJECT
from database.storage.models import Intake, Job
from deployments import commands
from deployments.work_pool import provide_pool
from tests.documents import Example, examples, run
from tests.flows.prefect_server import PrefectServer

EXAMPLES = examples("integration.md")
REST = next(example for example in EXAMPLES if "PREFECT_API_URL" in example.text)
HTTP = next(example for example in EXAMPLES if "$API/pekerjaan" in example.text)  # tests/web/api
WEBHOOK = next(example for example in EXAMPLES if "def is_from_bpjs" in example.text)  # tests/web


@pytest.mark.long
def test_every_way_hands_over_and_reads_back(database: Database, database_url: str, tmp_path: Path) -> None:
    said: list[str] = []
    for example in EXAMPLES:
        if example.language == "sql":
            said.append(executed(database, example))
            take_up(database)  # a dispatcher's part
        elif example.language in {"python", "sh"} and example not in {REST, HTTP, WEBHOOK}:
            said.append(run(example, tmp_path, {"BPJS_DATABASE_URL": database_url}))

    with database.read() as session:
        jobs = {job.kunci: (job.jenis, job.status) for job in session.query(Job)}
        assert session.query(Intake).one().galat is None
    assert jobs == {
        "visit-7-antrean": ("tambah-antrean", "menunggu"),
        "visit-7-panggil": ("panggil-antrean", "menunggu"),
        "visit-8-daftar": ("tambah-pendaftaran", "menunggu"),
    }
    python, lines, _, written, _, status, read_back, shown = said
    assert python.split() == ["1", "menunggu", "True", "False"]
    assert json.loads(lines)["new"] is True
    assert written == "[(1, 3, None)]"
    assert status == "[('menunggu', None, None, None, None)]"
    assert read_back.split() == ["menunggu", "None"]
    assert json.loads(shown)["kunci"] == "visit-7-antrean"


def executed(database: Database, example: Example) -> str:
    with database.engine.begin() as connection:
        answer = connection.execute(text(example.text.replace(":", "\\:")))
        return str([tuple(row) for row in answer]) if answer.returns_rows else ""


@pytest.fixture
def deployed(prefect: PrefectServer, tmp_path: Path) -> Iterator[None]:
    environ = {**os.environ, "PREFECT_API_URL": prefect.api_url, "PREFECT_HOME": str(tmp_path / "home")}
    provide_pool()
    subprocess.run(commands.deploy(), env=environ, cwd=PROJECT, capture_output=True, timeout=90, check=False)
    yield


@pytest.mark.long
@pytest.mark.usefixtures("deployed")
def test_prefects_api_takes_a_job_once(prefect: PrefectServer, tmp_path: Path) -> None:
    environ = {"PREFECT_API_URL": prefect.api_url}
    first, again = (UUID(run(REST, tmp_path, environ).strip()) for _ in range(2))
    assert first == again
    with get_client(sync_client=True) as client:
        assert client.read_flow_run(first).parameters["kunci"] == "visit-8-hapus"
        client.delete_flow_run(first)  # no worker takes it here
