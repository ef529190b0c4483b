"""Keamanan akun: everybody changes their own password; a superadmin sets up a second factor."""

from dataclasses import dataclass, field

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from database.errors import PersonRefused
from database.people.acts import Did
from database.people.login import log_in
from database.people.people import Change, Person, Role, change_person
from database.people.totp import address_for_phone, confirm_totp, in_groups, is_offered, offer_totp
from web.form import Form, TheForm
from web.visitor import Visitor
from web.who import Staff, Superadmin, staff, superadmin, token_of

router = APIRouter(prefix="/bpjs-fktp/akun", dependencies=[Depends(staff)])
totp = APIRouter(prefix="/bpjs-fktp/akun/totp", dependencies=[Depends(superadmin)])
_WRONG_OLD = "Kata sandi Anda yang sekarang salah."
_DIFFERENT = "Kata sandi baru yang diulang tidak sama."
_SAME = "Kata sandi baru sama dengan yang lama."
_CHANGED = "Kata sandi Anda diganti. Sesi Anda di tempat lain diakhiri."
_WRONG_CODE = "Kode salah. Periksa jam ponsel Anda, lalu masukkan kode yang baru."
_ON = "Kode kedua menyala: mulai sekarang diminta setiap kali Anda masuk. Sesi Anda di tempat lain diakhiri."


@dataclass(frozen=True)
class Shown:
    """What the page says; `secret`: of the second factor, while it is set up."""

    says: str = ""
    kind: str = "salah"
    secret: str = field(default="", repr=False)


@router.get("")
def account(by: Staff) -> Response:
    """The page."""
    return _page(by, Shown())


@router.post("/kata-sandi")
def change_password(by: Staff, form: TheForm) -> Response:
    """Change one's own password; the old one is asked, and one's other sessions end."""
    new = form.one("baru")
    if new != form.one("ulang"):
        return _page(by, Shown(_DIFFERENT), 422)
    if new == form.one("lama"):
        return _page(by, Shown(_SAME), 422)
    wrong = _wrong_password(by, form, Did.CHANGE_OWN)
    if wrong:
        return _page(by, Shown(wrong), 422)
    change = Change(password=new)
    try:
        change_person(by.database, by.name, change, spares=token_of(by.request), checked=by.person)
    except PersonRefused as refused:
        return _page(by, Shown(_sentence(refused)), 422)
    by.note(Did.CHANGE_OWN, about=by.name)
    return _page(by, Shown(_CHANGED, "baik"))


@totp.post("")
def set_up(by: Superadmin, form: TheForm) -> Response:
    """Make a secret and show it, until a code confirms it; the password is asked first."""
    wrong = _wrong_password(by, form, Did.TOTP_ON)
    if wrong:
        return _page(by, Shown(wrong), 422)
    try:
        secret = offer_totp(by.database, by.person)
    except PersonRefused as refused:
        return _page(by, Shown(_sentence(refused)), 422)
    return _page(by, Shown(secret=secret))


@totp.post("/kode")
def confirm(by: Superadmin, form: TheForm) -> Response:
    """One right code switches it on."""
    try:
        confirmed = confirm_totp(by.database, by.person, form.one("kode"), spares=token_of(by.request))
        if confirmed is None:
            # Shown again to whoever was shown it, and to nobody who merely found the session open.
            secret = form.one("rahasia")
            is_theirs = is_offered(by.database, by.person, secret)
            return _page(by, Shown(_WRONG_CODE, secret=secret if is_theirs else ""), 422)
    except PersonRefused as refused:
        return _page(by, Shown(_sentence(refused)), 422)
    by.note(Did.TOTP_ON, about=by.name)
    return _page(by, Shown(_ON, "baik"), person=confirmed)


def _wrong_password(by: Visitor, form: Form, did: Did) -> str:
    """Why the typed password is not theirs; a failure counts like one at the login."""
    tried = log_in(by.database, by.name, form.one("lama"), address=by.address)
    if tried.knows_password is not None:
        return ""
    by.note(did, result="ditolak", about=by.name)
    return _WRONG_OLD + (f" Coba lagi {tried.wait_seconds} detik lagi." if tried.wait_seconds else "")


def _sentence(refused: PersonRefused) -> str:
    return f"{str(refused)[0].upper()}{str(refused)[1:]}."


def _page(by: Visitor, shown: Shown, code: int = 200, *, person: Person | None = None) -> Response:
    whose = person or by.person
    return by.render(
        "akun.html",
        code=code,
        shown=shown,
        is_superadmin=whose.role is Role.SUPERADMIN,
        has_totp=whose.has_totp,
        groups=in_groups(shown.secret),
        phone=address_for_phone(whose, shown.secret) if shown.secret else "",
    )
