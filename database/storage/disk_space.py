"""The database is written to and made to grow, which alone proves that it has room.

A transaction that is begun and given up proves nothing: not a byte leaves memory for it.
"""

import errno
import os
import tempfile
from pathlib import Path

from sqlalchemy import text

from database.errors import DatabaseUnavailable
from database.storage.dialect import is_file
from database.storage.engine import Database

ROOM = 16 * 2**20  # bytes, enough for some thousand jobs with their answers
_PIECE = 2**20
_FULL = frozenset({errno.ENOSPC, errno.EDQUOT, errno.EFBIG})

# A row is changed and changed back, for a row that stays the same is not written. Nobody sees it in between.
_THERE_AND_BACK = (
    "UPDATE alembic_version SET version_num = version_num || '-'",
    "UPDATE alembic_version SET version_num = rtrim(version_num, '-')",
)
_MAY_TRY = "SELECT has_database_privilege(current_database(), 'TEMP')"
# A table of our own makes a new file grow; an old one may have free places.
_NEW_TABLE = "CREATE TEMPORARY TABLE bpjs_room (content text) ON COMMIT DROP"
# A kilobyte a row, which is too small for PostgreSQL to compress.
_GROW = "INSERT INTO bpjs_room SELECT repeat(md5(random()::text), 32) FROM generate_series(1, :kilobytes)"


def check_room(database: Database) -> None:
    """Write, and see that 16 MB more would fit; nothing of it stays. Raises DatabaseUnavailable."""
    with database.write() as session:
        for statement in _THERE_AND_BACK:
            session.execute(text(statement))
    if is_file(database.engine):
        _fill_a_file(Path(str(database.engine.url.database)).parent)
    else:
        _fill_a_table(database)


def _fill_a_file(folder: Path) -> None:
    """Fill a file without a name beside the database; it is gone however this process ends."""
    piece = os.urandom(_PIECE)
    try:
        with tempfile.TemporaryFile(dir=folder) as file:
            for _ in range(ROOM // _PIECE):
                file.write(piece)
            file.flush()
            os.fsync(file.fileno())
    except OSError as failure:
        raise DatabaseUnavailable(_said(failure)) from None


def _said(failure: OSError) -> str:
    if failure.errno in _FULL:
        return "Disk basis data penuh; kosongkan ruang lalu coba lagi."
    return "Map berkas basis data tidak dapat ditulis; periksa izinnya."


def _fill_a_table(database: Database) -> None:
    """Fill a temporary table; a role that may not make one has shown already that it can write."""
    with database.write() as session:
        if session.scalar(text(_MAY_TRY)):
            session.execute(text(_NEW_TABLE))
            session.execute(text(_GROW), {"kilobytes": ROOM // 1024})
