"""A lock keeps two runs from sharing one folder, whose databases belong to one set of children."""

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from database.storage.private_files import make_folder, private


class AlreadyRunning(Exception):
    """Another run holds this folder."""


@contextmanager
def only_run_in(folder: Path) -> Iterator[None]:
    """Hold the folder (made if missing, readable by its owner only). Raises AlreadyRunning."""
    make_folder(folder)
    with open(folder / "run.lock", "w", opener=private) as held:
        try:
            fcntl.flock(held, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:
            raise AlreadyRunning(f"Sudah ada `make run` yang berjalan dengan data di {folder}.") from None
        yield
