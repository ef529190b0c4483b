"""What is held against every request before any page of ours sees it, and said with every answer.

An unsafe method needs the browser's word that it comes from our own pages; the body has a limit; nothing is
kept by a cache, framed, guessed or loaded from elsewhere.
"""

import logging
from collections.abc import Awaitable, Callable, MutableMapping
from contextlib import suppress
from typing import Any

from web.mishap import place_of

logger = logging.getLogger(__name__)
Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
MOST_BYTES = 1024 * 1024
_MOST_THROWN_AWAY = 16 * MOST_BYTES
_POLICY = (
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; connect-src 'self'; "
    "form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
)
_HEADERS = {
    b"content-security-policy": _POLICY.encode(),
    b"x-content-type-options": b"nosniff",
    b"referrer-policy": b"no-referrer",
    b"cross-origin-opener-policy": b"same-origin",
    b"cross-origin-resource-policy": b"same-origin",
    b"x-frame-options": b"DENY",
    b"permissions-policy": b"camera=(), microphone=(), geolocation=()",
}
_ELSEWHERE = "Permintaan ini tidak datang dari halaman ini sendiri; buka halamannya lalu ulangi."
_OUR_MISTAKE = "Ada kesalahan di server ini; sudah dicatat. Laporkan kepada pengembang."
_TOO_MUCH = "Yang dikirim terlalu besar."


class Guard:
    """An ASGI middleware; what a machine calls with a token, below the path `api`, has rules of its own."""

    def __init__(self, app: Application, api: str) -> None:
        self._app = app
        self._api = api

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Refuse, or pass on."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        is_api = str(scope["path"]).startswith(self._api)
        headers = {name.decode("latin-1"): value.decode("latin-1") for name, value in scope["headers"]}
        answer = _with_headers(send, keeps=str(scope["path"]).startswith("/static/"))
        if scope["method"] not in _SAFE and not is_api and not _is_ours(scope, headers):
            await _refuse(answer, 403, _ELSEWHERE)
            return
        body = None if is_api else await _whole(receive, headers)
        if body is None and not is_api:
            await _refuse(answer, 413, _TOO_MUCH)
            return
        try:
            await self._app(scope, receive if body is None else _again(body, receive), answer)
        except Exception as failed:  # noqa: BLE001 - whatever it is, it is our mistake and nobody's to read
            logger.error("%s at %s", type(failed).__name__, place_of(failed))  # noqa: TRY400 - its text may quote a body
            with suppress(RuntimeError):  # the answer may have begun already
                await _refuse(answer, 500, _OUR_MISTAKE)


def _is_ours(scope: Scope, headers: dict[str, str]) -> bool:
    """Whether a page of ours asks: by the browser's own word, or where it says none, by its origin."""
    site = headers.get("sec-fetch-site")
    if site is not None:
        return site == "same-origin"
    return headers.get("origin") == f"{scope['scheme']}://{headers.get('host', '')}"


async def _whole(receive: Receive, headers: dict[str, str]) -> bytes | None:
    """The body, or None when it is longer than allowed.

    Of what is too long some more is taken in and thrown away: a browser that is cut off while it sends shows
    no answer at all.
    """
    declared = headers.get("content-length", "0")
    most = 0 if declared.isdigit() and int(declared) > MOST_BYTES else MOST_BYTES
    body, taken = bytearray(), 0
    while True:
        message = await receive()
        part = message.get("body", b"")
        taken += len(part)
        body += part if taken <= most else b""
        is_last = message["type"] != "http.request" or not message.get("more_body", False)
        if is_last or taken > _MOST_THROWN_AWAY:
            return bytes(body) if is_last and taken <= most else None


def _again(body: bytes, receive: Receive) -> Receive:
    """What was read is handed on as one message."""
    given = False

    async def next_message() -> Message:
        nonlocal given
        if given:
            return await receive()
        given = True
        return {"type": "http.request", "body": body, "more_body": False}

    return next_message


def _with_headers(send: Send, *, keeps: bool) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            ours = dict(_HEADERS)
            ours[b"cache-control"] = b"public, max-age=3600" if keeps else b"no-store"
            kept = [pair for pair in message.get("headers", []) if pair[0].lower() not in ours]
            message["headers"] = [*kept, *ours.items()]
        await send(message)

    return sending


async def _refuse(send: Send, status: int, says: str) -> None:
    headers = [(b"content-type", b"text/plain; charset=utf-8"), (b"connection", b"close")]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": says.encode()})
