"""One file alone knows which kind of database there is; what it says of each is true."""

import ast
from collections.abc import Iterator

import pytest

from database import Database
from database.settings import PROJECT
from database.storage.dialect import (
    asks_many_at_once,
    gives_ids_again,
    has_own_clock,
    is_file,
    is_file_address,
    sends_signals,
)
from tests.database.clinic import Clinic

ROOMS = ("bpjs_client", "bpjs_simulator", "database", "tasks", "flows", "cli", "deployments")
THE_PLACE = "database/storage/dialect.py"
# An address is read and completed there: the kinds of database that we take are named in its refusal.
READS_ADDRESSES = "database/storage/engine.py"
# A migration is history: what it did on each kind of database must stay as it was, whatever we call it later.
HISTORY = "database/migrations/"


def branches(source: str) -> Iterator[ast.Attribute]:
    """The places that ask which kind of database there is."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute):
            asks_dialect = node.attr == "name" and ast.unparse(node.value).endswith("dialect")
            if asks_dialect or node.attr in {"is_sqlite", "is_postgresql", "drivername"}:
                yield node


def test_no_branch_on_the_kind_of_database_stands_elsewhere() -> None:
    files = (file for room in ROOMS for file in sorted((PROJECT / room).rglob("*.py")))
    texts = {file.relative_to(PROJECT).as_posix(): file.read_text("utf-8") for file in files}
    ask = {name for name, text in texts.items() if any(branches(text)) and not name.startswith(HISTORY)}
    assert ask == {THE_PLACE, READS_ADDRESSES}


@pytest.mark.parametrize(
    "source",
    ['session.get_bind().dialect.name == "sqlite"', "database.is_sqlite", 'url.drivername != "sqlite"'],
)
def test_another_branch_would_be_found(source: str) -> None:
    assert any(branches(source))


def test_a_server_has_what_a_file_has_not(database: Database, clinic: Clinic) -> None:
    a_file = database.engine.url.get_backend_name() == "sqlite"
    assert is_file(database.engine) is is_file_address(database.engine.url) is a_file
    assert has_own_clock(database.engine) is sends_signals(database.engine) is not a_file
    with clinic.database.read() as session:
        assert asks_many_at_once(session) is not a_file
        assert gives_ids_again(session) is a_file
