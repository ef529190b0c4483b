"""Every place of docs/bpjs-contract.md that the code or a document cites is there."""

import re
import subprocess
from collections.abc import Iterator
from pathlib import Path

import pytest

from database.settings import PROJECT

CONTRACT = (PROJECT / "docs" / "bpjs-contract.md").read_text("utf-8")
# "contract 5a and 5d", "contract 3.1, 5f and 5g", "contract 9, row 14", "contract 5, marks A"
CITED = re.compile(r"contract ((?:(?:, | and | to )?(?:row )?\d+(?:\.\d+)?[a-j]?\b)+)")
PLACE = re.compile(r"(row )?(\d+(?:\.\d+)?[a-j]?)")


def citations() -> Iterator[tuple[str, str]]:
    """File and what it cites."""
    listed = subprocess.run(["git", "ls-files", "*.py", "*.md"], cwd=PROJECT, capture_output=True, check=True)
    for name in listed.stdout.decode().split():
        file = PROJECT / name
        if file.is_file() and name != "tests/docs/test_citations.py":
            for found in CITED.findall(" ".join(file.read_text("utf-8").replace("# ", " ").split())):
                yield name, found


def is_there(place: str, *, is_row: bool) -> bool:
    if is_row:
        return re.search(rf"^\| {place} \|", CONTRACT, re.MULTILINE) is not None
    if place.startswith("0."):
        return re.search(rf"^{place[2:]}\. \*\*", CONTRACT, re.MULTILINE) is not None
    return re.search(rf"^#+ {re.escape(place)}\.? ", CONTRACT, re.MULTILINE) is not None


CITATIONS = sorted(set(citations()))


def test_there_are_many() -> None:
    assert len(CITATIONS) > 60


@pytest.mark.parametrize(("file", "cited"), CITATIONS, ids=lambda said: said.replace("/", "."))
def test_each_place_exists(file: str, cited: str) -> None:
    for row, place in PLACE.findall(cited):
        assert is_there(place, is_row=bool(row)), f"{file} cites contract {cited}"


@pytest.mark.parametrize("place", ["7", "5z", "0.99"])
def test_a_place_that_is_not_there_is_found_out(place: str) -> None:
    assert not is_there(place, is_row=False)


def test_each_file_that_is_named_as_a_source_exists() -> None:
    text = "\n".join(
        file.read_text("utf-8")
        for room in ("bpjs_client", "bpjs_simulator", "database", "tasks", "flows", "cli", "deployments")
        for file in (PROJECT / room).rglob("*.py")
    )
    named = set(re.findall(r"docs/[\w-]+\.md", text))
    assert "docs/bpjs-contract.md" in named
    assert not {name for name in named if not (PROJECT / name).is_file()}


@pytest.mark.parametrize(
    "document",
    sorted([*(PROJECT / "docs").glob("*.md"), PROJECT / "README.md", PROJECT / "CONTRIBUTING.md"]),
    ids=lambda path: path.name,
)
def test_each_file_of_ours_that_a_document_names_exists(document: Path) -> None:
    text = document.read_text("utf-8")
    if document.name == "bpjs-contract.md":  # the files that it names are those of its sources
        return
    named = set(
        re.findall(r"`((?:bpjs_\w+|cli|database|deployments|flows|tasks|tests|docs)/[\w/.-]+\.\w+)`", text)
    )
    assert not {name for name in named if not (PROJECT / name).exists()}
