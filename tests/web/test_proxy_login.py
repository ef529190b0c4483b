"""The clinic system's own proxy logs people in: with all that is asked of it, and in no other way."""

from collections.abc import Iterator
from contextlib import AbstractContextManager
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr, ValidationError

from database import open_database
from database.people.people import Change, Role, change_person
from database.settings import DatabaseSettings
from tests.database.clinic import Clinic
from tests.web.site import PASSWORD, Site, add, serving
from web.desk import Desk
from web.settings import WebSettings

SECRET = "rahasia-bersama-yang-panjang"
ALL = {"login_header": "X-Clinic-User", "login_from": "192.0.2.0/24, 127.0.0.1", "login_secret": SECRET}
PAGE = "/bpjs-fktp/monitoring"
FROM_PROXY = [("X-Clinic-User", "budi"), ("X-BPJS-Login-Secret", SECRET)]


def settings(**given: str) -> WebSettings:
    return WebSettings(_env_file=None, **given)  # type: ignore[arg-type]


def site_with(tmp_path: Path, **given: str) -> AbstractContextManager[Site]:
    """The page under these settings, with `budi`, `wati` without the permission and `sari`, a superadmin."""
    kept = DatabaseSettings(_env_file=None, database_url=SecretStr(f"sqlite:///{tmp_path / 'bpjs.db'}"))
    database = open_database(kept)
    add(database, "sari", role=Role.SUPERADMIN)
    add(database, "budi", "utama")
    add(database, "wati", "utama", satusehat=False)
    return serving(Desk(database, settings(**given)), Clinic(database))


@pytest.fixture
def behind(tmp_path: Path) -> Iterator[Site]:
    """The page with all three settings."""
    with site_with(tmp_path, **ALL) as running:
        yield running


def opened(site: Site, headers: Any, **more: Any) -> int:
    """What a browser gets that brings no cookie."""
    with site.client(**more) as client:
        return client.get(PAGE, headers=headers).status_code


def test_the_proxy_logs_in_without_password_and_cookie(behind: Site) -> None:
    client = behind.client()
    answer = client.get(PAGE, headers=FROM_PROXY)
    assert (answer.status_code, ">budi</a>" in answer.text) == (200, True)
    assert "Keluar" not in answer.text
    assert not client.cookies
    assert client.get(PAGE).status_code == 303
    named_again = client.get("/masuk", headers=FROM_PROXY)
    assert (named_again.status_code, named_again.headers["location"]) == (303, PAGE)


WITHOUT: dict[str, list[tuple[str, str]]] = {
    "no secret": FROM_PROXY[:1],
    "an empty secret": [FROM_PROXY[0], ("X-BPJS-Login-Secret", "")],
    "a wrong secret": [FROM_PROXY[0], ("X-BPJS-Login-Secret", SECRET[:-1])],
    "a secret of other letters": [FROM_PROXY[0], ("X-BPJS-Login-Secret", "é" * 20)],
    "the secret twice": [*FROM_PROXY, FROM_PROXY[1]],
    "no name": FROM_PROXY[1:],
    "an empty name": [("X-Clinic-User", ""), FROM_PROXY[1]],
    "two names": [*FROM_PROXY, ("X-Clinic-User", "sari")],
    "another header": [("X-User", "budi"), FROM_PROXY[1]],
    "nobody's name": [("X-Clinic-User", "siapa"), FROM_PROXY[1]],
    "two names in one": [("X-Clinic-User", "budi, sari"), FROM_PROXY[1]],
    "no permission": [("X-Clinic-User", "wati"), FROM_PROXY[1]],
}


@pytest.mark.parametrize("headers", WITHOUT.values(), ids=WITHOUT)
def test_anything_less_counts_for_nothing(behind: Site, headers: list[tuple[str, str]]) -> None:
    encoded = [(name.encode(), value.encode("latin-1")) for name, value in headers]
    assert opened(behind, encoded) == 303
    # The cookie of a session counts as if the header were not there.
    assert behind.logged_in("sari").get(PAGE, headers=encoded).status_code == 200


def test_who_is_switched_off_is_out(behind: Site) -> None:
    change_person(behind.database, "budi", Change(active=False))
    assert opened(behind, FROM_PROXY) == 303


@pytest.mark.parametrize(
    "given",
    [
        *({name: value for name, value in ALL.items() if name != left_out} for left_out in ALL),
        {**ALL, "login_from": "192.0.2.0/24"},
        {**ALL, "login_from": "::1"},
    ],
)
def test_without_all_three_settings_or_from_elsewhere_the_header_is_ignored(
    tmp_path: Path, given: dict[str, str]
) -> None:
    with site_with(tmp_path, **given) as site:
        assert opened(site, FROM_PROXY) == 303


def test_what_counts_is_the_connection_and_not_what_a_proxy_says_of_it(tmp_path: Path) -> None:
    with site_with(tmp_path, **{**ALL, "login_from": "192.0.2.7"}, proxy="127.0.0.1") as site:
        assert opened(site, [*FROM_PROXY, ("X-Forwarded-For", "192.0.2.7")]) == 303
    with site_with(tmp_path / "other", **ALL, proxy="127.0.0.1") as site:
        assert opened(site, [*FROM_PROXY, ("X-Forwarded-For", "203.0.113.9")]) == 200


@pytest.mark.parametrize(
    ("proxy", "cookie"), [("127.0.0.1", "__Host-bpjs"), ("192.0.2.1", "bpjs"), ("", "bpjs")]
)
def test_only_the_listed_proxy_is_believed_that_a_browser_came_over_tls(
    tmp_path: Path, proxy: str, cookie: str
) -> None:
    with site_with(tmp_path, proxy=proxy) as site, site.client() as client:
        given = {"nama": "budi", "kata_sandi": PASSWORD}
        answer = client.post("/masuk", data=given, headers={"X-Forwarded-Proto": "https"})
        assert answer.headers["set-cookie"].startswith(f"{cookie}=")


@pytest.mark.parametrize("site_word", ["cross-site", "same-site", "none"])
def test_what_another_page_sends_is_refused_all_the_same(behind: Site, site_word: str) -> None:
    job_id = behind.failed()
    with behind.client(headers={"Sec-Fetch-Site": site_word}) as client:
        address = f"/bpjs-fktp/pekerjaan/{job_id}/ubah"
        assert client.post(address, headers=FROM_PROXY).status_code == 403
    with behind.client() as client:
        assert client.post(address, headers=FROM_PROXY).status_code == 200


@pytest.mark.parametrize(
    "wrong",
    [
        {"login_from": "semua"},
        {"login_from": "10.0.0.1/8"},
        {"login_secret": "pendek"},
        {"login_header": "X User"},
    ],
)
def test_a_setting_that_cannot_be_is_refused_without_quoting_a_secret(wrong: dict[str, str]) -> None:
    with pytest.raises(ValidationError) as refused:
        settings(**wrong)
    assert "pendek" not in str(refused.value)
    assert SECRET not in repr(settings(**ALL))
