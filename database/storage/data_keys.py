"""The data keys of this installation, and the database's own list of those it was sealed with.

`BPJS_DATA_KEYS` holds `ID:BASE64` pairs with commas between, the present key first. Without it a key is made
on first use and kept in a file beside the project's own database, for its owner alone.
"""

import base64
import binascii
import secrets
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Connection, Engine, select

from database.errors import DataKeyMissing
from database.settings import DatabaseSettings
from database.storage.dialect import lock_table
from database.storage.models import DataKey
from database.storage.private_files import make_folder, make_once
from database.storage.sealing import KEY_BYTES, Keyring, is_key_id, key_mark

LOCAL = "lokal"  # the id of the key that was made here


def keyring_of(settings: DatabaseSettings) -> Keyring:
    """The keys of this installation. Raises DataKeyMissing when they cannot be read."""
    given = settings.data_keys.get_secret_value().strip() if settings.data_keys else ""
    keys = parse_keys(given) if given else {LOCAL: _local_key(settings.data_key_file)}
    return Keyring(keys, writes=settings.encrypt)


def parse_keys(text: str) -> Mapping[str, bytes]:
    """The keys by id, in their order. Raises DataKeyMissing, without quoting any."""
    pairs = [pair.strip().partition(":") for pair in text.split(",") if pair.strip()]
    keys = {key_id.strip(): _decoded(data) for key_id, _, data in pairs}
    if not keys or len(keys) < len(pairs) or not all(_is_key(key_id, key) for key_id, key in keys.items()):
        raise DataKeyMissing("BPJS_DATA_KEYS harus ID:KUNCI (32 byte dalam base64), dipisah koma.")
    return keys


def _is_key(key_id: str, key: bytes) -> bool:
    return is_key_id(key_id) and len(key) == KEY_BYTES


def _decoded(data: str) -> bytes:
    try:
        return base64.b64decode(data.strip(), validate=True)
    except (ValueError, binascii.Error):
        return b""


def _local_key(file: Path) -> bytes:
    """Read the key file; make it when it is not there. Two first starts at once agree on one."""
    try:
        make_folder(file.parent)
        make_once(file, lambda: base64.b64encode(secrets.token_bytes(KEY_BYTES)).decode())
        key = _decoded(file.read_text("ascii"))
    except (OSError, UnicodeError):
        raise DataKeyMissing(f"Berkas kunci data {file} tidak dapat dibaca atau dibuat.") from None
    if len(key) != KEY_BYTES:
        raise DataKeyMissing(f"Berkas kunci data {file} tidak berisi kunci 32 byte dalam base64.")
    return key


def agree(engine: Engine, keyring: Keyring) -> None:
    """Compare the keys with those that the database was sealed with; note a new one.

    Raises DataKeyMissing when one is missing or another under the same id, SQLAlchemyError.
    """
    with engine.execution_options(bpjs_writes=False).connect() as connection:
        known = _known(connection)
    _check(known, keyring)
    if keyring.writes and keyring.present not in known:
        with engine.begin() as connection:
            lock_table(connection, "data_keys")
            known = _known(connection)
            _check(known, keyring)
            if keyring.present not in known:
                row = {"id": keyring.present, "mark": key_mark(keyring.keys[keyring.present])}
                connection.execute(DataKey.__table__.insert().values(row))  # type: ignore[attr-defined]


def _known(connection: Connection) -> dict[str, str]:
    return dict(connection.execute(select(DataKey.id, DataKey.mark)).tuples().all())


def _check(known: Mapping[str, str], keyring: Keyring) -> None:
    for key_id, mark in known.items():
        if key_id not in keyring.keys:
            raise DataKeyMissing(
                f"Basis data ini disegel dengan kunci data '{key_id}', yang tidak ada di sini;"
                " isi BPJS_DATA_KEYS dengan kunci yang sama di semua mesin."
            )
        if key_mark(keyring.keys[key_id]) != mark:
            raise DataKeyMissing(
                f"Kunci data '{key_id}' di sini bukan yang dipakai basis data ini; periksa BPJS_DATA_KEYS."
            )
