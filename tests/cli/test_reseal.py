"""`bpjs reseal`: seals everything with the present key, from the terminal."""

from collections.abc import Callable

import pytest

from database import Database
from tests.cli.conftest import Line
from tests.cli.terminal import Terminal
from tests.database.sealed import NEW, OLD, begin, end

BOTH, ALONE = f"baru:{NEW},lama:{OLD}", f"baru:{NEW}"


@pytest.fixture
def fresh(terminal: Terminal) -> Terminal:
    """On a database that only the old key was used on."""
    terminal.environ["BPJS_DATABASE_URL"] = f"sqlite:///{terminal.folder / 'fresh.db'}"
    terminal.environ["BPJS_DATA_KEYS"] = f"lama:{OLD}"
    return terminal


def test_afterwards_the_new_key_is_enough(fresh: Terminal, line: Line) -> None:
    fresh("enqueue", "-", stdin=f"{line()}\n{line(norm='RM-2')}".encode())
    before = fresh("monitor", "--json").json
    assert "'lama', yang tidak ada" in fresh("monitor", "--json", BPJS_DATA_KEYS=ALONE).complaint

    ran = fresh("reseal", BPJS_DATA_KEYS=BOTH)
    assert (ran.code, ran.err) == (0, "")
    said, advice = ran.out.splitlines()
    assert said == "2 baris disegel ulang."
    assert advice.startswith("Kunci 'lama' tidak dipakai lagi: keluarkan dari BPJS_DATA_KEYS")
    assert fresh("monitor", "--json", BPJS_DATA_KEYS=ALONE).json == before


def test_what_could_not_be_sealed_yet_is_said_and_is_no_success(
    fresh: Terminal, open_at: Callable[[str], Database], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("BPJS_DATA_KEYS", fresh.environ["BPJS_DATA_KEYS"])
    old = open_at(fresh.environ["BPJS_DATABASE_URL"])
    job_id, number = begin(old)
    ran = fresh("reseal", BPJS_DATA_KEYS=BOTH)
    assert ran.code == 1
    assert "1 baris masih memakai kunci 'lama'" in ran.out
    assert fresh("reseal", "--json", BPJS_DATA_KEYS=BOTH).json == {
        "rows": 0,
        "forgotten": [],
        "left": {"lama": 1},
    }
    end(old, job_id, number)
    assert fresh("reseal", "--json", BPJS_DATA_KEYS=BOTH).json["forgotten"] == ["lama"]


def test_a_database_that_is_not_to_be_sealed_is_refused(fresh: Terminal) -> None:
    assert fresh("reseal", BPJS_ENCRYPT="false").complaint.startswith("Penyegelan dimatikan")
