"""The dictionary of messages, read from messages.toml: what BPJS's words, and our own, mean and ask for."""

import re
import tomllib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache
from pathlib import Path

from bpjs_client.said_fields import fields_said
from bpjs_client.said_words import at_a_word

OWN = "own"  # the source of what this system says, and not BPJS
_FILE = Path(__file__).with_name("messages.toml")
_LONGEST = 2_000  # characters of a text that are looked at: more than is kept of a message


@dataclass(frozen=True)
class Entry:
    """A row of the dictionary; see the head of messages.toml for its fields."""

    name: str
    words: tuple[str, ...]
    example: str
    means: str
    todo: str
    source: str
    unless: tuple[str, ...] = ()

    @property
    def in_short(self) -> str:
        """Meaning and advice in one sentence, to stand where BPJS's words say less."""
        return f"{self.means.rstrip('.')}: {self.todo[0].lower()}{self.todo[1:]}"

    def says(self, text: str) -> bool:
        """Whether a text holds this row's words, and none that make it another's."""
        return any(each.search(text) for each in self._words) and not any(
            each.search(text) for each in self._unless
        )

    def means_so(self, text: str) -> bool:
        """Whether a text holds this row's meaning in our own sentence."""
        return self._sentence.search(text) is not None

    @cached_property
    def _words(self) -> Sequence[re.Pattern[str]]:
        return [at_a_word(words) for words in self.words]

    @cached_property
    def _unless(self) -> Sequence[re.Pattern[str]]:
        return [at_a_word(words) for words in self.unless]

    @cached_property
    def _sentence(self) -> re.Pattern[str]:
        return at_a_word(self.means)


def _read(file: Path) -> Iterator[Entry]:
    for row in tomllib.loads(file.read_text("utf-8"))["message"]:
        yield Entry(**row | {name: tuple(row.get(name, ())) for name in ("words", "unless")})


ENTRIES: tuple[Entry, ...] = tuple(_read(_FILE))
BY_NAME: Mapping[str, Entry] = {entry.name: entry for entry in ENTRIES}


# A look takes a millisecond or two, and whoever watches asks for the same texts again and again.
@lru_cache(maxsize=10_000)
def entry_of(text: str) -> Entry | None:
    """The row that explains a text; None for words that nobody has explained yet.

    What this system says comes first, for it quotes BPJS; then our sentences for its answers, then its words.
    """
    return next(_fitting(text[:_LONGEST]), None)


def entries_of(text: str) -> list[Entry]:
    """The rows that explain a text, once each: of a list of fields (`field: why; …`) one for each field."""
    parts = [f"{error.field}: {error.message}" for error in fields_said(text)] or [text]
    return list(dict.fromkeys(entry for entry in map(entry_of, parts) if entry))


def _fitting(text: str) -> Iterator[Entry]:
    yield from (entry for entry in _OURS if entry.says(text) or entry.means_so(text))
    yield from (entry for entry in _THEIRS if entry.means_so(text))
    yield from (entry for entry in _THEIRS if entry.says(text))


_OURS = tuple(entry for entry in ENTRIES if entry.source == OWN)
_THEIRS = tuple(entry for entry in ENTRIES if entry.source != OWN)
