"""Login by the clinic system's own proxy: it names the user in a header, and shows that it is the proxy.

It takes all three settings, a listed address of the connection itself, and the shared secret: where one is
missing, the header counts for nothing. The guard is asked all the same where an unsafe request came from.
"""

from collections.abc import Awaitable, Callable, MutableMapping
from hmac import compare_digest
from ipaddress import ip_address
from typing import Any

from fastapi import Request

from database.people.people import Person, person_named
from web.desk import Desk
from web.settings import WebSettings

Scope = MutableMapping[str, Any]
Message = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[Message]]
Send = Callable[[Message], Awaitable[None]]
Application = Callable[[Scope, Receive, Send], Awaitable[None]]

PROOF_HEADER = "x-bpjs-login-secret"
_PEER, _BY_PROXY = "bpjs.peer", "bpjs.by_proxy"


class NotesPeer:
    """An ASGI middleware, outermost: whoever is connected, before a proxy's word on it is believed."""

    def __init__(self, app: Application) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Note it, and pass on."""
        scope[_PEER] = scope["client"][0] if scope.get("client") else ""
        await self._app(scope, receive, send)


def named_by_proxy(request: Request, desk: Desk) -> Person | None:
    """The person whom the proxy names, if they may open the page; else None. Raises DatabaseUnavailable."""
    settings = desk.settings
    if not settings.trusts_a_login_proxy or not _is_proxy(request, settings):
        return None
    names = request.headers.getlist(settings.login_header)
    person = person_named(desk.database, names[0].strip().lower()) if len(names) == 1 else None
    if person is None or not person.satusehat:
        return None
    request.scope[_BY_PROXY] = True
    return person


def is_by_proxy(request: Request) -> bool:
    """Whether the proxy logged in who asks: it alone can log them out."""
    return bool(request.scope.get(_BY_PROXY))


def _is_proxy(request: Request, settings: WebSettings) -> bool:
    secrets = request.headers.getlist(PROOF_HEADER)
    if len(secrets) != 1 or not _is_listed(request.scope.get(_PEER, ""), settings):
        return False
    wanted = settings.login_secret.get_secret_value().encode()
    return compare_digest(secrets[0].encode("latin-1"), wanted)


def _is_listed(peer: str, settings: WebSettings) -> bool:
    try:
        address = ip_address(peer)
    except ValueError:
        return False
    plain = getattr(address, "ipv4_mapped", None) or address
    return any(plain in network for network in settings.login_networks)
