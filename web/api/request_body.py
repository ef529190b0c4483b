"""The body of a request is read to a limit and within a time, and must be a JSON object."""

import asyncio
from collections.abc import Mapping
from typing import Annotated, Any

from fastapi import Depends, Request

from database import LineRefused
from database.typed import read_json
from web.api.bearer import Submitter
from web.api.problem import Problem

MOST_BYTES = 1 << 20
LONGEST_SECONDS = 30.0


async def _read(request: Request, _token: Submitter) -> bytes:
    """The bytes, of somebody who may send them. Raises Problem."""
    kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
    if kind != "application/json" or request.headers.get("content-encoding", "identity") != "identity":
        raise Problem("bukan-tipe-json", "Kirim JSON dengan Content-Type: application/json, tanpa kompresi.")
    told = request.headers.get("content-length", "")
    if told.isdecimal() and int(told[:20]) > MOST_BYTES:
        raise _too_large()
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            return await _to_the_limit(request)
    except TimeoutError:
        raise Problem(
            "terlalu-lama", f"Isi permintaan tidak sampai dalam {LONGEST_SECONDS:.0f} detik."
        ) from None


async def _to_the_limit(request: Request) -> bytes:
    whole = bytearray()
    while True:
        message = await request.receive()
        if message["type"] == "http.disconnect":
            raise Problem("bukan-json", "Permintaan terputus.")  # which nobody reads any more
        whole += message.get("body", b"")
        if len(whole) > MOST_BYTES:
            raise _too_large()
        if not message.get("more_body", False):
            return bytes(whole)


def _too_large() -> Problem:
    return Problem(
        "terlalu-besar",
        "Isi permintaan paling besar 1 MiB; bagi menjadi beberapa permintaan.",
        headers={"Connection": "close"},
    )


RawBody = Annotated[bytes, Depends(_read)]


def an_object(raw: bytes) -> Mapping[str, Any]:
    """The JSON object that a body holds. Raises Problem."""
    try:
        value = read_json(raw.decode("utf-8-sig"), "isi", strict=True)
    except (UnicodeDecodeError, LineRefused):
        raise Problem("bukan-json", "Isi permintaan bukan JSON yang sah dalam UTF-8.") from None
    if not isinstance(value, Mapping):
        raise Problem("bukan-json", "Isi permintaan harus objek JSON.")
    return value
