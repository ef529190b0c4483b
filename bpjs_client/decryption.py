"""Turns an encrypted ``response`` of BPJS back into text (contract 2.1, mark A)."""

import base64
import binascii
import hashlib

import lzstring
from Crypto.Cipher import AES
from Crypto.Util.Padding import unpad

_BLOCK = 16


class Undecryptable(ValueError):
    """The text is not something that this key can open."""


def looks_encrypted(text: str) -> bool:
    """Whether a text can be a ciphertext: base64 of one or more whole AES blocks."""
    return _ciphertext(text) is not None


def decrypt(text: str, cons_id: str, secret_key: str, timestamp: str) -> str:
    """Open a ``response`` with exactly the timestamp that its request carried.

    Base64, AES-256-CBC with PKCS7 under SHA-256(consid + secret + timestamp) with its first 16 bytes
    as IV, then LZString. Raises `Undecryptable`.
    """
    key = hashlib.sha256(f"{cons_id}{secret_key}{timestamp}".encode()).digest()
    packed = _ciphertext(text)
    if packed is None:
        raise Undecryptable
    try:
        padded = AES.new(key, AES.MODE_CBC, key[:_BLOCK]).decrypt(packed)
        compressed = unpad(padded, _BLOCK).decode()
    except ValueError:  # wrong padding or not UTF-8: another key, or garbage
        raise Undecryptable from None
    # One client meets answers that were encrypted but not compressed (mark C): then the text is it.
    return _decompress(compressed) or compressed


def _ciphertext(text: str) -> bytes | None:
    try:
        packed = base64.b64decode("".join(text.split()), validate=True)
    except (binascii.Error, ValueError):
        return None
    return packed if packed and len(packed) % _BLOCK == 0 else None


def _decompress(text: str) -> str:
    try:
        unpacked = lzstring.decompress_from_encoded_uri_component(text)
    except Exception:  # noqa: BLE001 - the library fails in many undeclared ways on text that it did not pack
        return ""
    return mended(unpacked or "")


def mended(text: str) -> str:
    """Join surrogate pairs into the characters they stand for; a lone half becomes U+FFFD.

    LZString counts in UTF-16 units, so characters outside the BMP arrive as two.
    """
    return text.encode("utf-16-le", "surrogatepass").decode("utf-16-le", "replace")
