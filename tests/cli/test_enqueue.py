"""`bpjs enqueue`: every line gets its answer, whatever surrounds it, and a good one is never lost."""

import subprocess
from pathlib import Path

import pytest
from sqlalchemy import func, select

from database import Database, enqueue_lines
from database.storage.models import Job
from tests.cli.conftest import Line
from tests.cli.terminal import BPJS, Terminal

BOM = b"\xef\xbb\xbf"


def stored(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Job)) or 0


def test_a_file_is_answered_line_by_line(terminal: Terminal, line: Line, tmp_path: Path) -> None:
    file = tmp_path / "hari-ini.jsonl"
    file.write_text(f"{line(kunci='a')}\n{line(kunci='b')}\n")
    ran = terminal("enqueue", str(file))
    assert (ran.code, ran.err) == (0, "")
    assert ran.answers == [
        {"line": 1, "id": 1, "status": "menunggu", "new": True},
        {"line": 2, "id": 2, "status": "menunggu", "new": True},
    ]


# What surrounds two good lines -> the numbers of the lines that are answered.
SURROUNDINGS = {
    "plain": (b"%b\n%b\n", [1, 2]),
    "no newline at the end": (b"%b\n%b", [1, 2]),
    "a byte order mark": (BOM + b"%b\n%b\n", [1, 2]),
    "Windows' line ends": (b"%b\r\n%b\r\n", [1, 2]),
    "blank lines": (b"\n  \n%b\n\t\n\n%b\n\n", [3, 6]),
    "blank lines of Windows": (b"\r\n%b\r\n\r\n%b\r\n", [2, 4]),
    "spaces around": (b"  %b  \n\t%b\n", [1, 2]),
}


@pytest.mark.parametrize("surroundings", SURROUNDINGS)
def test_what_surrounds_a_line_does_not_matter(terminal: Terminal, line: Line, surroundings: str) -> None:
    form, numbers = SURROUNDINGS[surroundings]
    ran = terminal("enqueue", "-", stdin=form % (line(kunci="a").encode(), line(kunci="b").encode()))
    assert ran.code == 0
    assert [answer["line"] for answer in ran.answers] == numbers
    assert all(answer["new"] for answer in ran.answers)


@pytest.mark.parametrize("content", [b"", b"\n", BOM, b"\r\n \r\n"])
def test_an_empty_file_hands_over_nothing_and_is_no_mistake(
    terminal: Terminal, tmp_path: Path, content: bytes
) -> None:
    (tmp_path / "kosong.jsonl").write_bytes(content)
    ran = terminal("enqueue", "kosong.jsonl")
    assert (ran.code, ran.out, ran.err) == (0, "", "")


def test_bad_lines_are_named_and_the_good_ones_between_them_accepted(
    terminal: Terminal, line: Line, kept: Database
) -> None:
    lines = [
        "bukan json",
        line(kunci="a"),
        "[1]",
        line("cuci-piring"),
        line(norm=None),
        line(nama_pasien=""),
        line(body=None).replace('"body": {', '"isi": {'),
        line(kunci="b"),
    ]
    ran = terminal("enqueue", "-", stdin="\n".join(lines).encode())
    assert ran.code == 1
    assert [answer["line"] for answer in ran.answers] == list(range(1, 9))
    assert [answer["line"] for answer in ran.answers if "error" in answer] == [1, 3, 4, 5, 6, 7]
    assert all(set(answer) == {"line", "error"} for answer in ran.answers if "error" in answer)
    assert stored(kept) == 2


def test_wrong_fields_are_stored_for_staff_to_correct_and_are_no_bad_line(
    terminal: Terminal, line: Line
) -> None:
    ran = terminal("enqueue", "-", stdin=line(body={"kodedokter": "dua"}).encode())
    assert ran.code == 0
    assert ran.answers == [{"line": 1, "id": 1, "status": "gagal", "new": True}]


def test_handing_over_twice_is_handing_over_once(terminal: Terminal, line: Line, kept: Database) -> None:
    whole = f"{line()}\n{line(norm='RM-2')}\n".encode()
    first = terminal("enqueue", "-", stdin=whole)
    again = terminal("enqueue", "-", stdin=whole)
    assert [answer["new"] for answer in first.answers] == [True, True]
    assert [answer["new"] for answer in again.answers] == [False, False]
    assert [answer["id"] for answer in again.answers] == [answer["id"] for answer in first.answers]
    assert (again.code, stored(kept)) == (0, 2)


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85", "\x0b", "\x0c", "\x1c"])
def test_only_a_newline_ends_a_line(terminal: Terminal, line: Line, separator: str) -> None:
    """JSON may hold these unescaped or Python's own splitlines() would cut there."""
    text = line().replace("POLI UMUM", f"POLI{separator}UMUM")
    ran = terminal("enqueue", "-", stdin=text.encode())
    assert [answer["line"] for answer in ran.answers] == [1]


@pytest.mark.parametrize("separator", ["\u2028", "\u2029", "\x85"])
def test_a_line_separator_within_a_text_is_part_of_the_text(
    terminal: Terminal, line: Line, separator: str
) -> None:
    ran = terminal("enqueue", "-", stdin=line().replace("POLI UMUM", f"POLI{separator}UMUM").encode())
    assert ran.answers == [{"line": 1, "id": 1, "status": "menunggu", "new": True}]


UNREADABLE = {
    "missing": ("tidak-ada.jsonl", "tidak dapat dibaca"),
    "a directory": (".", "tidak dapat dibaca"),
    "not UTF-8": ("latin.jsonl", "bukan teks UTF-8"),
}


@pytest.mark.parametrize("what", UNREADABLE)
def test_a_file_that_cannot_be_read_is_one_sentence_and_nothing_is_stored(
    terminal: Terminal, line: Line, kept: Database, tmp_path: Path, what: str
) -> None:
    name, said = UNREADABLE[what]
    (tmp_path / "latin.jsonl").write_bytes(line().encode() + b"\n" + "Ré".encode("latin-1"))
    complaint = terminal("enqueue", name).complaint
    assert said in complaint
    assert name in complaint
    assert stored(kept) == 0


def test_stdin_that_is_not_utf_8_is_called_by_its_name(terminal: Terminal) -> None:
    assert "bukan teks UTF-8" in terminal("enqueue", "-", stdin=b"\xff\xfe").complaint


@pytest.mark.long
def test_without_a_reader_every_line_is_handed_over_and_a_bad_one_still_tells(
    terminal: Terminal, line: Line, kept: Database
) -> None:
    assert terminal.unread("enqueue", "-", stdin=f"{line()}\n{line(norm='RM-2')}".encode()) == (0, "")
    assert stored(kept) == 2
    assert terminal.unread("enqueue", "-", stdin=f"buruk\n{line(norm='RM-3')}".encode()) == (1, "")
    assert stored(kept) == 3


@pytest.mark.long
@pytest.mark.parametrize("command", [("monitor",), ("monitor", "--json"), ("show", "1")])
def test_without_a_reader_a_screen_ends_silently(
    terminal: Terminal, line: Line, kept: Database, command: tuple[str, ...]
) -> None:
    list(enqueue_lines([line()], database=kept))
    assert terminal.unread(*command) == (0, "")


def test_a_reader_that_leaves_early_ends_it_silently_and_loses_no_job(
    terminal: Terminal, line: Line, kept: Database, tmp_path: Path
) -> None:
    # More answers than a pipe holds.
    many = 300
    (tmp_path / "banyak.jsonl").write_text("".join(f"{line(kunci=str(number))}\n" for number in range(many)))
    ran = subprocess.run(
        f"set -o pipefail; {BPJS} enqueue banyak.jsonl | head -1",
        shell=True,
        executable="/bin/bash",
        cwd=terminal.folder,
        env={**terminal.environ, "PATH": "/usr/bin:/bin"},
        capture_output=True,
        text=True,
        timeout=100,
        check=False,
    )
    assert (ran.returncode, ran.stderr) == (0, "")
    assert ran.stdout.count("\n") == 1
    assert stored(kept) == many
