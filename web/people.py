"""Pengguna: a superadmin adds people, changes what they may, gives new passwords, and switches logins off."""

import secrets
from collections.abc import Callable
from dataclasses import dataclass, field, replace

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from database.errors import PersonRefused
from database.people.acts import Did
from database.people.people import Change, Person, Role, add_person, all_people, change_person
from web.clinic import clinics_of
from web.form import Form, TheForm
from web.visitor import Visitor
from web.who import Superadmin, superadmin

router = APIRouter(prefix="/bpjs-fktp/pengguna", dependencies=[Depends(superadmin)])
PAGE = "/bpjs-fktp/pengguna"
_RANDOM_BYTES, _LONGEST_CLINIC = 12, 64
_NOT_YOURSELF = "akun Anda sendiri tidak dapat dimatikan atau kehilangan peran superadmin dan izinnya"
_NO_CLINIC = "seorang admin perlu paling sedikit satu faskes"
_CLINIC_WRONG = "nama faskes paling panjang 64 huruf, tanpa tanda baris"


@dataclass(frozen=True)
class Typed:
    """What a form says of a person."""

    name: str
    role: Role
    satusehat: bool
    clinics: tuple[str, ...]
    other: str = ""

    @property
    def all_clinics(self) -> list[str]:
        """The chosen clinics and the one that was typed. Raises PersonRefused."""
        other = [self.other] if self.other else []
        if any(len(name) > _LONGEST_CLINIC or not name.isprintable() for name in (*self.clinics, *other)):
            raise PersonRefused(_CLINIC_WRONG)
        if self.role is Role.ADMIN and not self.clinics and not other:
            raise PersonRefused(_NO_CLINIC)
        return [*self.clinics, *other]


@dataclass(frozen=True)
class Shown:
    """What the page says besides the list: a sentence, a password just made, the forms as they were typed.

    `open`: the person whose form is open.
    """

    says: str = ""
    kind: str = "baik"
    password: str = field(default="", repr=False)
    adding: Typed = Typed("", Role.ADMIN, satusehat=True, clinics=())
    changing: Typed | None = None
    open: str = ""


@router.get("")
def people(by: Superadmin, form: TheForm) -> Response:
    """The list; an address may name the person whose form is open."""
    return _page(by, Shown(open=form.one("ubah")))


@router.post("")
def add(by: Superadmin, form: TheForm) -> Response:
    """Make a login; its password is shown this once."""
    typed = _typed(form, form.one("nama").lower())
    password = secrets.token_urlsafe(_RANDOM_BYTES)

    def doing() -> Person:
        return add_person(
            by.database,
            typed.name,
            password,
            role=typed.role,
            satusehat=typed.satusehat,
            clinics=typed.all_clinics,
        )

    return _manage(
        by, typed.name, doing, Shown(f"Pengguna {typed.name} dibuat.", password=password), Shown(adding=typed)
    )


@router.post("/{name}")
def change(by: Superadmin, name: str, form: TheForm) -> Response:
    """Change role, permission and clinics."""
    typed = _typed(form, name)

    def doing() -> Person:
        _unless_oneself(by, name, keeps=typed.role is Role.SUPERADMIN and typed.satusehat)
        clinics = typed.all_clinics
        return change_person(
            by.database, name, Change(role=typed.role, satusehat=typed.satusehat, clinics=clinics)
        )

    done = Shown(f"Pengguna {name} diubah; sesinya diakhiri.")
    return _manage(by, name, doing, done, Shown(changing=typed, open=name))


@router.post("/{name}/kata-sandi")
def new_password(by: Superadmin, name: str) -> Response:
    """Give somebody a new password, shown this once."""
    password = secrets.token_urlsafe(_RANDOM_BYTES)
    return _manage(
        by,
        name,
        lambda: change_person(by.database, name, Change(password=password)),
        Shown(f"Kata sandi {name} diganti; sesinya diakhiri.", password=password),
        Shown(),
    )


@router.post("/{name}/matikan")
def switch_off(by: Superadmin, name: str) -> Response:
    """Somebody may no longer log in."""

    def doing() -> Person:
        _unless_oneself(by, name, keeps=False)
        return change_person(by.database, name, Change(active=False))

    return _manage(by, name, doing, Shown(f"Pengguna {name} tidak dapat masuk lagi."), Shown())


@router.post("/{name}/hidupkan")
def switch_on(by: Superadmin, name: str) -> Response:
    """Somebody may log in again."""
    return _manage(
        by,
        name,
        lambda: change_person(by.database, name, Change(active=True)),
        Shown(f"Pengguna {name} dapat masuk lagi."),
        Shown(),
    )


def _manage(by: Visitor, name: str, doing: Callable[[], Person], done: Shown, otherwise: Shown) -> Response:
    """Do it, write it down, and show the list with what came of it; a refusal keeps what was typed."""
    try:
        doing()
    except PersonRefused as refused:
        # A name that nobody has may be anything that was typed into the wrong field.
        known = {each.name for each in all_people(by.database)}
        by.note(Did.MANAGE, result="ditolak", about=name if name in known else None)
        sentence = f"{str(refused)[0].upper()}{str(refused)[1:]}."
        return _page(by, replace(otherwise, says=sentence, kind="salah"))
    by.note(Did.MANAGE, about=name)
    return _page(by, done)


def _unless_oneself(by: Visitor, name: str, *, keeps: bool) -> None:
    """Raises PersonRefused: nobody shuts themselves out."""
    if name == by.name and not keeps:
        raise PersonRefused(_NOT_YOURSELF)


def _typed(form: Form, name: str) -> Typed:
    role = form.one("peran")
    return Typed(
        name=name,
        role=Role(role) if role in set(Role) else Role.ADMIN,
        satusehat=form.one("satusehat") == "ya",
        clinics=tuple(dict.fromkeys(filter(None, form.all("faskes")))),
        other=form.one("faskes_lain"),
    )


def _page(by: Visitor, shown: Shown) -> Response:
    everybody = all_people(by.database)
    clinics = sorted({*clinics_of(by), *(name for each in everybody for name in each.clinics)})
    return by.render("pengguna.html", people=everybody, clinics=clinics, shown=shown, as_typed=_as_typed)


def _as_typed(person: Person) -> Typed:
    """A person as their form shows them."""
    return Typed(person.name, person.role, person.satusehat, tuple(sorted(person.clinics)))
