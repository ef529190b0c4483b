"""Standard input is read for what an argument would show in the process list and the shell's history."""

import sys

from cli.terminal import UserError, error_console

STDIN = "-"


def one_line(given: str, what: str) -> str:
    """The given text, or for `-` the next line of standard input; at a terminal a person is asked for it."""
    if given != STDIN:
        return given
    if sys.stdin.isatty():
        error_console().print(f"{what}: ", end="", markup=False)
    # Bytes that are no text become signs that are no number, which is refused in a sentence.
    return sys.stdin.buffer.readline().decode(errors="replace").strip()


def everything(what: str) -> str:
    """All that comes on standard input, up to its end. Raises UserError for what is no text."""
    if sys.stdin.isatty():
        error_console().print(f"{what}, diakhiri Ctrl-D:", markup=False)
    try:
        return sys.stdin.buffer.read().decode("utf-8-sig")
    except UnicodeDecodeError:
        raise UserError(f"{what} pada stdin bukan teks UTF-8.") from None
