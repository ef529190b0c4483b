"""Bodies and answers are sealed before they are stored: AES-256-GCM, with the id of the key beside them.

What was stored before sealing was turned on, or under an older key, is read as before: each value says itself
which key opens it. The name of its column is sealed with it, so that no value can be put in another's place.
"""

import base64
import binascii
import hashlib
import hmac
import json
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from Crypto.Cipher import AES

from database.errors import DataKeyMissing

KEY_BYTES = 32
NONCE_BYTES, TAG_BYTES = 12, 16
SEALED, DATA = "sealed", "data"  # of a JSON column's object; a text column holds `sealed:ID:DATA`


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
        return {SEALED: self.present, DATA: self._locked(json.dumps(value).encode(), column)}

    def seal_text(self, value: str, column: str) -> str:
        """A text as a text that only a key opens."""
        return f"{SEALED}:{self.present}:{self._locked(value.encode('utf-8', 'surrogatepass'), column)}"

    def open(self, stored: Any, column: str) -> Any:
        """The JSON value behind a sealed object; any other value as it is. Raises DataKeyMissing."""
        if not isinstance(stored, dict) or stored.keys() != {SEALED, DATA}:
            return stored
        return json.loads(self._unlocked(stored[SEALED], stored[DATA], column))

    def open_text(self, stored: str, column: str) -> str:
        """The text behind a sealed one; any other text as it is. Raises DataKeyMissing."""
        word, _, rest = stored.partition(":")
        key_id, colon, data = rest.partition(":")
        if word != SEALED or not colon:
            return stored
        return self._unlocked(key_id, data, column).decode("utf-8", "surrogatepass")

    def _locked(self, plain: bytes, column: str) -> str:
        nonce = secrets.token_bytes(NONCE_BYTES)
        cipher = AES.new(self.keys[self.present], AES.MODE_GCM, nonce=nonce, mac_len=TAG_BYTES)
        cipher.update(column.encode())
        sealed, tag = cipher.encrypt_and_digest(plain)
        return base64.b64encode(nonce + tag + sealed).decode()

    def _unlocked(self, key_id: str, data: str, column: str) -> bytes:
        if key_id not in self.keys:
            raise DataKeyMissing(f"Kunci data '{key_id}' tidak ada; sertakan dalam BPJS_DATA_KEYS.")
        try:
            whole = base64.b64decode(data, validate=True)
            nonce, tag, sealed = _split(whole)
            cipher = AES.new(self.keys[key_id], AES.MODE_GCM, nonce=nonce, mac_len=TAG_BYTES)
            cipher.update(column.encode())
            return cipher.decrypt_and_verify(sealed, tag)
        except (ValueError, binascii.Error):
            raise DataKeyMissing(
                f"Data tersegel tidak dapat dibuka dengan kunci data '{key_id}'; periksa BPJS_DATA_KEYS."
            ) from None


def _split(whole: bytes) -> tuple[bytes, bytes, bytes]:
    end = NONCE_BYTES + TAG_BYTES
    return whole[:NONCE_BYTES], whole[NONCE_BYTES:end], whole[end:]


def key_of(stored: Any) -> str | None:
    """The id of the key that sealed this value of a JSON or text column; None: it is not sealed."""
    if isinstance(stored, str):
        word, _, rest = stored.partition(":")
        key_id, colon, _ = rest.partition(":")
        return key_id if word == SEALED and colon else None
    is_sealed = isinstance(stored, dict) and stored.keys() == {SEALED, DATA}
    return stored[SEALED] if is_sealed else None


def key_mark(key: bytes) -> str:
    """Tells whether a key is still the one it was, and nothing else."""
    return hmac.new(key, b"bpjs-fktp data key", hashlib.sha256).hexdigest()
