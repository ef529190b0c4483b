"""Whoever tries the sample day first and then fills in `.env` reports no invented patient to BPJS."""

import os
import shutil
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from bpjs_simulator.server import Clinic, Simulator
from database.settings import PROJECT

pytestmark = pytest.mark.long

READY_SECONDS = 240  # a busy machine
CREDENTIAL = {
    "BPJS_CONS_ID": Clinic().cons_id,
    "BPJS_SECRET_KEY": Clinic().secret_key,
    "BPJS_PCARE_USER_KEY": Clinic().pcare_user_key,
    "BPJS_ANTREAN_USER_KEY": Clinic().antrean_user_key,
    "BPJS_PCARE_USERNAME": Clinic().username,
    "BPJS_PCARE_PASSWORD": f"'{Clinic().password}'",
    "BPJS_KD_PROVIDER": Clinic().kd_provider,
}


@pytest.fixture
def project(tmp_path: Path) -> Path:
    """A copy of the project, as a newcomer has it."""
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=PROJECT, capture_output=True, check=True)
    for name in listed.stdout.decode().split("\0"):
        if name and (PROJECT / name).is_file() and not name.startswith(("docs/", "tests/")):
            (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
            shutil.copy(PROJECT / name, tmp_path / name)
    return tmp_path


def environment(project: Path) -> dict[str, str]:
    ours = {name: value for name, value in os.environ.items() if not name.startswith(("BPJS_", "PREFECT_"))}
    return {**ours, "PYTHONPATH": str(project)}


@contextmanager
def make_run(project: Path, ready: str) -> Iterator[None]:
    """`make run` until it has said this; stopped at the end."""
    said = project / "said.txt"
    command = [sys.executable, "-m", "deployments.run"]
    with said.open("wb") as output:
        run = subprocess.Popen(
            command,
            cwd=project,
            env=environment(project),
            stdout=output,
            stderr=output,
            start_new_session=True,
        )
    try:
        give_up = time.monotonic() + READY_SECONDS
        while ready not in said.read_text():
            assert run.poll() is None, said.read_text()
            assert time.monotonic() < give_up, said.read_text()
            time.sleep(0.2)
        yield
    finally:
        run.send_signal(signal.SIGINT)
        run.wait(60)


def bpjs(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [str(Path(sys.executable).with_name("bpjs")), *arguments]
    return subprocess.run(
        command,
        cwd=project,
        env=environment(project),
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )


@pytest.mark.timeout(700)
def test_no_invented_patient_comes_to_the_real_bpjs(project: Path) -> None:
    with make_run(project, "di antaranya baru"):
        assert '"total": 0' not in bpjs(project, "monitor", "--json").stdout
    with Simulator() as real:
        lines = {
            "BPJS_PCARE_BASE_URL": real.pcare_url,
            "BPJS_ANTREAN_BASE_URL": real.antrean_url,
        } | CREDENTIAL
        text = "".join(f"{name}={value}\n" for name, value in lines.items())
        (project / ".env").write_text(text.replace(lines["BPJS_CONS_ID"], "", 1))
        refused = subprocess.run(
            [sys.executable, "-m", "deployments.run"],
            cwd=project,
            env=environment(project),
            capture_output=True,
            text=True,
            timeout=60,
            check=False,
        )
        assert (refused.returncode, refused.stderr.strip()) == (2, "✗ Belum diisi di .env: BPJS_CONS_ID.")
        (project / ".env").write_text(text)
        with make_run(project, "Dispatcher"):
            assert bpjs(project, "resend", "1").returncode == 2  # there is no job 1 here
            assert '"total": 0' in bpjs(project, "monitor", "--tanggal", "semua", "--json").stdout
        ledger = real.ledger()
    assert ledger["writes"] == []
    assert ledger["reads"] > 0  # its own references were read
    assert {path.name for path in (project / ".bpjs").iterdir()} >= {"bpjs.db", "simulator", "data.key"}
    keys = [file.read_bytes() for file in (project / ".bpjs").rglob("data.key")]
    assert len(set(keys)) == len(keys) == 2
    assert (project / ".bpjs" / "simulator" / "simulator.jsonl").is_file()
