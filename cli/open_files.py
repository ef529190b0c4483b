"""Files of ours on this disk that other users of the machine could read."""

import os
from collections.abc import Iterator
from pathlib import Path

from cli.finding import Finding
from database.settings import PROJECT, DatabaseSettings
from database.storage.dialect import is_file_address
from database.storage.engine import parse_url
from database.storage.private_files import OURS, close_all, everything_in, mode_of, open_to_others
from database.storage.sqlite_file import file_of, files_of
from tasks.clinics import secret_files
from tasks.prefect_server.home import prefect_files

_EVERYBODY = 0o007
_MOST = 5  # in one line


def open_files() -> Iterator[Finding]:
    """The files that stay open. Our own are closed whenever they are used, and here, where that can be."""
    if OURS.is_dir():
        close_all(OURS)
    found = [*open_to_others(_ours()), *(file for file in _given() if mode_of(file) & _EVERYBODY)]
    if not found:
        yield Finding("Izin berkas", True, "tidak ada yang terbuka bagi pengguna lain komputer ini")
        return
    few = [f"{path} ({mode_of(path):o})" for path in found[:_MOST]]
    more = [f"dan {len(found) - _MOST} lainnya"] if len(found) > _MOST else []
    todo = "sebagai pemiliknya atau root: chmod go= pada masing-masing"
    yield Finding("Izin berkas", False, f"terbuka bagi pengguna lain: {', '.join(few + more)}", todo)


def _ours() -> list[Path]:
    """The files that we make: a database that is a file, the key of the data, `.bpjs`, Prefect's files."""
    settings = DatabaseSettings()
    url = parse_url(settings.database_url.get_secret_value())
    database = files_of(file_of(url)) if is_file_address(url) else []
    kept = [*database, settings.data_key_file, *prefect_files(os.environ), *everything_in(OURS)]
    return list(dict.fromkeys(kept))


def _given() -> list[Path]:
    """The files with secrets that people made for us: a group may read them, everybody may not."""
    return [PROJECT / ".env", *secret_files()]
