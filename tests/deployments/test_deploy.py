"""`make deploy` makes everything in Prefect that staff need, says what, and can be repeated."""

import os
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest

from database.settings import PROJECT
from deployments import commands
from tasks.prefect_server.password import CLIENT_AUTH
from tests.flows.prefect_server import PrefectServer, ask, prefect_server, unused_port

pytestmark = pytest.mark.long


def deploy(folder: Path, *arguments: str, **environ: str) -> "subprocess.CompletedProcess[str]":
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("PREFECT_", "BPJS_"))}
    told = (
        plain
        | {"BPJS_DATABASE_URL": f"sqlite:///{folder / 'bpjs.db'}", "PREFECT_HOME": str(folder)}
        | {CLIENT_AUTH: os.environ[CLIENT_AUTH]}
        | environ
    )
    command = [sys.executable, "-m", "deployments.deploy", *arguments]
    return subprocess.run(
        command, cwd=PROJECT, env=told, capture_output=True, text=True, check=False, timeout=110
    )


def test_it_deploys_everything_and_again_the_same(prefect: PrefectServer, tmp_path: Path) -> None:
    first, second = (deploy(tmp_path, PREFECT_API_URL=prefect.api_url) for _ in range(2))

    assert (first.returncode, second.returncode, second.stdout) == (0, 0, first.stdout), first.stderr
    lines = dict(line.split(": ", 1) for line in first.stdout.splitlines())
    assert lines["Deployment"] == "15 dari prefect.yaml"
    assert lines["Filter"] == "6 tersimpan di UI"
    assert lines["Beranda"].startswith(f"{prefect.api_url.removesuffix('/api')}/artifacts/artifact/")


def test_a_pool_from_before_lets_no_run_bring_a_command_any_more(
    prefect: PrefectServer, tmp_path: Path
) -> None:
    pool = f"{prefect.api_url}/work_pools/{commands.POOL}"
    deploy(tmp_path, PREFECT_API_URL=prefect.api_url)
    ours = ask("GET", pool)["base_job_template"]
    before = {
        "job_configuration": {"command": "{{ command }}", "env": "{{ env }}"},
        "variables": {
            "type": "object",
            "properties": {"command": {"type": "string"}, "env": {"type": "object"}},
        },
    }
    ask("PATCH", pool, {"base_job_template": before, "is_paused": True, "concurrency_limit": 3})
    try:
        assert deploy(tmp_path, PREFECT_API_URL=prefect.api_url).returncode == 0
        after = ask("GET", pool)
    finally:
        ask("PATCH", pool, {"base_job_template": ours, "is_paused": False, "concurrency_limit": None})
    assert after["base_job_template"] == ours
    assert (after["is_paused"], after["concurrency_limit"]) == (True, 3)
    assert not {"command", "env", "working_dir"} & ours["job_configuration"].keys()


def test_it_waits_for_a_server_that_was_only_just_started(tmp_path: Path) -> None:
    port = unused_port()
    address, ui = f"http://127.0.0.1:{port}/api", "https://bpjs.example"
    (tmp_path / "server").mkdir()
    with ThreadPoolExecutor(1) as aside:
        waiting = aside.submit(deploy, tmp_path, "--wait", "90", PREFECT_API_URL=address, PREFECT_UI_URL=ui)
        with prefect_server(tmp_path / "server", port=port):
            done = waiting.result()
    assert done.returncode == 0, done.stderr
    assert f"Beranda: {ui}/artifacts/artifact/" in done.stdout


WRONG = [
    ({}, "PREFECT_API_URL belum diisi: ke server Prefect mana?"),
    (
        {"PREFECT_API_URL": "http://127.0.0.1:9/api"},
        "Server Prefect tidak dapat dihubungi; periksa PREFECT_API_URL.",
    ),
]


def test_a_password_that_is_refused_is_one_sentence(prefect: PrefectServer, tmp_path: Path) -> None:
    done = deploy(tmp_path, PREFECT_API_URL=prefect.api_url, **{CLIENT_AUTH: "admin:salah"})

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr.startswith(f"Server Prefect menolak kata sandi (HTTP 401); periksa {CLIENT_AUTH}")


@pytest.mark.parametrize(("environ", "complaint"), WRONG)
def test_what_is_wrong_is_one_sentence(tmp_path: Path, environ: dict[str, str], complaint: str) -> None:
    done = deploy(tmp_path, **environ)

    assert (done.returncode, done.stdout) == (2, "")
    assert done.stderr == f"{complaint}\n"


@pytest.mark.parametrize(
    ("name", "value", "why"),
    [
        ("BPJS_ALERT_SILENT_MINUTES", "0", "paling kecil 0.167"),
        ("BPJS_ALERT_WAITING_MINUTES", "lama", "harus bilangan bulat"),
    ],
)
def test_a_wrong_setting_is_named(
    prefect: PrefectServer, tmp_path: Path, name: str, value: str, why: str
) -> None:
    done = deploy(tmp_path, PREFECT_API_URL=prefect.api_url, **{name: value})

    assert (done.returncode, done.stderr.splitlines()[-1]) == (2, f"Pengaturan salah: {name}: {why}")
