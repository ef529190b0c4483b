"""A command writes badges and tables to stdout and complaints to stderr; JSON stands alone when asked for."""

import io
import json
import os
import sys
import unicodedata
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.text import Text

from cli.patience import patience
from tasks.strict_json import strict_json

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


# The number of a job as an argument; a database can hold none that is larger.
_JOB_ID = typer.Argument(metavar="ID", min=1, max=2**63 - 1, help="Nomor pekerjaan.")
JobId = Annotated[int, _JOB_ID]
MaybeJobId = Annotated[int | None, _JOB_ID]


def badge(status: str) -> Text:
    """The coloured word of a status."""
    word, style = BADGES[status]
    return Text(f" {word} ", style=style)


def plain(foreign: object) -> Text:
    """A text of a clinic or BPJS as mere text: no markup, and nothing that a terminal would obey."""
    lines = str("" if foreign is None else foreign).replace("\r\n", "\n")
    return Text("".join(letter if _harmless(letter) else "\N{REPLACEMENT CHARACTER}" for letter in lines))


def _harmless(letter: str) -> bool:
    # The categories C…: control codes, invisible marks that turn the writing around, half surrogate pairs.
    return letter in "\n\t" or not unicodedata.category(letter).startswith("C")


def open_closed_streams() -> None:
    """Replace a stream that whoever started us has closed, by one that is empty or leads nowhere."""
    nowhere = Path(os.devnull)
    sys.stdin = sys.stdin or nowhere.open(encoding="utf-8")
    sys.stdout = sys.stdout or nowhere.open("w", encoding="utf-8")
    sys.stderr = sys.stderr or nowhere.open("w", encoding="utf-8")


def forgive_encoding() -> None:
    """Let a letter that a terminal lacks become a question mark there instead of a traceback."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="replace")


class Screen(Console):
    """A console on which a command goes on to its end although nobody reads any more."""

    def on_broken_pipe(self) -> None:
        """Rich would exit with 1 here, which says that something is wrong with the jobs."""
        stop_talking()


def console() -> Console:
    """Standard output; a pipe gets plain text of a width that cuts nothing."""
    patience.over()
    return Screen(width=None if sys.stdout.isatty() or "COLUMNS" in os.environ else 160, highlight=False)


def stop_talking() -> None:
    """Send the rest of our output nowhere, for its reader has left; nothing fails at exit either."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def error_console() -> Console:
    """Standard error, for progress and complaints."""
    patience.over()
    return Console(stderr=True, highlight=False)


def complain(sentence: str, code: int) -> int:
    """One sentence on stderr; returns the exit code."""
    error_console().print(f"[red]{escape(' '.join(sentence.split()))}[/red]", soft_wrap=True)
    return code


def print_json(document: Any) -> None:
    """One JSON document on one line of stdout."""
    patience.over()
    try:
        sys.stdout.write(_json(document) + "\n")
        sys.stdout.flush()
    except BrokenPipeError:
        stop_talking()


def _json(document: Any) -> str:
    readable = strict_json(document)
    try:
        readable.encode(sys.stdout.encoding)
    except UnicodeEncodeError:  # half a surrogate pair in a body, or a terminal that is not UTF-8
        return json.dumps(json.loads(readable))
    return readable
