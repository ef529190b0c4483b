"""The files of a SQLite database, kept for their owner alone."""

from pathlib import Path
from urllib.parse import unquote, urlsplit

from sqlalchemy import URL

from database.storage.private_files import close, make_file, make_folder

# The files that SQLite keeps beside the database, made with the database's own mode.
_BESIDE = ("-wal", "-shm", "-journal")


def keep_to_owner(url: URL) -> None:
    """Make the file before SQLite does, which goes by the umask, and close what is open. Raises OSError."""
    file = file_of(url).resolve()  # of a link the file that it points to
    make_folder(file.parent)
    make_file(file)
    for beside in files_of(file)[1:]:
        close(beside)


def files_of(file: Path) -> list[Path]:
    """The database's file, and those that are there only at times."""
    return [file, *(file.with_name(file.name + ending) for ending in _BESIDE)]


def file_of(url: URL) -> Path:
    """Where an address of SQLite points to, `file:` addresses included."""
    where = str(url.database)
    return Path(unquote(urlsplit(where).path) if where.startswith("file:") else where)
