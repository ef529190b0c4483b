"""The person at the terminal, as the history and the log of acts name them."""

import getpass
import os

from database import Database
from database.people.acts import Did, note_act


def whoever_is_here() -> str:
    """The computer's user by name; by number where the machine has no name for it."""
    try:
        return getpass.getuser()
    except (KeyError, OSError, ImportError):
        return f"uid {os.getuid()}"


def note_here(database: Database, did: Did, *, about: str, faskes: str | None = None) -> None:
    """One line in the log of acts: whoever is here did it. Raises DatabaseUnavailable."""
    note_act(database, did, by=whoever_is_here(), about=about, faskes=faskes)
