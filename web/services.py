"""Layanan: how both services of each clinic stand, and what a person holds back or lets go on."""

from collections.abc import Callable
from dataclasses import dataclass
from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from fastapi.responses import RedirectResponse, Response

from bpjs_client.jenis import Jenis, Service
from database import LineRefused
from database.errors import JobNotFound, MoveRefused
from database.people.acts import Did
from database.services.clinic_service import WHOLE, ClinicService
from database.services.holds import Word, hold, hold_job, lift_job
from database.services.pauses import resume
from database.typed import read_moment
from database.views.service_overview import ServiceOverview, service_overviews
from web.clinic import NOT_YOURS, clinics_of
from web.form import Form, TheForm, whole
from web.visitor import Visitor
from web.who import Forbidden, Staff, staff

router = APIRouter(prefix="/bpjs-fktp/layanan", dependencies=[Depends(staff)])
PAGE = "/bpjs-fktp/layanan"
_MOST_CLINICS = 30  # on one page; of more, one is chosen
_NO_SUCH = "layanan atau jenis itu tidak ada"
_NO_NUMBER = "nomor pekerjaan harus bilangan"


@dataclass(frozen=True)
class Typed:
    """What the form to hold something says; `what` is `pcare`, a jenis, or empty for one job."""

    what: str = "pcare"
    faskes: str = ""
    job: str = ""
    reason: str = ""
    until: str = ""


@dataclass(frozen=True)
class Seen:
    """One look at the services. `chosen`: the only clinic that is shown, empty for all."""

    clinics: list[str]
    chosen: str
    services: list[ServiceOverview]
    typed: Typed
    says: str = ""

    @property
    def left_out(self) -> int:
        """How many clinics are not shown."""
        return 0 if self.chosen else max(len(self.clinics) - _MOST_CLINICS, 0)


@router.get("")
def services(by: Staff, form: TheForm) -> Response:
    """The services of the clinics that somebody sees, or of one of them."""
    return _page(by, _clinic(by, form), Typed(faskes=form.one("faskes")))


@router.post("/jeda")
def pause(by: Staff, form: TheForm) -> Response:
    """Hold a service, a jenis or a job; what was typed stays when it is refused."""
    typed = Typed(
        what=form.one("apa"),
        faskes=form.one("faskes"),
        job=form.one("pekerjaan"),
        reason=form.one("alasan"),
        until=form.one("sampai"),
    )
    faskes = _clinic(by, form)
    try:
        _act(by, Did.PAUSE, typed.what or f"pekerjaan {typed.job}", faskes, lambda: _hold(by, faskes, typed))
    except (LineRefused, JobNotFound, MoveRefused) as refused:
        text = str(refused).rstrip(".")
        return _page(by, faskes, typed, says=f"{text[0].upper()}{text[1:]}.")
    return _back(faskes)


@router.post("/lanjutkan")
def go_on(by: Staff, form: TheForm) -> Response:
    """Lift what holds a service, a jenis or a job."""
    what, job, faskes = form.one("apa"), form.one("pekerjaan"), _clinic(by, form)
    _act(by, Did.RESUME, what or f"pekerjaan {job}", faskes, lambda: _lift(by, faskes, what, job))
    return _back(faskes)


def _hold(by: Visitor, faskes: str, typed: Typed) -> None:
    now = by.database.clock().astimezone(by.database.timezone)
    ends_at = read_moment(typed.until, "Sampai", now) if typed.until else None
    word = Word(by.name, typed.reason, ends_at)
    if typed.what:
        hold(by.database, _named(by, faskes, typed.what), word)
    else:
        hold_job(by.database, _number(typed.job), word, clinics=by.sees)


def _lift(by: Visitor, faskes: str, what: str, job: str) -> None:
    if what:
        who = _named(by, faskes, what)
        resume(by.database, who.faskes, Service(who.service), jenis=who.jenis, by=by.name)
    else:
        lift_job(by.database, _number(job), by=by.name, clinics=by.sees)


def _act(by: Visitor, did: Did, about: str, faskes: str, doing: Callable[[], None]) -> None:
    """Do it and write it down, a refusal too. Raises what it raises."""
    try:
        doing()
    except (LineRefused, JobNotFound, MoveRefused):
        by.note(did, result="ditolak", faskes=faskes or None)
        raise
    by.note(did, faskes=faskes or None, about=about)


def _named(by: Visitor, faskes: str, what: str) -> ClinicService:
    """The service or jenis that a form names. Raises LineRefused, Forbidden (no clinic is chosen)."""
    clinics = clinics_of(by)
    if not faskes and len(clinics) != 1:
        raise LineRefused("pilih faskesnya")
    if what in set(Service):
        return ClinicService(faskes or clinics[0], what, WHOLE)
    if what not in set(Jenis):
        raise LineRefused(_NO_SUCH)
    return ClinicService(faskes or clinics[0], Jenis(what).service.value, what)


def _number(typed: str) -> int:
    number = whole(typed)
    if not number:
        raise LineRefused(_NO_NUMBER)
    return number


def _clinic(by: Visitor, form: Form) -> str:
    """The clinic that a form names, empty for none. Raises Forbidden (they do not see it)."""
    typed = form.one("faskes")
    if typed and typed not in clinics_of(by):
        raise Forbidden(NOT_YOURS)
    return typed


def _back(faskes: str) -> Response:
    query = f"?{urlencode({'faskes': faskes})}" if faskes else ""
    return RedirectResponse(f"{PAGE}{query}", 303)


def _page(by: Visitor, chosen: str, typed: Typed, *, says: str = "") -> Response:
    clinics = clinics_of(by)
    shown = [chosen] if chosen else clinics[:_MOST_CLINICS]
    seen = Seen(clinics, chosen, service_overviews(by.database, shown), typed, says)
    return by.render("layanan.html", seen=seen)
