"""Catatan: what people did on the page, the newest first."""

from urllib.parse import urlencode

from fastapi import APIRouter, Depends
from fastapi.responses import Response

from database.people.acts import act_page
from database.people.people import all_people
from web.form import TheForm, whole
from web.people import PAGE
from web.who import Superadmin, superadmin

router = APIRouter(prefix=PAGE, dependencies=[Depends(superadmin)])
LOG = f"{PAGE}/catatan"
_LONGEST = 64


@router.get("/catatan")
def log(by: Superadmin, form: TheForm) -> Response:
    """A page of the log, of everybody or of one person."""
    name = form.one("oleh").lower()[:_LONGEST]
    page = act_page(by.database, by=name, before=whole(form.one("sebelum")))
    named = {"oleh": name} if name else {}
    older = f"{LOG}?{urlencode(named | {'sebelum': str(page.before)})}" if page.before else None
    return by.render(
        "catatan.html",
        acts=page.acts,
        older=older,
        name=name,
        is_first=not form.one("sebelum"),
        people=all_people(by.database),
    )
