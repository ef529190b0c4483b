"""Masuk and Keluar."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from database.people.acts import Did, note_act
from database.people.login import log_in
from database.people.sessions import LONGEST, begin_session, end_session, who_is
from web.desk import Desk, TheDesk
from web.form import TheForm
from web.pages import render
from web.visitor import address_of
from web.who import cookie_name, token_of

router = APIRouter()  # for everybody
HOME = "/bpjs-fktp/monitoring"
_NOBODY = "(nama tak dikenal)"
_WRONG = "Nama atau kata sandi salah."


@router.get("/")
def front() -> Response:
    """The page is one menu item."""
    return RedirectResponse(HOME, 303)


@router.get("/masuk")
def login_page(request: Request, desk: TheDesk, form: TheForm) -> Response:
    """Ask for name and password; whoever is logged in already goes on."""
    target = _safe(form.one("ke"))
    if who_is(desk.database, token_of(request), renews=False) is not None:
        return RedirectResponse(target, 303)
    return render(request, desk, "masuk.html", None, says="", name="", target=target)


@router.post("/masuk")
def login(request: Request, desk: TheDesk, form: TheForm) -> Response:
    """Begin a session under a new token, or say that it was wrong, and how long to wait."""
    name, target = form.one("nama").lower(), _safe(form.one("ke"))
    done = log_in(desk.database, name, form.one("kata_sandi"), address=address_of(request))
    if done.person is None:
        _note(desk, request, name if done.is_known else _NOBODY, "ditolak")
        wait = f" Coba lagi {done.wait_seconds} detik lagi." if done.wait_seconds else ""
        return render(
            request, desk, "masuk.html", None, code=403, says=_WRONG + wait, name=name, target=target
        )
    if token_of(request):
        end_session(desk.database, token_of(request))
    _note(desk, request, name, "ok")
    answer = RedirectResponse(target, 303)
    is_secure = request.url.scheme == "https"
    answer.set_cookie(
        cookie_name(request),
        begin_session(desk.database, done.person),
        max_age=int(LONGEST.total_seconds()),
        secure=is_secure,
        httponly=True,
        samesite="lax",
    )
    return answer


@router.post("/keluar")
def logout(request: Request, desk: TheDesk) -> Response:
    """End the session: its token is worth nothing any more."""
    person = who_is(desk.database, token_of(request), renews=False)
    end_session(desk.database, token_of(request))
    if person is not None:
        note_act(desk.database, Did.LOG_OUT, by=person.name, address=address_of(request))
    answer = RedirectResponse("/masuk", 303)
    answer.delete_cookie(cookie_name(request), secure=request.url.scheme == "https", httponly=True)
    return answer


def _note(desk: Desk, request: Request, name: str, result: str) -> None:
    note_act(desk.database, Did.LOG_IN, by=name, result=result, address=address_of(request))


def _safe(target: str) -> str:
    """A page of ours to go on to; anything else is not followed."""
    is_ours = target.startswith("/bpjs-fktp/") and not set(target) & set("\\\r\n") and "//" not in target
    return target if is_ours else HOME
