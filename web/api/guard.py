"""Around every request: its id, headers that every answer carries, one line in the log, and no traceback."""

import logging
import re
import time
import uuid
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from fastapi import Request
from fastapi.datastructures import Headers

from bpjs_client.identifiers import without_identifiers
from web.api.problem import Problem, answer
from web.mishap import place_of

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Scope, Receive, Send], Awaitable[None]]

logger = logging.getLogger(__name__)

_ID = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_UUID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)
_METHODS = {"GET", "POST", "HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"}
_HEADERS = ((b"cache-control", b"no-store"), (b"x-content-type-options", b"nosniff"))


class Guard:
    """The outermost layer of the API; of an error it writes down where it was, never what it says.

    An error's text may quote a body.
    """

    def __init__(self, app: App) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Serve one request."""
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = scope["bpjs.request_id"] = _request_id(Headers(raw=scope["headers"]).get("x-request-id"))
        status, began = 0, time.monotonic()

        async def sending(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                own = (*_HEADERS, (b"x-request-id", request_id.encode()))
                message["headers"] = [*message["headers"], *own]
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as failed:  # noqa: BLE001 - whatever it is, it is our mistake and nobody's to read
            logger.error("%s: %s at %s", request_id, type(failed).__name__, place_of(failed))  # noqa: TRY400 - its text may quote a body
            if not status:
                problem = Problem("kesalahan-kami", "Ada kesalahan di server ini; sudah dicatat.")
                await answer(problem, Request(scope))(scope, receive, sending)
        finally:
            told = (request_id, _what(scope), status, (time.monotonic() - began) * 1_000, _who(scope))
            logger.info("%s: %s -> %d, %.0f ms, %s", *told)


def _request_id(given: str | None) -> str:
    """The given one, if it is no more than a name and holds no patient's number, else a new one."""
    return given if given and _is_harmless(given) else uuid.uuid4().hex


def _is_harmless(name: str) -> bool:
    is_name = _ID.fullmatch(name) is not None and without_identifiers(name) == name
    return is_name or _UUID.fullmatch(name) is not None


def _what(scope: Scope) -> str:
    """The method and the path as it is declared: what stands in the address may name a patient."""
    method = scope["method"] if scope["method"] in _METHODS else "…"
    return f"{method} {getattr(scope.get('route'), 'path', '…')}"


def _who(scope: Scope) -> str:
    token: Any = scope.get("bpjs.token")
    return "no token" if token is None else f"token {token}"
