"""What is installed is what pyproject.toml says, and the changelog knows its version."""

import re
import tomllib

import pytest

from database.settings import PROJECT

FILE = tomllib.loads((PROJECT / "pyproject.toml").read_text())
ROOMS = [room.removesuffix("*") for room in FILE["tool"]["setuptools"]["packages"]["find"]["include"]]


@pytest.mark.parametrize("room", ROOMS)
def test_every_room_that_is_installed_says_that_its_types_are_checked(room: str) -> None:
    assert (PROJECT / room / "py.typed").exists()
    assert room in FILE["tool"]["mypy"]["packages"]
    assert FILE["tool"]["setuptools"]["package-data"]["*"] == ["py.typed"]


def test_the_newest_release_of_the_changelog_is_this_version() -> None:
    headings = re.findall(r"^## (.*)$", (PROJECT / "CHANGELOG.md").read_text("utf-8"), re.M)
    assert headings[0] == "Unreleased"
    assert re.fullmatch(rf"{re.escape(FILE['project']['version'])} - \d{{4}}-\d\d-\d\d", headings[1])
