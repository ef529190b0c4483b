"""Turns an encrypted ``response`` of BPJS back into text (contract 2.1, mark A)."""

import base64
import hashlib

from Crypto.Cipher import AES
from Crypto.Util.Padding import unpad

from bpjs_client.limits import MOST_CHARACTERS
from bpjs_client.lz_string import NotPacked, UnpacksTooLarge, decompress

_BLOCK = 16
_BLANKS = b" \t\n\v\f\r"


class Undecryptable(ValueError):
    """The text is not something that this key can open."""


def looks_encrypted(text: str) -> bool:
    """Whether a text can be a ciphertext: base64 of one or more whole AES blocks."""
    return _ciphertext(text) is not None


def decrypt(text: str, cons_id: str, secret_key: str, timestamp: str) -> str:
    """Open a ``response`` with exactly the timestamp that its request carried.

    Base64, AES-256-CBC with PKCS7 under SHA-256(consid + secret + timestamp) with its first 16 bytes
    as IV, then LZString. Raises `Undecryptable`, also for what unpacks to more than anybody wants to read.
    """
    key = hashlib.sha256(f"{cons_id}{secret_key}{timestamp}".encode()).digest()
    ciphertext = _ciphertext(text)
    if ciphertext is None:
        raise Undecryptable
    try:
        packed = unpad(AES.new(key, AES.MODE_CBC, key[:_BLOCK]).decrypt(ciphertext), _BLOCK)
        # One client meets answers that were encrypted but not compressed (mark C): then the text is it.
        return _decompressed(packed) or packed.decode()
    except ValueError:  # wrong padding or not UTF-8: another key, or garbage
        raise Undecryptable from None


def _ciphertext(text: str) -> bytes | None:
    try:
        decoded = base64.b64decode(text.encode("ascii").translate(None, _BLANKS), validate=True)
    except ValueError:
        return None
    return decoded if decoded and len(decoded) % _BLOCK == 0 else None


def _decompressed(packed: bytes) -> str:
    """Empty for what is not compressed. Raises Undecryptable when it is too much."""
    try:
        return decompress(packed, MOST_CHARACTERS)
    except NotPacked:
        return ""
    except UnpacksTooLarge:
        raise Undecryptable from None


def mended(text: str) -> str:
    """Join surrogate pairs into the characters they stand for; a lone half becomes U+FFFD.

    JSON writes characters outside the BMP as two escapes.
    """
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
