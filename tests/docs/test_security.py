"""Each line of the table in docs/security.md names the tests that hold it."""

import re

import pytest

from database.settings import PROJECT

TABLE = [
    line
    for line in (PROJECT / "docs" / "security.md").read_text("utf-8").splitlines()
    if line.startswith("| ") and not line.startswith("| who ")
]


def test_the_table_is_there() -> None:
    assert len(TABLE) >= 18


@pytest.mark.parametrize("line", TABLE, ids=lambda line: line.split(" | ")[1][:40])
def test_each_line_names_tests_that_exist(line: str) -> None:
    named = re.search(r"\((tests/[^()]+)\) \|$", line)
    assert named
    for file in re.findall(r"tests/[\w/]+\.py", named[1]):
        assert (PROJECT / file).is_file(), file
