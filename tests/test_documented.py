"""Every command, setting and dependency is told of: who adds one and tells nobody is stopped here."""

import ast
import re
import tomllib
from collections.abc import Iterator
from importlib import import_module
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from pydantic_settings import BaseSettings

from database.settings import PROJECT
from tests.cli.here import every_command
from tests.documents import calls

OURS = tomllib.loads((PROJECT / "pyproject.toml").read_text())
ROOMS = [room.removesuffix("*") for room in OURS["tool"]["setuptools"]["packages"]["find"]["include"]]
SOURCES = sorted(file for room in ROOMS for file in (PROJECT / room).rglob("*.py"))
PAGES = [PROJECT / "README.md", *sorted((PROJECT / "docs").glob("*.md"))]
# Where somebody looks who sets up a clinic.
SETTINGS_PAGES = [PROJECT / ".env.example", PROJECT / "docs" / "operating.md", PROJECT / "README.md"]
VARIABLE = re.compile(r"\bBPJS_[A-Z0-9_]*[A-Z0-9]\b")


def settings_classes(base: type[BaseSettings] = BaseSettings) -> Iterator[type[BaseSettings]]:
    """All of ours that were imported."""
    for found in base.__subclasses__():
        if found.__module__.partition(".")[0] in ROOMS:
            yield found
        yield from settings_classes(found)


def of_fields() -> set[str]:
    """The variables that fill a field of a settings class, under its own name or an alias."""
    for file in SOURCES:
        if "BaseSettings" in file.read_text("utf-8"):
            import_module(".".join(file.relative_to(PROJECT).with_suffix("").parts))
    return {
        str(field.validation_alias or f"{each.model_config.get('env_prefix', '')}{name}").upper()
        for each in settings_classes()
        for name, field in each.model_fields.items()
    }


def texts(file: Path) -> Iterator[str]:
    """What a module says in quotation marks."""
    for node in ast.walk(ast.parse(file.read_text("utf-8"))):
        if isinstance(node, ast.Constant) and isinstance(node.value, str):
            yield node.value


def written_out() -> set[str]:
    """The variables whose whole name stands in the code, as one does that is read from `os.environ`."""
    return {text for file in SOURCES for text in texts(file) if VARIABLE.fullmatch(text)}


def test_the_settings_are_found() -> None:
    assert {"BPJS_CONS_ID", "BPJS_DATABASE_URL", "BPJS_RUN_NAMES", "BPJS_FASKES_FILE"} <= of_fields()
    assert "BPJS_ALERT_URL" in of_fields()
    assert "BPJS_NEW_DATABASE_URL" in written_out() - of_fields()


def told_of() -> set[str]:
    return {name for page in SETTINGS_PAGES for name in VARIABLE.findall(page.read_text("utf-8"))}


def test_every_setting_is_documented() -> None:
    assert sorted((of_fields() | written_out()) - told_of()) == []


def test_no_setting_is_documented_that_is_not_there() -> None:
    assert sorted(told_of() - of_fields() - written_out()) == []


@pytest.mark.parametrize("command", every_command())
def test_every_command_is_documented(command: str) -> None:
    pages = [page.name for page in PAGES if any(call.words[:1] == [command] for call in calls(page))]
    assert pages, f"bpjs {command} stands neither in README.md nor in docs/"


def test_every_dependency_has_its_reason() -> None:
    page = (PROJECT / "docs" / "decisions.md").read_text("utf-8")
    rows = re.findall(
        r"^\| ([^|]+) \| ([^|]{10,}) \|$", page.partition("## Dependencies")[2].partition("\n## ")[0], re.M
    )
    told = {name.split()[0] for names, _ in rows[1:] for name in names.split(", ")}
    named = {Requirement(dependency).name for dependency in OURS["project"]["dependencies"]}
    assert named == told
