"""How the command talks: badges and tables on stdout, complaints on stderr, JSON alone when asked for."""

import json
import os
import sys
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.text import Text

# The page's colours; orange and grey are ours.
BADGES: dict[str, tuple[str, str]] = {
    "terkirim": ("Terkirim", "black on green"),
    "gagal": ("Gagal", "white on red"),
    "menunggu": ("Menunggu", "black on yellow"),
    "proses": ("Proses", "white on blue"),
    "tidak_pasti": ("Tidak pasti", "black on dark_orange"),
    "ditutup": ("Ditutup", "white on grey37"),
}


class UserError(Exception):
    """A mistake that the person at the terminal can mend; the text is one Indonesian sentence."""


def badge(status: str) -> Text:
    """The coloured word of a status."""
    word, style = BADGES[status]
    return Text(f" {word} ", style=style)


def console() -> Console:
    """Standard output; a pipe gets plain text of a width that cuts nothing."""
    return Console(width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else 160, highlight=False)


def error_console() -> Console:
    """Standard error, for progress and complaints."""
    return Console(stderr=True, highlight=False)


def complain(sentence: str, code: int) -> int:
    """One sentence on stderr; returns the exit code."""
    error_console().print(f"[red]{escape(' '.join(sentence.split()))}[/red]", soft_wrap=True)
    return code


def print_json(document: Any) -> None:
    """One JSON document on stdout."""
    sys.stdout.write(json.dumps(document, ensure_ascii=False) + "\n")
    sys.stdout.flush()
