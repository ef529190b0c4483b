"""A SQLite database that another process keeps to itself: one sentence, after half a minute of waiting."""

import sqlite3
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing, contextmanager
from pathlib import Path

import pytest

from tests.cli.conftest import Line
from tests.cli.terminal import Ran, Terminal

WHO = ("--reason", "x", "--by", "y")
READS = [("monitor", "--json"), ("show", "1"), ("report",), ("kbk",)]
WRITES = [("enqueue", "-"), ("resend", "1", *WHO), ("tutup", "1", "--tidak-perlu", *WHO), ("reseal",)]
SAID = "Basis data sedang dipakai proses lain terlalu lama; coba lagi."
# Each of them waits for half a minute.
pytestmark = pytest.mark.timeout(240)


@contextmanager
def locked(terminal: Terminal, *, for_readers: bool) -> Iterator[None]:
    """Until the end of the block nobody else can write, or not even read."""
    with closing(sqlite3.connect(terminal.folder / "bpjs.db", isolation_level=None)) as other:
        if for_readers:
            other.execute("PRAGMA locking_mode=EXCLUSIVE")
        other.execute("BEGIN IMMEDIATE")
        other.execute("UPDATE jobs SET norm = norm")
        yield


def side_by_side(terminal: Terminal, typed: Sequence[tuple[str, ...]], stdin: str) -> list[Ran]:
    """Run commands that spend their time waiting."""
    with ThreadPoolExecutor(len(typed)) as pool:
        return list(pool.map(lambda words: terminal(*words, stdin=stdin.encode()), typed))


@pytest.fixture
def handed_over(terminal: Terminal, line: Line) -> Path:
    """The database, with a job that failed in it."""
    assert terminal("enqueue", "-", stdin=line(body={"kodedokter": "dua"}).encode()).code == 0
    return terminal.folder / "bpjs.db"


@pytest.mark.long
@pytest.mark.usefixtures("handed_over")
def test_while_another_writes_reading_goes_on_and_writing_is_refused_in_one_sentence(
    terminal: Terminal, line: Line
) -> None:
    with locked(terminal, for_readers=False):
        ran = side_by_side(terminal, [*READS, *WRITES], line(norm="RM-2"))
    assert [each.code for each in ran[: len(READS)]] == [0] * len(READS)
    assert {each.complaint for each in ran[len(READS) :]} == {SAID}
    assert terminal("monitor", "--json").json["cards"]["total"] == 1


@pytest.mark.long
@pytest.mark.usefixtures("handed_over")
def test_a_database_that_is_locked_altogether_is_one_sentence(terminal: Terminal) -> None:
    with locked(terminal, for_readers=True):
        *refused, examined = side_by_side(terminal, [*READS, ("doctor",)], "")
    assert {each.complaint for each in refused} == {SAID}
    assert examined.code == 1
    assert f"✗ Basis data: {SAID}" in examined.out
