"""`make setup` says what it does before each step: the whole takes minutes, most of it silent."""

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

from database.settings import PROJECT

# Stands in for Python: tells how it was called, and makes the environment's Python another of its kind.
STAND_IN = """#!/bin/sh
case "$1 $2" in
    "-c "*) ;;
    "-m venv") echo RUN "$@"; mkdir -p .venv/bin; cp "$0" .venv/bin/python ;;
    *) echo RUN "$@" ;;
esac
"""
FILES = ("Makefile", "requirements.lock", "requirements-others.lock", "pyproject.toml")


@pytest.fixture
def said(tmp_path: Path) -> list[str]:
    """The lines of a set-up in which every step succeeds at once."""
    for name in FILES:
        shutil.copy(PROJECT / name, tmp_path)
    python = tmp_path / "python"
    python.write_text(STAND_IN)
    python.chmod(0o755)
    # Without what `make test` tells its own children.
    environ = {name: value for name, value in os.environ.items() if not name.startswith("MAKE")}
    done = subprocess.run(
        ["make", "setup", f"PYTHON={python}"],
        cwd=tmp_path,
        env=environ,
        capture_output=True,
        text=True,
        check=True,
    )
    return done.stdout.splitlines()


def test_each_step_is_announced_before_it_begins(said: list[str]) -> None:
    steps = [place for place, line in enumerate(said) if line.startswith("RUN ")]
    numbers = [re.match(r"(\d)/(\d) .*…$", said[place - 1]) for place in steps]

    assert [found and found.groups() for found in numbers] == [(f"{n}", "4") for n in range(1, 5)]
    assert "900 MB" in said[0]
    assert said[-1].startswith("Siap: ")


def test_nothing_else_is_shown(said: list[str]) -> None:
    assert len(said) == 2 + 2 * 4
