"""Passwords are kept as Argon2id hashes, from which nobody reads them back."""

import os

from cryptography.exceptions import InvalidKey
from cryptography.hazmat.primitives.kdf.argon2 import Argon2id

# RFC 9106 and OWASP: at least 19 MiB, two passes, one lane.
_MEMORY_KIB, _PASSES, _LANES, _LENGTH, _SALT = 19 * 1024, 2, 1, 32, 16
SHORTEST, LONGEST = 10, 200  # characters


def hash_of(password: str) -> str:
    """The hash to keep, with its salt and parameters (a PHC string)."""
    kdf = Argon2id(
        salt=os.urandom(_SALT),
        length=_LENGTH,
        iterations=_PASSES,
        lanes=_LANES,
        memory_cost=_MEMORY_KIB,
    )
    return kdf.derive_phc_encoded(password.encode())


def is_password(password: str, kept: str) -> bool:
    """Whether this is the password of that hash."""
    try:
        # Half a letter, which nobody's password holds, costs as much time as any other try.
        Argon2id.verify_phc_encoded(password.encode(errors="surrogatepass"), kept)
    except (InvalidKey, ValueError):
        return False
    return True


def wrong_with(password: str) -> str | None:
    """In Indonesian, why this cannot be a password; None: it can."""
    if not SHORTEST <= len(password) <= LONGEST:
        return f"kata sandi harus {SHORTEST} sampai {LONGEST} huruf"
    if not password.isprintable():
        return "kata sandi berisi tanda yang tidak dapat diketik"
    return "kata sandi terlalu mudah ditebak" if len(set(password)) < 5 else None  # noqa: PLR2004 - different letters
