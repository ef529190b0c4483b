"""What a clinic or BPJS wrote is text in every spreadsheet, whatever parts its columns."""

import csv
import io

import pytest

from tasks.spreadsheet import write_csv

RUNS = ("=", "+", "-", "@")
HOSTILE = [
    '=HYPERLINK("https://evil.example";"x")',
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "\t=1+1",
    "\r=1+1",
    "Budi;=1+1",
    "Budi;-1+1;+2",
    "Budi\n=1+1",
    "Budi\t=1+1",
    'Budi";=1+1',
]


@pytest.mark.parametrize("text", HOSTILE)
@pytest.mark.parametrize("parted_by", [",", ";", "\t"])
def test_no_cell_begins_as_a_formula(text: str, parted_by: str) -> None:
    opened = io.StringIO()
    write_csv(opened, [{"a": 1, "b": text, "c": text}], [("A", "a"), ("B", "b"), ("C", "c")])
    cells = [cell for row in csv.reader(io.StringIO(opened.getvalue()), delimiter=parted_by) for cell in row]
    assert not [cell for cell in cells if cell.startswith(RUNS)]


def test_what_is_no_formula_stays_as_it_was() -> None:
    opened = io.StringIO()
    write_csv(opened, [{"a": -3, "b": "kdPoli: 001; a - b = c @ d"}], [("A", "a"), ("B", "b")])
    assert opened.getvalue() == "A,B\n-3,kdPoli: 001; a - b = c @ d\n"
