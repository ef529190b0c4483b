"""The person at the terminal, as the history names them."""

import getpass
import os


def whoever_is_here() -> str:
    """The computer's user by name; by number where the machine has no name for it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return f"uid {os.getuid()}"
