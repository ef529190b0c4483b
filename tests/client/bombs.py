"""Answers that are small on the way and huge once unpacked, or that never end."""

import base64
import hashlib
import json
import socket
import threading
import zlib
from collections.abc import Callable, Iterable
from functools import cache

from Crypto.Cipher import AES
from Crypto.Util.Padding import pad

from bpjs_simulator.lzstring_encoder import ALPHABET

from .samples import NOW

Talk = Callable[[socket.socket, threading.Event], None]

MIB = 2**20
GZIP, DEFLATE = 31, 15  # as zlib calls them
_KEY = hashlib.sha256(f"12345rahasia-simulator{int(NOW)}".encode()).digest()


def answer(body: bytes, *headers: str, status: str = "200 OK") -> Talk:
    """A whole answer with these headers besides its length."""
    head = "\r\n".join([f"HTTP/1.1 {status}", f"Content-Length: {len(body)}", *headers, "", ""])
    return lambda connection, over: connection.sendall(head.encode() + body)


def endlessly(head: bytes, again: bytes) -> Talk:
    """A beginning, and then the same again as fast as it is taken."""
    many = again * (256 * 1024 // len(again) + 1)

    def talk(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(head)
        while not over.is_set():
            connection.sendall(many)

    return talk


def dripping(head: bytes, drop: bytes) -> Talk:
    """A beginning, and then a drop twenty times a second."""

    def talk(connection: socket.socket, over: threading.Event) -> None:
        connection.sendall(head)
        while not over.wait(0.05):
            connection.sendall(drop)

    return talk


@cache
def blanks(size: int, *, times: int = 1, kind: int = GZIP) -> bytes:
    """So many blanks, packed so often."""
    parts: Iterable[bytes] = (b" " * MIB for _ in range(size // MIB))
    for _ in range(times):
        parts = [packed(parts, kind)]
    return b"".join(parts)


def packed(parts: Iterable[bytes], kind: int = GZIP) -> bytes:
    """As gzip or deflate."""
    packing = zlib.compressobj(1, zlib.DEFLATED, kind)
    return b"".join([*map(packing.compress, parts), packing.flush()])


def lz_bomb(tokens: int) -> str:
    """LZString of about tokens²/2 letters: each phrase is the one before and a letter more."""
    bits, width, until_wider = [format(0, "02b"), format(ord(" "), "08b")[::-1]], 3, 4
    for number in range(4, tokens + 4):
        bits.append(format(number, f"0{width}b")[::-1])
        until_wider -= 1
        if until_wider == 0:
            until_wider, width = 1 << width, width + 1
    stream = "".join([*bits, format(2, f"0{width}b")[::-1]])
    stream += "0" * (-len(stream) % 6)
    return "".join(ALPHABET[int(stream[at : at + 6], 2)] for at in range(0, len(stream), 6))


def sealed(text: str) -> str:
    """As BPJS seals a response that is compressed already."""
    return base64.b64encode(AES.new(_KEY, AES.MODE_CBC, _KEY[:16]).encrypt(pad(text.encode(), 16))).decode()


def enveloped(response: str, code: int = 200) -> bytes:
    """A response, already JSON, in PCare's envelope."""
    return f'{{"response": {response}, "metaData": {{"message": "OK", "code": {code}}}}}'.encode()


def quoted(text: str) -> str:
    """A text as JSON."""
    return json.dumps(text)


def filled(item: str, size: int, around: str = "[]") -> str:
    """A list (or object) of the same item again and again, of about so many bytes."""
    return around[0] + ",".join([item] * (size // (len(item.encode()) + 1))) + around[1]


def many_names(count: int) -> str:
    """An object of so many different names."""
    return "{" + ",".join(f'"{number:x}":0' for number in range(count)) + "}"
