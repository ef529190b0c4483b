"""Who asks: the rights of a route are a dependency of its router, never a matter of its path."""

from typing import Annotated

from fastapi import Depends, Request

from database.people.acts import Did
from database.people.people import Person, Role
from database.people.sessions import who_is
from web.desk import Desk, TheDesk
from web.proxy_login import named_by_proxy
from web.visitor import Visitor

SECURE_COOKIE, LOOPBACK_COOKIE = "__Host-bpjs", "bpjs"
NO_PERMISSION = "Akun Anda tidak memiliki izin satusehat. Minta superadmin memberikannya."
NOT_SUPERADMIN = "Halaman ini hanya untuk superadmin."


class NotLoggedIn(Exception):
    """Nobody is logged in, or no longer: the login page comes first."""


class Forbidden(Exception):
    """This person may not; the text says why in Indonesian."""


def cookie_name(request: Request) -> str:
    """The cookie's name; over https it is one that no other site and no plain page can set."""
    return SECURE_COOKIE if request.url.scheme == "https" else LOOPBACK_COOKIE


def token_of(request: Request) -> str:
    """The session's token; empty when the browser brings none."""
    return request.cookies.get(cookie_name(request), "")


def person_asking(request: Request, desk: Desk, *, renews: bool) -> Person | None:
    """Whoever is logged in: by the clinic system's proxy, or with a session. Raises DatabaseUnavailable."""
    named = named_by_proxy(request, desk)
    return named or who_is(desk.database, token_of(request), renews=renews)


def _visitor(request: Request, desk: Desk, *, renews: bool) -> Visitor:
    person = person_asking(request, desk, renews=renews)
    if person is None:
        raise NotLoggedIn
    visitor = Visitor(request, desk, person)
    if not person.satusehat:
        visitor.note(Did.OPEN, result="ditolak")
        raise Forbidden(NO_PERMISSION)
    return visitor


def staff(request: Request, desk: TheDesk) -> Visitor:
    """An admin or superadmin with the permission. Raises NotLoggedIn, Forbidden, DatabaseUnavailable."""
    return _visitor(request, desk, renews=True)


def watching(request: Request, desk: TheDesk) -> Visitor:
    """The same, where the page asks by itself: that somebody left it open is no sign of life."""
    return _visitor(request, desk, renews=False)


def superadmin(request: Request, desk: TheDesk) -> Visitor:
    """A superadmin with the permission. Raises NotLoggedIn, Forbidden, DatabaseUnavailable."""
    visitor = _visitor(request, desk, renews=True)
    if visitor.person.role is not Role.SUPERADMIN:
        visitor.note(Did.OPEN, result="ditolak")
        raise Forbidden(NOT_SUPERADMIN)
    return visitor


Staff = Annotated[Visitor, Depends(staff)]
Watching = Annotated[Visitor, Depends(watching)]
Superadmin = Annotated[Visitor, Depends(superadmin)]
