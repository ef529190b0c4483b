"""Bodies and answers are sealed before they are stored: AES-256-GCM, with the id of the key beside them.

A value that was stored before sealing was turned on, or under an older key, is read as before, for each says
itself which key opens it. The name of its column is sealed with it, and the job that it belongs to, so that
no value can be put in another's place (see database/storage/row_seal.py).
A body may be any JSON: one that is stored unsealed and only looks sealed is put inside a seal without a key.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from database.errors import DataKeyMissing
from database.storage.row_seal import of_row, row_of

KEY_BYTES = 32
NONCE_BYTES, TAG_BYTES = 12, 16
SEALED, DATA = "sealed", "data"  # of a JSON column's object; a text column holds `sealed:ID:DATA`
_TEXT_SEALED = f"{SEALED}:"
_NO_KEY = ""  # stands for the id where nothing was sealed
_WITH_ROW = "row:"  # before the data of a value that its row is sealed with; older ones lack it
_LEAST_DATA = 4 * (-(-(NONCE_BYTES + TAG_BYTES) // 3))  # characters of base64


@dataclass(frozen=True)
class Keyring:
    """The keys by id, the present one first; `writes` False: read what is sealed, seal nothing more."""

    keys: Mapping[str, bytes] = field(repr=False)
    writes: bool = True

    @property
    def present(self) -> str:
        """The id of the key that new values are sealed with."""
        return next(iter(self.keys))

    def seal(self, value: Any, column: str) -> dict[str, str]:
        """A JSON value as an object that only a key opens."""
        row = row_of(value)
        if row is None:
            return {SEALED: self.present, DATA: self._locked(json.dumps(value).encode(), column)}
        plain = json.dumps([row, value]).encode()
        return {SEALED: self.present, DATA: _WITH_ROW + self._locked(plain, _WITH_ROW + column)}

    def seal_text(self, value: str, column: str) -> str:
        """A text as a text that only a key opens."""
        row = row_of(value)
        if row is None:
            data = self._locked(value.encode("utf-8", "surrogatepass"), column)
        else:
            plain = f"{row}:{value}".encode("utf-8", "surrogatepass")
            data = _WITH_ROW + self._locked(plain, _WITH_ROW + column)
        return f"{_TEXT_SEALED}{self.present}:{data}"

    def open(self, stored: Any, column: str) -> Any:
        """The JSON value behind a sealed object; any other value as it was. Raises DataKeyMissing."""
        if not _looks_sealed(stored):
            return stored
        key_id, data = stored[SEALED], stored[DATA]
        if key_id == _NO_KEY and _looks_sealed(data):
            return data
        if not self._sealed(key_id, data):
            return stored
        if not data.startswith(_WITH_ROW):
            return json.loads(self._unlocked(key_id, data, column))
        row, value = json.loads(self._unlocked(key_id, data.removeprefix(_WITH_ROW), _WITH_ROW + column))
        return of_row(value, row)

    def open_text(self, stored: str, column: str) -> str:
        """The text behind a sealed one; any other text as it was. Raises DataKeyMissing."""
        key_id, data = _parts(stored)
        if key_id == _NO_KEY and data.startswith(_TEXT_SEALED):
            return data
        if not self._sealed(key_id, data):
            return stored
        if not data.startswith(_WITH_ROW):
            return self._unlocked(str(key_id), data, column).decode("utf-8", "surrogatepass")
        plain = self._unlocked(str(key_id), data.removeprefix(_WITH_ROW), _WITH_ROW + column)
        row, _, value = plain.decode("utf-8", "surrogatepass").partition(":")
        text: str = of_row(value, int(row))
        return text

    def mark(self, value: str) -> int | None:
        """A number of 63 bits for a text, by which equal texts are counted and none is found out.

        Only who has the present key can tell which text a mark belongs to; another key gives another mark.
        None without a key.
        """
        if not self.keys:
            return None
        digest = hmac.new(self._mark_key, value.encode("utf-8", "surrogatepass"), hashlib.sha256).digest()
        return int.from_bytes(digest[:8]) >> 1

    @cached_property
    def _mark_key(self) -> bytes:
        """A key of its own, so that nothing that was sealed is hashed with the key that sealed it."""
        return hmac.new(self.keys[self.present], b"bpjs-fktp participant", hashlib.sha256).digest()

    def _sealed(self, key_id: Any, data: Any) -> bool:
        """Whether any key, ours or not, can have sealed this: older versions kept mere lookalikes."""
        if not (isinstance(key_id, str) and isinstance(data, str)):
            return False
        return key_id in self.keys or (is_key_id(key_id) and _is_base64(data.removeprefix(_WITH_ROW)))

    def _locked(self, plain: bytes, column: str) -> str:
        nonce = secrets.token_bytes(NONCE_BYTES)
        whole = self._ciphers[self.present].encrypt(nonce, plain, column.encode())
        sealed, tag = whole[:-TAG_BYTES], whole[-TAG_BYTES:]
        return base64.b64encode(nonce + tag + sealed).decode()

    def _unlocked(self, key_id: str, data: str, column: str) -> bytes:
        if key_id not in self.keys:
            raise DataKeyMissing(f"Kunci data '{key_id}' tidak ada; sertakan dalam BPJS_DATA_KEYS.")
        try:
            nonce, tag, sealed = _split(base64.b64decode(data, validate=True))
            return self._ciphers[key_id].decrypt(nonce, sealed + tag, column.encode())
        except (ValueError, binascii.Error, InvalidTag):
            raise DataKeyMissing(
                f"Data tersegel tidak dapat dibuka dengan kunci data '{key_id}'; periksa BPJS_DATA_KEYS."
            ) from None

    @cached_property
    def _ciphers(self) -> Mapping[str, AESGCM]:
        """Made once: a cipher for each value costs ten times what sealing it does."""
        return {key_id: AESGCM(key) for key_id, key in self.keys.items()}


def _split(whole: bytes) -> tuple[bytes, bytes, bytes]:
    end = NONCE_BYTES + TAG_BYTES
    return whole[:NONCE_BYTES], whole[NONCE_BYTES:end], whole[end:]


def unsealed(value: Any) -> Any:
    """A JSON value as it is stored without sealing it."""
    return {SEALED: _NO_KEY, DATA: value} if _looks_sealed(value) else value


def unsealed_text(value: str) -> str:
    """A text as it is stored without sealing it."""
    return f"{_TEXT_SEALED}{_NO_KEY}:{value}" if value.startswith(_TEXT_SEALED) else value


def key_of(stored: Any) -> str | None:
    """The id of the key that sealed this value of a JSON or text column; None: it is not sealed."""
    if isinstance(stored, str):
        return _parts(stored)[0] or None
    key_id = stored[SEALED] if _looks_sealed(stored) else None
    return key_id if isinstance(key_id, str) and key_id != _NO_KEY else None


def knows_its_row(stored: Any) -> bool:
    """Whether a sealed value was sealed with its row."""
    data = _parts(stored)[1] if isinstance(stored, str) else stored.get(DATA)
    return isinstance(data, str) and data.startswith(_WITH_ROW)


def is_key_id(text: str) -> bool:
    """Whether a key may be called so: ASCII letters, digits and hyphens."""
    return text.isascii() and text.replace("-", "").isalnum()


def _looks_sealed(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {SEALED, DATA}


def _parts(stored: str) -> tuple[str | None, str]:
    """The id and the rest of a text that looks sealed; no id for any other text."""
    key_id, colon, data = stored.removeprefix(_TEXT_SEALED).partition(":")
    return (key_id, data) if colon and stored.startswith(_TEXT_SEALED) else (None, stored)


def _is_base64(data: str) -> bool:
    try:
        return len(data) >= _LEAST_DATA and bool(base64.b64decode(data, validate=True))
    except ValueError:
        return False


def key_mark(key: bytes) -> str:
    """Tells whether a key is still the one it was, and nothing else."""
    return hmac.new(key, b"bpjs-fktp data key", hashlib.sha256).hexdigest()
