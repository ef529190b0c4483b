"""Files that we make are their owner's alone, from the first byte and whatever the umask.

Names, norms and BPJS's messages stand in our files in the clear. Files are therefore made with mode 600 and
folders with 700, and what is found open to others is closed when it is used next.

A folder is ours when we make it; of those that are there already only the project's `.bpjs` is, and what lies
in it. Any other, such as /tmp or a folder that people share, keeps its mode: only our files in it are closed.
"""

import os
import secrets
import stat
from collections.abc import Callable, Iterable, Iterator
from contextlib import suppress
from pathlib import Path

from database.settings import PROJECT

OURS = PROJECT / ".bpjs"
_FILE, _FOLDER = 0o600, 0o700
_OTHERS = 0o077


def keep_private() -> None:
    """Take everybody else's rights from all that this process and its children create from now on.

    Only for a process that is ours as a whole: who calls `enqueue` from Python has a umask of their own.
    """
    os.umask(_OTHERS)


def make_folder(folder: Path) -> None:
    """Make a folder and what is missing above it; one that is ours already is closed. Raises OSError."""
    missing = [each for each in (folder, *folder.parents) if not each.exists()]
    for each in reversed(missing):
        each.mkdir(_FOLDER, exist_ok=True)
    if is_ours(folder):
        close(folder)


def make_file(file: Path) -> None:
    """Make an empty file where there is none; one that is there already is closed. Raises OSError."""
    with suppress(FileExistsError):
        os.close(os.open(file, os.O_CREAT | os.O_EXCL | os.O_WRONLY, _FILE))
    if file.is_file():
        close(file)


def make_once(file: Path, content: Callable[[], str]) -> None:
    """Make a file with this content where there is none; two first starts at once get the first one's.

    It is on disk when this returns, and closed to others. Raises OSError.
    """
    if not file.exists():
        fresh = file.with_name(f"{file.name}.{os.getpid()}-{secrets.token_hex(4)}")
        made = os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, _FILE)
        try:
            with os.fdopen(made, "w", encoding="ascii") as opened:
                opened.write(content())
                opened.flush()
                os.fsync(opened.fileno())
            with suppress(FileExistsError):
                os.link(fresh, file)  # unlike a rename it never replaces another's
        finally:
            fresh.unlink()
    close(file)


def private(path: str, flags: int) -> int:
    """Open a file for `open(…, opener=private)`; it is closed to others before anything is written to it.

    Raises OSError, also where the file is open to others and belongs to somebody else.
    """
    descriptor = os.open(path, flags, _FILE)
    mode = os.fstat(descriptor).st_mode
    if stat.S_ISREG(mode) and mode & _OTHERS:
        os.fchmod(descriptor, mode & _FOLDER)
    return descriptor


def close(path: Path) -> None:
    """Take the rights of everybody but the owner away.

    What belongs to another user, or lies where modes cannot be changed, stays open: `bpjs doctor` says so.
    """
    with suppress(OSError):
        mode = path.stat().st_mode
        if mode & _OTHERS:
            path.chmod(mode & _FOLDER)


def close_all(folder: Path) -> None:
    """Close a folder of ours and all that lies in it."""
    for path in (folder, *_inside(folder)):
        close(path)


def is_ours(folder: Path) -> bool:
    """Whether a folder that is there already is one of which we may change the mode."""
    return folder.resolve().is_relative_to(OURS.resolve())


def open_to_others(paths: Iterable[Path]) -> list[Path]:
    """Those of the files and folders that somebody else than their owner may read, write or enter."""
    return [path for path in paths if mode_of(path) & _OTHERS]


def mode_of(path: Path) -> int:
    """The rights of owner, group and others; 0 of what is not there or cannot be looked at."""
    try:
        return stat.S_IMODE(path.stat().st_mode)
    except OSError:
        return 0


def everything_in(folder: Path) -> list[Path]:
    """The folder and all that lies in it, links left out; nothing where it is not there."""
    return [folder, *_inside(folder)] if folder.is_dir() else []


def _inside(folder: Path) -> Iterator[Path]:
    # What a link points to is somebody else's.
    return (path for path in folder.rglob("*") if not path.is_symlink())
