"""What runs is found by commands of the same folder, and only while it runs."""

import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from tasks.prefect_server import running
from tasks.prefect_server.environment import API_URL, configure, own_server_url
from tasks.prefect_server.running import announced, announcing, know_simulator, server_note

WHERE = {API_URL: "http://127.0.0.1:4212/api"}
SIMULATOR = {"BPJS_SIMULATED": "true", "BPJS_PCARE_BASE_URL": "http://127.0.0.1:4012/pcare-rest"}
# Notes an address, becomes another program, and says so.
BECOMES = """
import os, sys; from pathlib import Path; from tasks.prefect_server.running import announce
note = announce(Path(sys.argv[1]), {"A": "1"})
os.execv(sys.executable, [sys.executable, "-c", "print('up', flush=True); input()"])
"""


@contextmanager
def becoming(note: Path) -> Iterator["subprocess.Popen[str]"]:
    with subprocess.Popen(
        [sys.executable, "-c", BECOMES, str(note)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        assert process.stdout
        assert process.stdout.readline() == "up\n"
        yield process
        process.kill()


def test_a_note_is_true_as_long_as_its_writer_holds_it(tmp_path: Path) -> None:
    note = tmp_path / "made" / "note.env"
    assert announced(note) == {}
    with announcing(note, WHERE):
        assert announced(note) == WHERE
        assert note.stat().st_mode & 0o077 == 0
        with announcing(note, {"another": "1"}):  # the first one's word stands
            assert announced(note) == WHERE
    assert announced(note) == {}


def test_it_holds_for_what_its_writer_becomes_and_ends_with_a_kill(tmp_path: Path) -> None:
    note = tmp_path / "note.env"
    with becoming(note) as process:
        assert announced(note) == {"A": "1"}
        process.send_signal(signal.SIGKILL)
        process.wait()
        assert announced(note) == {}


@pytest.mark.parametrize("said", [b"", b"\xff\xfe", b"no variable", b"PREFECT_API_URL"])
def test_a_note_that_cannot_be_read_says_nothing(tmp_path: Path, said: bytes) -> None:
    note = tmp_path / "note.env"
    with announcing(note, {}):
        note.write_bytes(said)
        assert announced(note) == {}


def test_a_command_finds_the_server_of_its_own_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("tasks.prefect_server.environment.home", lambda: tmp_path)
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("HOME", str(tmp_path))
    found: dict[str, str] = {}
    with announcing(server_note({"PREFECT_HOME": str(tmp_path / "prefect")}), WHERE):
        configure(found, project=tmp_path)
        own = {API_URL: "http://prefect.example/api"}
        configure(own, project=tmp_path)
    assert found[API_URL] == WHERE[API_URL]
    assert found["PREFECT_HOME"] == own["PREFECT_HOME"] == str(tmp_path / "prefect")
    assert own[API_URL] == "http://prefect.example/api"
    after: dict[str, str] = {}
    configure(after, project=tmp_path)
    assert API_URL not in after


def test_a_server_that_the_users_profile_names_keeps_its_home(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / ".prefect").mkdir()
    (tmp_path / ".prefect" / "profiles.toml").write_text(
        f'active = "own"\n[profiles.own]\n{API_URL} = "http://prefect.example/api"\n'
    )
    monkeypatch.setenv("HOME", str(tmp_path))
    environ: dict[str, str] = {}
    configure(environ, project=tmp_path)
    assert "PREFECT_HOME" not in environ
    assert API_URL not in environ


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ({}, "http://127.0.0.1:4200/api"),
        ({"PREFECT_SERVER_API_PORT": "4300"}, "http://127.0.0.1:4300/api"),
        ({"PREFECT_SERVER_API_HOST": "0.0.0.0"}, "http://127.0.0.1:4200/api"),
        ({"PREFECT_SERVER_API_HOST": "10.1.2.3"}, "http://10.1.2.3:4200/api"),
    ],
)
def test_where_a_server_of_ours_answers(tmp_path: Path, given: dict[str, str], url: str) -> None:
    assert own_server_url({"PREFECT_HOME": str(tmp_path), **given}, project=tmp_path) == url


@pytest.mark.parametrize(
    "named",
    [{"BPJS_DATABASE_URL": "sqlite:///own.db"}, {"BPJS_PCARE_BASE_URL": "https://bpjs.example/pcare"}],
)
def test_the_simulator_is_found_by_who_is_told_of_no_other(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, named: dict[str, str]
) -> None:
    monkeypatch.setattr(running, "simulator_note", lambda: tmp_path / "simulator.env")
    with announcing(tmp_path / "simulator.env", SIMULATOR):
        found: dict[str, str] = {}
        know_simulator(found)
        assert found == SIMULATOR
        for name, value in named.items():
            monkeypatch.setenv(name, value)
        alone: dict[str, str] = {}
        know_simulator(alone)
        assert alone == {}
