"""The examples in the documents, so that tests can run them."""

import os
import re
import shlex
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from database.settings import PROJECT

_BLOCK = re.compile(r"^```(\w+)\n(.*?)^```$", re.MULTILINE | re.DOTALL)
_IN_BLOCK = re.compile(r"^(?: {4,}|\t)?(?:\.venv/bin/)?(bpjs(?: .*)?)$", re.MULTILINE)
_IN_SENTENCE = re.compile(r"`(?:\.venv/bin/)?(bpjs(?:\s[^`]*)?)`")
_QUOTED = re.compile(r"'[^']*'|\"[^\"]*\"")
# A word that stands for what its reader has: `FILE`, `NOMOR`; or for more of them: `…`.
_STANDS_FOR = re.compile(r"…|(?<=\s)[A-Z][A-Z|-]+(?=\s|$)")


@dataclass(frozen=True)
class Example:
    """A fenced block: its language and text."""

    language: str
    text: str


@dataclass(frozen=True)
class Call:
    """A call of `bpjs` as a document shows it; `alone`: its name in a sentence, with nothing behind it."""

    text: str
    alone: bool = False

    @property
    def words(self) -> list[str]:
        """What is typed behind `bpjs`."""
        return shlex.split(self.text, comments=True)[1:]

    @property
    def is_form(self) -> bool:
        """Whether something must be put in its place before it can be typed, or it merely names a command."""
        return self.alone or bool(_STANDS_FOR.search(_QUOTED.sub("", self.text.partition(" #")[0])))


def examples(page: str) -> list[Example]:
    """Those of a page of docs/, in order."""
    return [Example(*found) for found in _BLOCK.findall((PROJECT / "docs" / page).read_text("utf-8"))]


def calls(page: Path) -> list[Call]:
    """Every call of `bpjs` in a page, in order: on lines of its own, and within sentences."""
    text = page.read_text("utf-8")
    found = [(each.start(), Call(each[1])) for each in _IN_BLOCK.finditer(text)]
    for each in _IN_SENTENCE.finditer(text):
        call = " ".join(each[1].split())
        found.append((each.start(), Call(call, alone=call.count(" ") < 2)))
    return [call for _, call in sorted(found, key=lambda each: each[0])]


def indented(page: Path, begins: str) -> list[str]:
    """The indented blocks of a page that begin so, without their indentation."""
    blocks = re.findall(r"(?:^ {4}.*\n(?:\n(?= {4}))?)+", page.read_text("utf-8"), re.MULTILINE)
    bare = [re.sub(r"^ {4}", "", block, flags=re.MULTILINE) for block in blocks]
    return [block for block in bare if block.startswith(begins)]


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
