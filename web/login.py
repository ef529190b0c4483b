"""Masuk and Keluar: name and password, for some a code after it, and the end of a session."""

from fastapi import APIRouter, Request
from fastapi.responses import RedirectResponse, Response

from database.errors import PersonRefused
from database.people.acts import Did, note_act
from database.people.login import log_in
from database.people.login_steps import begin_step, try_code
from database.people.people import Person
from database.people.sessions import LONGEST, begin_session, end_session, who_is
from web.desk import Desk, TheDesk
from web.form import TheForm
from web.pages import render
from web.visitor import address_of
from web.who import cookie_name, person_asking, token_of

router = APIRouter()  # for everybody
HOME = "/bpjs-fktp/monitoring"
_NOBODY = "(nama tak dikenal)"
_WRONG = "Nama atau kata sandi salah."
_WRONG_CODE = "Kode salah atau sudah dipakai."
_TOO_LATE = "Waktu untuk memasukkan kode sudah habis. Masuk lagi dengan kata sandi."


@router.get("/")
def front() -> Response:
    """The page is one menu item."""
    return RedirectResponse(HOME, 303)


@router.get("/masuk")
def login_page(request: Request, desk: TheDesk, form: TheForm) -> Response:
    """Ask for name and password; whoever is logged in already goes on."""
    target = _safe(form.one("ke"))
    if person_asking(request, desk, renews=False) is not None:
        return RedirectResponse(target, 303)
    return render(request, desk, "masuk.html", None, says="", name="", target=target)


@router.post("/masuk")
def login(request: Request, desk: TheDesk, form: TheForm) -> Response:
    """Begin a session, or ask for the code, or say that it was wrong, and how long to wait."""
    name, target = form.one("nama").lower(), _safe(form.one("ke"))
    done = log_in(desk.database, name, form.one("kata_sandi"), address=address_of(request))
    if done.person is not None:
        return _begin(request, desk, done.person, target)
    if done.awaits_code is not None:
        step = begin_step(desk.database, done.awaits_code)
        return render(request, desk, "kode.html", None, says="", step=step, target=target)
    _note(desk, request, name if done.is_known else _NOBODY, "ditolak")
    says = _WRONG + _wait(done.wait_seconds)
    return render(request, desk, "masuk.html", None, code=403, says=says, name=name, target=target)


@router.post("/masuk/kode")
def login_with_code(request: Request, desk: TheDesk, form: TheForm) -> Response:
    """Begin a session for whoever typed the password before and has the code now."""
    step, target = form.one("tahap"), _safe(form.one("ke"))
    tried = try_code(desk.database, step, form.one("kode"), address=address_of(request))
    if tried.person is not None:
        return _begin(request, desk, tried.person, target)
    if not tried.name:
        return render(request, desk, "masuk.html", None, code=403, says=_TOO_LATE, name="", target=target)
    _note(desk, request, tried.name, "ditolak")
    says = _WRONG_CODE + _wait(tried.wait_seconds)
    return render(request, desk, "kode.html", None, code=403, says=says, step=step, target=target)


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


def _begin(request: Request, desk: Desk, person: Person, target: str) -> Response:
    """Begin a session under a new token, unless the login was changed since it was checked."""
    try:
        token = begin_session(desk.database, person)
    except PersonRefused as refused:
        _note(desk, request, person.name, "ditolak")
        says = f"{str(refused)[0].upper()}{str(refused)[1:]}."
        return render(request, desk, "masuk.html", None, code=403, says=says, name=person.name, target=target)
    if token_of(request):
        end_session(desk.database, token_of(request))
    _note(desk, request, person.name, "ok")
    answer = RedirectResponse(target, 303)
    answer.set_cookie(
        cookie_name(request),
        token,
        max_age=int(LONGEST.total_seconds()),
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    return answer


def _note(desk: Desk, request: Request, name: str, result: str) -> None:
    note_act(desk.database, Did.LOG_IN, by=name, result=result, address=address_of(request))


def _wait(seconds: int) -> str:
    return f" Coba lagi {seconds} detik lagi." if seconds else ""


def _safe(target: str) -> str:
    """A page of ours to go on to; anything else is not followed."""
    is_ours = target.startswith("/bpjs-fktp/") and not set(target) & set("\\\r\n") and "//" not in target
    return target if is_ours else HOME
