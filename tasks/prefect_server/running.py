"""`make run` and services note the addresses of what they start, for commands in the same folder.

A note is a file of variables. It is true for as long as its writer lives, who holds a lock on it; the kernel
lifts the lock at the writer's end, however that comes.
"""

import fcntl
import os
import time
from collections.abc import Iterator, Mapping, MutableMapping
from contextlib import contextmanager
from pathlib import Path
from typing import TextIO

from dotenv import dotenv_values

from database.settings import DatabaseSettings, home, names_bpjs
from database.storage.private_files import make_folder, private

# A reader holds the lock for an instant, in which a writer must not give up.
_PATIENCE_SECONDS = 2.0
_LOOK_SECONDS = 0.02


def simulator_note() -> Path:
    """The file in which `make run` notes the address of its simulator."""
    return home() / "simulator.env"


def server_note(environ: Mapping[str, str]) -> Path:
    """The note of the address of a Prefect server of ours, in that server's PREFECT_HOME."""
    return Path(environ["PREFECT_HOME"]).expanduser() / "bpjs-server.env"


def announce(file: Path, values: Mapping[str, str]) -> TextIO | None:
    """Note variables until the file that is returned is closed; None while somebody else's note is true.

    The file stays open across `os.exec…`, so that the note holds for what this process becomes.
    """
    make_folder(file.parent)
    note = open(file, "a", encoding="utf-8", opener=private)  # noqa: SIM115 - the caller closes it
    if not _locked(note):
        note.close()
        return None
    os.set_inheritable(note.fileno(), True)
    note.truncate(0)
    note.writelines(f"{name}={value}\n" for name, value in values.items())
    note.flush()
    return note


@contextmanager
def announcing(file: Path, values: Mapping[str, str]) -> Iterator[None]:
    """`announce` for the length of a `with` block."""
    note = announce(file, values)
    try:
        yield
    finally:
        if note is not None:
            note.close()


def announced(file: Path) -> dict[str, str]:
    """The variables of a note that is true now; nothing where there is none, or its writer is gone."""
    try:
        with file.open(encoding="utf-8") as note:
            try:
                fcntl.flock(note, fcntl.LOCK_SH | fcntl.LOCK_NB)
            except BlockingIOError:
                return {name: value for name, value in dotenv_values(stream=note).items() if value}
    except (OSError, UnicodeError):
        pass
    return {}


def know_simulator(environ: MutableMapping[str, str]) -> None:
    """Let a command that is told of no BPJS and no database find the simulator of `make run`."""
    if names_bpjs() or "database_url" in DatabaseSettings().model_fields_set:
        return
    for name, value in announced(simulator_note()).items():
        environ.setdefault(name, value)


def _locked(note: TextIO) -> bool:
    deadline = time.monotonic() + _PATIENCE_SECONDS
    while True:
        try:
            fcntl.flock(note, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            if time.monotonic() > deadline:
                return False
            time.sleep(_LOOK_SECONDS)
        else:
            return True
