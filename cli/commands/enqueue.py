"""`bpjs enqueue`: hands over JSON lines, one answer per line."""

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Annotated

import typer
from rich.progress import Progress

from cli.terminal import UserError, error_console, print_json
from database import enqueue_lines, open_database
from tasks.machine_words import why


def enqueue(
    file: Annotated[str, typer.Argument(metavar="FILE|-", help="Berkas JSON lines, atau - untuk stdin.")],
) -> None:
    """Menyerahkan pekerjaan: satu objek JSON per baris, satu jawaban JSON per baris.

    Setelah jawabannya tercetak, pekerjaan itu tersimpan. Keluar dengan 1 bila ada baris buruk.
    """
    bad = False
    database = open_database()
    with _lines(file) as lines, _progress() as progress:
        for answer in enqueue_lines(progress.track(lines, description="Menyerahkan"), database=database):
            bad = bad or "error" in answer
            print_json(answer)
    raise typer.Exit(1 if bad else 0)


@contextmanager
def _lines(file: str) -> Iterator[list[str]]:
    try:
        raw = sys.stdin.buffer.read() if file == "-" else Path(file).read_bytes()
        text = raw.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(f"{file} bukan teks UTF-8.") from None
    except OSError as cause:
        raise UserError(f"{file} tidak dapat dibaca: {why(cause)}.") from None
    # Not splitlines(): JSON may hold U+2028 and its like within a line.
    yield text.split("\n")


def _progress() -> Progress:
    console = error_console()
    return Progress(console=console, transient=True, disable=not console.is_terminal)
