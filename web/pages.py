"""Renders a template with what every page needs: words for states and types, times of the clinic's clock."""

import json
from collections.abc import Mapping
from datetime import date, datetime
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from bpjs_client.jenis import Jenis
from bpjs_client.meanings import known_meaning_of
from database.people.people import Person, Role
from database.status import Status
from web.desk import Desk
from web.field_words import words_of_all
from web.proxy_login import is_by_proxy

_HERE = Path(__file__).parent
STATIC = _HERE / "static"

STATUS_WORDS: Mapping[str, str] = {
    Status.TERKIRIM: "Terkirim",
    Status.GAGAL: "Gagal",
    Status.MENUNGGU: "Menunggu",
    Status.PROSES: "Proses",
    Status.TIDAK_PASTI: "Tidak pasti",
    Status.DITUTUP: "Ditutup",
}


def jenis_words(jenis: str) -> str:
    """`Tambah Antrean`, as the page always called it."""
    return jenis.replace("-", " ").title()


def day_words(day: date) -> str:
    """`31-12-2026`."""
    return f"{day:%d-%m-%Y}"


def number_words(number: int) -> str:
    """`1.234`."""
    return f"{number:,}".replace(",", ".")


def tabs(person: Person) -> list[tuple[str, str]]:
    """The tabs that somebody sees, each with its address."""
    return [tab for tab in _TABS if tab[0] != _PEOPLE or person.role is Role.SUPERADMIN]


_PEOPLE = "/bpjs-fktp/pengguna"
_TABS = (
    ("/bpjs-fktp/monitoring", "Monitoring"),
    ("/bpjs-fktp/referensi-pcare", "Referensi PCare"),
    ("/bpjs-fktp/referensi-antrean", "Referensi Antrean"),
    ("/bpjs-fktp/laporan", "Laporan"),
    ("/bpjs-fktp/layanan", "Layanan"),
    (_PEOPLE, "Pengguna"),
)


def _pretty(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False, indent=2)


_ENVIRONMENT = Environment(
    loader=FileSystemLoader(_HERE / "templates"),
    autoescape=True,
    undefined=StrictUndefined,
    trim_blocks=True,
    lstrip_blocks=True,
)
_ENVIRONMENT.filters |= {
    "status": lambda status: STATUS_WORDS[status],
    "jenis": jenis_words,
    "hari": day_words,
    "angka": number_words,
    "rapi": _pretty,
    "arti": known_meaning_of,
    "isian": words_of_all,
}
_ENVIRONMENT.globals |= {"semua_jenis": tuple(Jenis), "tabs": tabs}


def render(
    request: Request,
    desk: Desk,
    template: str,
    person: Person | None,
    *,
    code: int = 200,
    headers: Mapping[str, str] | None = None,
    **context: Any,
) -> HTMLResponse:
    """The page of a template for this person."""

    def at(moment: datetime) -> str:
        return f"{moment.astimezone(desk.database.timezone):%d-%m-%Y %H:%M:%S}"

    html = _ENVIRONMENT.get_template(template).render(
        person=person,
        path=request.url.path,
        is_part=is_part(request),
        is_by_proxy=is_by_proxy(request),
        at=at,
        **context,
    )
    return HTMLResponse(html, code, dict(headers or {}))


def is_part(request: Request) -> bool:
    """Whether the page itself asks for a part of it, and no browser for a whole page."""
    return request.headers.get("hx-request") == "true"
