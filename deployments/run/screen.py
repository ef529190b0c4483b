"""The screen of a run tells the person who started it, in Indonesian, how it goes."""

from collections.abc import Sequence
from textwrap import wrap

from rich.console import Console
from rich.control import Control
from rich.markup import escape
from rich.segment import ControlType
from rich.table import Table
from rich.text import Text

from deployments.run.verification import Check

_MOST_PROBLEMS = 5
_ERASE_LINE = Control((ControlType.ERASE_IN_LINE, 2))


class Screen:
    """One line for each thing that happened; problems go to stderr."""

    def __init__(self) -> None:
        self._out = Console(highlight=False)
        self._err = Console(stderr=True, highlight=False)

    def doing(self, what: str) -> None:
        """Say that something begins; on a terminal the line gives way to the next one."""
        self._clear()
        self._out.print(f"… {escape(what)}", style="dim", end="\r" if self._out.is_terminal else "\n")

    def did(self, what: str, where: str) -> None:
        """Say that something is ready."""
        self._clear()
        self._out.print(_whole(self._out, f"✓ {what:<16} {where}", "green"), soft_wrap=True)

    def says(self, text: str) -> None:
        """Say a plain line."""
        self._clear()
        self._out.print(_whole(self._out, text), soft_wrap=True)

    def shows(self, text: str) -> None:
        """Print the output of another command as it is."""
        self._clear()
        self._out.file.write(f"\n{text}\n")
        self._out.file.flush()

    def terminal(self) -> dict[str, str]:
        """Variables by which a captured command prints as it would on this terminal."""
        return {"COLUMNS": str(self._out.width)} | ({"FORCE_COLOR": "1"} if self._out.is_terminal else {})

    def failed(self, text: str) -> None:
        """Say why the run ends."""
        self._clear()
        self._err.print(_whole(self._err, f"✗ {text}", "red"), soft_wrap=True)

    def _clear(self) -> None:
        """Take away a line that says what is being done; nothing where output is no terminal."""
        self._out.control(_ERASE_LINE)

    def checks(self, checks: Sequence[Check]) -> None:
        """Print a table of the checks that hold and those that do not, with the first problems of each."""
        self._clear()
        table = Table(show_header=False, box=None, padding=(0, 1))
        for check in checks:
            table.add_row("[green]✓[/]" if check.holds else "[red]✗[/]", escape(check.what))
            for problem in check.problems[:_MOST_PROBLEMS]:
                table.add_row("", f"[red]{escape(problem)}[/]")
            if len(check.problems) > _MOST_PROBLEMS:
                table.add_row("", f"… dan {len(check.problems) - _MOST_PROBLEMS} lagi")
        self._out.print(table)


def _whole(console: Console, text: str, mark: str = "") -> Text:
    """The text, broken between words alone where a terminal is too narrow: a path and an address stay in one
    piece, as somebody copies them. `mark`: the colour of its first character.
    """
    if console.is_terminal:
        text = "\n".join(filled for line in text.split("\n") for filled in _broken(line, console.width))
    shown = Text(text)
    if mark:
        shown.stylize(mark, 0, 1)
    return shown


def _broken(line: str, width: int) -> list[str]:
    return wrap(line, width, break_long_words=False, break_on_hyphens=False) or [""]
