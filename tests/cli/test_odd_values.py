"""Whatever a body or an answer holds: tables, spreadsheets and JSON come out whole."""

import csv
import io
import json
from pathlib import Path
from typing import Any, NoReturn

import pytest
from openpyxl import load_workbook

from database import Database, enqueue_lines
from tests.cli.conftest import Line
from tests.cli.terminal import Ran, Terminal
from tests.cli.test_show import refused

HUGE = 10**399


def strict(ran: Ran) -> Any:
    """The document, by JSON's own rules: Python's reader takes words for numbers too."""

    def refuse(word: str) -> NoReturn:
        raise AssertionError(f"{word} is not JSON")

    assert (ran.code, ran.err) == (0, "")
    return json.loads(ran.out, parse_constant=refuse)


# JSON in a body -> what the CSV and the spreadsheet show of it.
VALUES: dict[str, tuple[str, object]] = {
    "1": ("1", 1),
    "36.5": ("36.5", 36.5),
    "999999999999999": ("999999999999999", 999999999999999),
    "3201010101010001": ("3201010101010001", "3201010101010001"),
    str(HUGE): (str(HUGE), str(HUGE)),
    f"-{HUGE}": (f"-{HUGE}", f"-{HUGE}"),
    "1e999": ("Infinity", "Infinity"),
    "-1e999": ("'-Infinity", "-Infinity"),
    "1e300": ("1e+300", 1e300),
    '{"a": ["é", 1]}': ('{"a": ["é", 1]}', '{"a": ["é", 1]}'),
    r'"\ud83d"': ("\N{REPLACEMENT CHARACTER}", "\N{REPLACEMENT CHARACTER}"),
    r'{"a": "\ud83d"}': ('{"a": "\N{REPLACEMENT CHARACTER}"}', '{"a": "\N{REPLACEMENT CHARACTER}"}'),
    r'"a\u0000b"': ("a\N{REPLACEMENT CHARACTER}b", "a\N{REPLACEMENT CHARACTER}b"),
    '"' + "a" * 40_000 + '"': ("a" * 40_000, "a" * 32_766 + "…"),
    "true": ("True", True),
    "null": ("", None),
}
ASKED, COLUMN = ("monitor", "--jenis", "panggil-antrean"), "Hadir (1/2)"


@pytest.fixture
def full(terminal: Terminal, kept: Database, line: Line) -> Terminal:
    """A terminal where one job of each of these values waits or failed."""
    lines = [
        line("panggil-antrean", kunci=f"k-{number}", body={"status": "#"}).replace('"#"', written)
        for number, written in enumerate(VALUES)
    ]
    answers = list(enqueue_lines(lines, database=kept))
    assert not any("error" in answer for answer in answers), answers
    return terminal


def test_any_value_of_a_body_fits_into_csv(full: Terminal) -> None:
    ran = full(*ASKED, "--csv")
    assert (ran.code, ran.err) == (0, "")
    heading, *rows = csv.reader(io.StringIO(ran.out))
    assert [row[heading.index(COLUMN)] for row in reversed(rows)] == [shown for shown, _ in VALUES.values()]


def test_any_value_of_a_body_fits_into_a_spreadsheet(full: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "hari-ini.xlsx"
    ran = full(*ASKED, "--xlsx", str(file))
    assert (ran.code, ran.out, ran.err) == (0, f"{len(VALUES)} pekerjaan tertulis di {file}\n", "")
    heading, *rows = load_workbook(file).worksheets[0].iter_rows(values_only=True)
    assert [row[heading.index(COLUMN)] for row in reversed(rows)] == [shown for _, shown in VALUES.values()]


def test_any_value_of_a_body_fits_a_table_and_json(full: Terminal) -> None:
    assert full(*ASKED).code == 0
    assert len(strict(full(*ASKED, "--json"))["rows"]) == len(VALUES)


@pytest.mark.parametrize(
    "value", [float("inf"), float("-inf"), float("nan"), HUGE, "\ud83d", {"a": [float("inf")]}]
)
def test_an_answer_kept_since_long_is_printed_as_json(
    terminal: Terminal, kept: Database, value: object
) -> None:
    job_id = str(refused(kept, response={"berat": value}))

    assert strict(terminal("show", job_id, "--json"))["response"].keys() == {"berat"}
    assert terminal("show", job_id).code == 0
