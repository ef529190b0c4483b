"""Unpacks what a server packed for the way (Content-Encoding), counting while it unpacks."""

import zlib
from collections.abc import Iterable, Iterator

from bpjs_client.limits import MOST_BYTES, AnswerTooLarge

# All that we ask for: most answers are ciphertexts in base64, of which packing saves a quarter at most.
ACCEPTED = "gzip"
# Content-Encoding -> what zlib calls it; deflate is not asked for, but some servers know nothing else.
_WINDOWS = {"gzip": 16 + zlib.MAX_WBITS, "x-gzip": 16 + zlib.MAX_WBITS, "deflate": zlib.MAX_WBITS}


class Unreadable(Exception):
    """It was packed in a way that we do not unpack, or not in the way that it says."""


def unpacked(parts: Iterable[bytes], encoding: str, most: int = MOST_BYTES) -> bytes:
    """A body that comes in parts, by the value of its Content-Encoding header ("" for none).

    Raises AnswerTooLarge as soon as more than ``most`` bytes are unpacked, Unreadable; and what reading the
    parts raises.
    """
    content = bytearray()
    for part in _unpacking(parts, _window(encoding), most):
        content += part
        if len(content) > most:
            raise AnswerTooLarge
    return bytes(content)


def _window(encoding: str) -> int | None:
    """Of one encoding: two could hold a million times their bytes."""
    names = [name for part in encoding.split(",") if (name := part.strip().lower()) not in {"", "identity"}]
    if not names:
        return None
    if len(names) > 1 or names[0] not in _WINDOWS:
        raise Unreadable
    return _WINDOWS[names[0]]


def _unpacking(parts: Iterable[bytes], window: int | None, most: int) -> Iterator[bytes]:
    """The content of each part, no more than just too much of it."""
    if window is None:
        yield from parts
        return
    unpacker, has_begun = zlib.decompressobj(window), False
    for part in parts:
        has_begun = has_begun or bool(part)
        if not unpacker.eof:
            yield _inflated(unpacker, part, most + 1)
    if has_begun and not unpacker.eof:
        raise Unreadable


def _inflated(unpacker: "zlib._Decompress", part: bytes, most: int) -> bytes:
    try:
        return unpacker.decompress(part, most)
    except zlib.error:
        raise Unreadable from None
