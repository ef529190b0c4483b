"""Closes Prefect's own files on this machine to others, for they hold norm and name of each run."""

from collections.abc import Mapping
from pathlib import Path

from database.storage.private_files import close
from database.storage.sqlite_file import files_of


def close_prefect_files(environ: Mapping[str, str]) -> None:
    """Close the database that Prefect keeps in its home, where it is open to others.

    It is made closed by what we start (see `keep_private`); one from before, or from a server that somebody
    started by hand, is found here. The folder itself may serve a person's other work: it keeps its mode.
    """
    for file in prefect_files(environ):
        close(file)


def prefect_files(environ: Mapping[str, str]) -> list[Path]:
    """The paths of these files, be they there or not."""
    home = Path(environ.get("PREFECT_HOME") or "~/.prefect").expanduser()
    return files_of(home / "prefect.db")
