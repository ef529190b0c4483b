"""Every route, every role, every clinic: drawn from the routers, so that one without a rule is found out."""

import re
from collections.abc import Iterator

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


ALL = [pytest.param(method, path, route, id=f"{method} {path}") for method, path, route in routes()]
CLOSED = [case for case in ALL if (case.values[0], case.values[1]) not in PUBLIC]


def rule_of(route: APIRoute) -> set[object]:
    calls: set[object] = {dependency.call for dependency in route.dependant.dependencies}
    return calls & RULES


@pytest.mark.parametrize(("method", "path", "route"), ALL)
def test_every_route_has_one_rule_or_is_known_to_be_public(method: str, path: str, route: APIRoute) -> None:
    assert len(rule_of(route)) == (0 if (method, path) in PUBLIC else 1)


def ask(site: Site, who: str | None, method: str, path: str, job_id: int = 1) -> int:
    client = site.logged_in(who) if who else site.client()
    filled = re.sub(r"\{(\w+)\}", lambda found: str(job_id) if found[1] == "job_id" else "poli", path)
    return client.request(method, filled, headers={"HX-Request": "true"}).status_code


@pytest.mark.parametrize(("method", "path", "route"), CLOSED)
def test_without_a_session_nothing_is_shown(site: Site, method: str, path: str, route: APIRoute) -> None:
    assert ask(site, None, method, path, site.failed()) in {204, 401}


@pytest.mark.parametrize(("method", "path", "route"), CLOSED)
def test_without_the_permission_nothing_is_shown(site: Site, method: str, path: str, route: APIRoute) -> None:
    for role in Role:
        add(site.database, f"tanpa-{role}", "utama", role=role, satusehat=False)
        assert ask(site, f"tanpa-{role}", method, path, site.failed(norm=f"RM-{role}")) == 403


@pytest.mark.parametrize(("method", "path", "route"), CLOSED)
def test_an_admin_is_no_superadmin(site: Site, method: str, path: str, route: APIRoute) -> None:
    code = ask(site, "budi", method, path, site.failed())
    if superadmin in rule_of(route):
        assert code == 403
    else:
        assert code != 403


@pytest.mark.parametrize(
    ("method", "path", "route"), [case for case in CLOSED if "{job_id}" in str(case.values[1])]
)
def test_a_job_of_another_clinic_is_not_there(site: Site, method: str, path: str, route: APIRoute) -> None:
    foreign = site.failed(faskes="klinik-melati")
    assert ask(site, "budi", method, path, foreign) == 404
    assert ask(site, "tono", method, path, foreign) != 404
    assert ask(site, "sari", method, path, foreign) != 404


def test_the_list_shows_nothing_of_another_clinic(site: Site) -> None:
    site.failed(faskes="klinik-melati", norm="RM-MELATI")
    mine = site.logged_in("budi")
    for form in ({}, {"faskes": "klinik-melati"}, {"tanggal": "semua", "cari": "RM-MELATI"}):
        answer = mine.post("/bpjs-fktp/monitoring", data=form, headers={"HX-Request": "true"})
        assert "baris-" not in answer.text
        assert "klinik-melati" not in answer.text.replace('value="klinik-melati"', "")
        assert "<span>Total</span> <b>0</b>" in answer.text
