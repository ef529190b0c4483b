"""The documents point at what is there."""

import re
from pathlib import Path

import pytest

from database.services.states import MOVES, State, Step
from database.settings import PROJECT

PAGES = sorted([PROJECT / "README.md", *PROJECT.glob("docs/*.md")])
LINK = re.compile(r"\]\((?!https?:|#|data:)([^)#]+)")


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_link_leads_somewhere(page: Path) -> None:
    targets = LINK.findall(page.read_text(encoding="utf-8"))
    assert [target for target in targets if not (page.parent / target).exists()] == []


def test_every_picture_is_used() -> None:
    text = "".join(page.read_text(encoding="utf-8") for page in PAGES)
    pictures = {f"gambar/{picture.name}" for picture in (PROJECT / "docs/gambar").iterdir()}
    assert pictures == set(re.findall(r"gambar/[\w-]+\.png", text))


def test_the_moves_of_a_service_are_those_of_the_table() -> None:
    text = (PROJECT / "docs/job-states.md").read_text(encoding="utf-8")
    table = text.partition("| move | from | to | who | asked before |")[2].partition("\n\n")[0]
    rows = [[cell.strip() for cell in row.split("|")[1:6]] for row in table.splitlines()[2:]]
    told = {
        name: Step(
            frozenset(map(State, re.findall(r"`([\w-]+)`", before))), State(after.strip("`")), by, asked
        )
        for name, before, after, by, asked in rows
    }
    assert told == MOVES
