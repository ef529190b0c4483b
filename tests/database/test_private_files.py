"""What we make on disk is for its owner alone: at every moment, whatever the umask, and again when found open."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from pydantic import SecretStr

from database import Database, enqueue, open_database
from database.settings import DatabaseSettings
from tests.modes import modes, opened
from tests.tasks.bodies import ANTREAN

UMASKS = ("022", "000")
# A clinic's own program: it has a umask of its own, and looks at every file whenever Python tells of anything that
# is done to files; SQLite's own doings are seen at the next of these moments.
PROGRAM = """
import json, os, sys
from pathlib import Path
os.umask(int(sys.argv[1], 8))
from tests.modes import opened
from database import Database, enqueue, open_database

folder, seen, looking, moments = Path(sys.argv[2]), {}, False, 0

def look(event, _arguments):
    global looking, moments
    if looking or not event.startswith(("open", "os.", "sqlite3.")):
        return
    looking, moments = True, moments + 1
    seen.update(opened(folder))
    looking = False

sys.addaudithook(look)
body = json.loads(sys.argv[3])
enqueue("tambah-antrean", norm="RM-1", nama_pasien="Pasien Contoh", body=body)
look("open", ())
assert moments > 20
print(json.dumps(seen))
"""


@pytest.mark.parametrize("umask", UMASKS)
def test_a_first_enqueue_leaves_nothing_open_at_any_moment(tmp_path: Path, umask: str) -> None:
    environ = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).parents[2])} | {
        "BPJS_DATABASE_URL": f"sqlite:///{tmp_path / 'in' / 'a new one' / 'bpjs.db'}",
        "BPJS_DATA_KEY_FILE": str(tmp_path / "keys" / "data.key"),
    }
    command = [sys.executable, "-c", PROGRAM, umask, str(tmp_path), json.dumps(ANTREAN)]
    done = subprocess.run(command, env=environ, capture_output=True, text=True, timeout=90, check=False)
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout) == {}
    made = modes(tmp_path)
    assert {"in", "in/a new one", "in/a new one/bpjs.db", "keys", "keys/data.key"} <= made.keys()
    assert {made[name] for name in made} == {"600", "700"}


@pytest.fixture(params=UMASKS)
def umask(request: pytest.FixtureRequest) -> Iterator[int]:
    before = os.umask(int(request.param, 8))
    yield int(request.param, 8)
    os.umask(before)


def kept_in(folder: Path) -> DatabaseSettings:
    url = SecretStr(f"sqlite:///{folder / 'bpjs.db'}")
    return DatabaseSettings(database_url=url, data_key_file=folder / "data.key")


@pytest.fixture
def open_in() -> Iterator[Callable[[Path], Database]]:
    databases = []

    def opener(folder: Path) -> Database:
        databases.append(open_database(kept_in(folder)))
        return databases[-1]

    yield opener
    for database in databases:
        database.close()


def hand_over(database: Database, norm: str) -> None:
    enqueue("tambah-antrean", norm, "Pasien Contoh", ANTREAN | {"norm": norm}, database=database)


def test_what_sqlite_keeps_beside_the_database_is_closed_too(
    tmp_path: Path, umask: int, open_in: Callable[[Path], Database]
) -> None:
    hand_over(open_in(tmp_path), "RM-1")
    assert {"bpjs.db", "bpjs.db-wal", "bpjs.db-shm", "data.key"} <= modes(tmp_path).keys()
    assert opened(tmp_path) == {}


def test_what_is_found_open_is_closed_at_the_next_start(
    tmp_path: Path, umask: int, open_in: Callable[[Path], Database]
) -> None:
    hand_over(open_in(tmp_path), "RM-1")
    for path in tmp_path.iterdir():
        path.chmod(0o666)
    hand_over(open_in(tmp_path), "RM-2")
    assert opened(tmp_path) == {}


def test_a_folder_of_other_peoples_keeps_its_mode_and_the_project_s_is_closed(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_in: Callable[[Path], Database]
) -> None:
    monkeypatch.setattr("database.storage.private_files.OURS", tmp_path / ".bpjs")
    folders = {"shared": 0o1777, ".bpjs": 0o755, ".bpjs/of a clinic": 0o755}
    for name, mode in folders.items():
        (tmp_path / name).mkdir()
        (tmp_path / name).chmod(mode)
        hand_over(open_in(tmp_path / name), "RM-1")
    assert opened(tmp_path) == {"shared": "1777"}


def test_a_database_that_a_link_points_to_is_made_closed(
    tmp_path: Path, umask: int, open_in: Callable[[Path], Database]
) -> None:
    (tmp_path / "disk").mkdir(0o700)
    (tmp_path / "bpjs.db").symlink_to(tmp_path / "disk" / "bpjs.db")
    hand_over(open_in(tmp_path), "RM-1")
    assert modes(tmp_path)["disk/bpjs.db"] == "600"
    assert opened(tmp_path) == {}


def test_a_file_of_somebody_else_stays_as_it_is_and_is_used(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, open_in: Callable[[Path], Database]
) -> None:
    hand_over(open_in(tmp_path), "RM-1")
    (tmp_path / "bpjs.db").chmod(0o644)

    def not_ours(*_: object, **__: object) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(os, "chmod", not_ours)
    hand_over(open_in(tmp_path), "RM-2")
    assert opened(tmp_path) == {"bpjs.db": "644"}
