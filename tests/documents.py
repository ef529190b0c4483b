"""The examples in the documents, so that tests can run them."""

import os
import re
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from database.settings import PROJECT

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)


@dataclass(frozen=True)
class Example:
    """A fenced block: its language and text."""

    language: str
    text: str


def examples(page: str) -> list[Example]:
    """Those of a page of docs/, in order."""
    return [Example(*found) for found in _BLOCK.findall((PROJECT / "docs" / page).read_text("utf-8"))]


def run(example: Example, folder: Path, environ: Mapping[str, str]) -> str:
    """What an example in Python or for the shell prints; `bpjs` is on its path."""
    commands = {"python": [sys.executable, "-c"], "sh": ["bash", "-euc"]}
    path = f"{Path(sys.executable).parent}:{os.environ['PATH']}"
    done = subprocess.run(
        [*commands[example.language], example.text],
        cwd=folder,
        env={**os.environ, **environ, "PATH": path},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
