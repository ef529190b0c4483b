"""Tokens that a browser keeps: random, and known here by their SHA-256 alone."""

import secrets
from hashlib import sha256

_BYTES = 32


def new_token() -> str:
    """256 random bits."""
    return secrets.token_urlsafe(_BYTES)


def mark_of(token: str) -> str:
    """By what a token is known here."""
    return sha256(token.encode(errors="surrogatepass")).hexdigest()
