"""Every route, every role, every clinic: drawn from the routers, so that one without a rule is found out."""

import re
from collections.abc import Iterable, Iterator
from typing import Any

import httpx
import pytest
from fastapi.routing import APIRoute

from database.people.people import Role
from tests.web.site import Site, add
from web.app import ROUTERS
from web.who import staff, superadmin, watching

RULES = {staff, watching, superadmin}
PUBLIC = {("GET", "/"), ("GET", "/masuk"), ("POST", "/masuk"), ("POST", "/masuk/kode"), ("POST", "/keluar")}


def routes() -> Iterator[tuple[str, str, APIRoute]]:
    for router in ROUTERS:
        for route in router.routes:
            assert isinstance(route, APIRoute)
            for method in sorted(route.methods or ()):
                yield method, route.path, route


def cases(chosen: Iterable[tuple[str, str, APIRoute]]) -> list[Any]:
    return [pytest.param(method, path, route, id=f"{method} {path}") for method, path, route in chosen]


CLOSED_ROUTES = [each for each in routes() if each[:2] not in PUBLIC]


def rule_of(route: APIRoute) -> set[object]:
    calls: set[object] = {dependency.call for dependency in route.dependant.dependencies}
    return calls & RULES


@pytest.mark.parametrize(("method", "path", "route"), cases(routes()))
def test_every_route_has_one_rule_or_is_known_to_be_public(method: str, path: str, route: APIRoute) -> None:
    assert len(rule_of(route)) == (0 if (method, path) in PUBLIC else 1)


def ask(client: httpx.Client, method: str, path: str, job_id: int) -> int:
    """The answer's code; what else an address names is of nobody."""
    filled = re.sub(r"\{(\w+)\}", lambda found: str(job_id) if found[1] == "job_id" else "poli", path)
    return client.request(method, filled, headers={"HX-Request": "true"}).status_code


def ask_all(site: Site, client: httpx.Client) -> dict[str, int]:
    """The code of every route that is not public, each asked of a failed job of its own."""
    return {
        f"{method} {path}": ask(client, method, path, site.failed(norm=f"RM-{place}"))
        for place, (method, path, _) in enumerate(CLOSED_ROUTES)
    }


def test_without_a_session_nothing_is_shown(site: Site) -> None:
    assert set(ask_all(site, site.client()).values()) <= {204, 401}


@pytest.mark.parametrize("role", Role)
def test_without_the_permission_nothing_is_shown(site: Site, role: Role) -> None:
    add(site.database, "wati", "utama", role=role, satusehat=False)
    assert set(ask_all(site, site.logged_in("wati")).values()) == {403}


def test_an_admin_is_no_superadmin(site: Site) -> None:
    codes = ask_all(site, site.logged_in("budi"))
    reserved = {f"{method} {path}" for method, path, route in CLOSED_ROUTES if superadmin in rule_of(route)}
    assert reserved
    assert {where for where, code in codes.items() if code == 403} == reserved


@pytest.mark.parametrize(
    ("method", "path", "route"), cases(each for each in CLOSED_ROUTES if "{job_id}" in each[1])
)
def test_a_job_of_another_clinic_is_not_there(site: Site, method: str, path: str, route: APIRoute) -> None:
    foreign = site.failed(faskes="klinik-melati")
    assert ask(site.logged_in("budi"), method, path, foreign) == 404
    assert ask(site.logged_in("tono"), method, path, foreign) != 404
    assert ask(site.logged_in("sari"), method, path, foreign) != 404


def test_the_list_shows_nothing_of_another_clinic(site: Site) -> None:
    site.failed(faskes="klinik-melati", norm="RM-MELATI")
    mine = site.logged_in("budi")
    for form in ({}, {"faskes": "klinik-melati"}, {"tanggal": "semua", "cari": "RM-MELATI"}):
        answer = mine.post("/bpjs-fktp/monitoring", data=form, headers={"HX-Request": "true"})
        assert "baris-" not in answer.text
        assert "klinik-melati" not in answer.text.replace('value="klinik-melati"', "")
        assert "<span>Total</span> <b>0</b>" in answer.text
