"""Whatever the umask, no command leaves a file that others may read; doctor names what it could not close."""

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from cli.open_files import open_files
from tests.cli.conftest import Line
from tests.cli.terminal import Terminal
from tests.modes import modes, opened


@pytest.fixture(params=["022", "000"])
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    """What the commands of the test inherit."""
    before = os.umask(int(request.param, 8))
    yield int(request.param, 8)
    os.umask(before)


@pytest.fixture
def fresh(umask: int, at_work: Terminal) -> Terminal:
    """A terminal without a database, in a folder of its own."""
    at_work.environ |= {
        "BPJS_DATABASE_URL": f"sqlite:///{at_work.folder / 'new' / 'bpjs.db'}",
        "BPJS_DATA_KEY_FILE": str(at_work.folder / "new" / "data.key"),
    }
    return at_work


@pytest.mark.long
def test_a_day_of_commands_leaves_nothing_open(fresh: Terminal, line: Line) -> None:
    sheet = fresh.folder / "hari-ini.xlsx"
    sheet.touch()
    sheet.chmod(0o644)
    assert fresh("enqueue", "-", stdin=line().encode()).code == 0
    assert fresh("send").code == 0
    assert fresh("monitor", "--xlsx", str(sheet)).code == 0
    made = modes(fresh.folder)
    assert {"new/bpjs.db", "new/data.key", "prefect/prefect.db", "hari-ini.xlsx"} <= made.keys()
    assert opened(fresh.folder) == {}


def test_a_prefect_database_that_is_found_open_is_closed(fresh: Terminal) -> None:
    (fresh.folder / "prefect").mkdir(mode=0o700)
    for name in ("prefect.db", "prefect.db-wal"):
        (fresh.folder / "prefect" / name).touch()
        (fresh.folder / "prefect" / name).chmod(0o644)
    assert "✓ Izin berkas" in fresh("doctor").out
    assert opened(fresh.folder / "prefect") == {}


CLINIC = """
[klinik-melati]
cons_id = "1"
secret_key = { file = "melati.key" }
"""


@pytest.mark.parametrize(("mode", "mark"), [(0o644, "✗"), (0o640, "✓")])
def test_a_secret_that_everybody_may_read_is_named(
    at_work: Terminal, monkeypatch: pytest.MonkeyPatch, mode: int, mark: str
) -> None:
    (at_work.folder / "faskes.toml").write_text(CLINIC)
    secret = at_work.folder / "melati.key"
    secret.touch()
    secret.chmod(mode)
    monkeypatch.setenv("BPJS_FASKES_FILE", str(at_work.folder / "faskes.toml"))
    (finding,) = open_files()
    assert finding.well is (mark == "✓")
    assert (f"{secret} (644)" in finding.found) is (mark == "✗")


def test_what_could_not_be_closed_is_named_with_its_mode(
    at_work: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    database = Path(at_work.folder / "bpjs.db")
    database.chmod(0o664)
    monkeypatch.setenv("BPJS_DATABASE_URL", f"sqlite:///{database}")
    monkeypatch.setenv("BPJS_DATA_KEY_FILE", str(at_work.folder / "data.key"))
    (finding,) = open_files()
    assert (finding.what, finding.well) == ("Izin berkas", False)
    assert finding.found == f"terbuka bagi pengguna lain: {database} (664)"
    assert "chmod go=" in finding.todo


def test_the_project_s_own_folder_is_closed_by_looking(
    at_work: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    ours = at_work.folder / ".bpjs"
    (ours / "log").mkdir(parents=True)
    (ours / "log" / "worker.log").touch()
    for path in (ours, ours / "log", ours / "log" / "worker.log"):
        path.chmod(0o755)
    monkeypatch.setattr("cli.open_files.OURS", ours)
    monkeypatch.setenv("BPJS_DATABASE_URL", f"sqlite:///{ours / 'bpjs.db'}")
    monkeypatch.setenv("BPJS_DATA_KEY_FILE", str(ours / "data.key"))
    (finding,) = open_files()
    assert finding.well
    assert opened(ours) == {}
