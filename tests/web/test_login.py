"""Masuk and Keluar: who gets in, what the session is worth, and where one goes on to."""

from datetime import timedelta

import pytest

from database.people.acts import last_acts
from database.people.people import Change, change_person
from tests.web.site import PASSWORD, Site, add

PAGE = "/bpjs-fktp/monitoring"


def test_nobody_sees_a_page_before_logging_in(site: Site) -> None:
    answer = site.client().get(f"{PAGE}?status=terkirim")
    assert answer.status_code == 303
    assert answer.headers["location"] == "/masuk?ke=/bpjs-fktp/monitoring%3Fstatus%3Dterkirim"


def test_after_logging_in_one_goes_on_to_the_page_that_was_asked_for(site: Site) -> None:
    given = {"nama": "Budi ", "kata_sandi": PASSWORD, "ke": f"{PAGE}?status=terkirim"}
    answer = site.client().post("/masuk", data=given)
    assert answer.headers["location"] == f"{PAGE}?status=terkirim"


@pytest.mark.parametrize(
    "target",
    [
        "https://jahat.example/",
        "//jahat.example",
        "/\\jahat.example",
        "/bpjs-fktp/x\r\nSet-Cookie: a=b",
        "/bpjs-fktp//x",
    ],
)
def test_nobody_is_led_elsewhere(site: Site, target: str) -> None:
    answer = site.client().post("/masuk", data={"nama": "budi", "kata_sandi": PASSWORD, "ke": target})
    assert answer.headers["location"] == PAGE


def test_the_cookie_is_for_this_site_alone_and_for_no_script(site: Site) -> None:
    said = site.client().post("/masuk", data={"nama": "budi", "kata_sandi": PASSWORD}).headers["set-cookie"]
    assert "HttpOnly" in said
    assert "samesite=lax" in said.lower()
    assert "domain" not in said.lower()


def test_a_wrong_password_and_an_unknown_name_read_alike(site: Site) -> None:
    wrong = site.client().post("/masuk", data={"nama": "budi", "kata_sandi": "salah sekali"})
    unknown = site.client().post("/masuk", data={"nama": "budi2", "kata_sandi": "salah sekali"})
    assert wrong.status_code == unknown.status_code == 403
    assert wrong.text.replace("budi", "") == unknown.text.replace("budi2", "")


def test_a_login_has_a_token_of_its_own_and_the_old_one_is_worth_nothing(site: Site) -> None:
    client = site.logged_in("budi")
    old = client.cookies["bpjs"]
    client.post("/masuk", data={"nama": "budi", "kata_sandi": PASSWORD})
    assert client.cookies["bpjs"] != old
    thief = site.client(cookies={"bpjs": old})
    assert thief.get(PAGE).status_code == 303


def test_a_token_that_somebody_brought_along_is_never_taken_for_a_session(site: Site) -> None:
    victim = site.client(cookies={"bpjs": "token-pilihan-penyerang"})
    answer = victim.post("/masuk", data={"nama": "budi", "kata_sandi": PASSWORD})
    assert "token-pilihan-penyerang" not in answer.headers["set-cookie"]
    assert site.client(cookies={"bpjs": "token-pilihan-penyerang"}).get(PAGE).status_code == 303


def test_a_stolen_token_is_worth_nothing_after_logging_out(site: Site) -> None:
    client = site.logged_in("budi")
    stolen = client.cookies["bpjs"]
    assert client.post("/keluar").status_code == 303
    assert site.client(cookies={"bpjs": stolen}).get(PAGE).status_code == 303


def test_whoever_is_switched_off_is_out_at_once(site: Site) -> None:
    client = site.logged_in("budi")
    assert client.get(PAGE).status_code == 200
    change_person(site.database, "budi", Change(active=False))
    assert client.get(PAGE).status_code == 303


def test_without_the_permission_satusehat_there_is_one_sentence(site: Site) -> None:
    add(site.database, "wati", "utama", satusehat=False)
    answer = site.logged_in("wati").get(PAGE)
    assert answer.status_code == 403
    assert "Akun Anda tidak memiliki izin satusehat" in answer.text
    assert any((act.by, act.result) == ("wati", "ditolak") for act in last_acts(site.database, limit=9))


def test_a_page_left_open_does_not_keep_the_session_alive(site: Site) -> None:
    client = site.logged_in("budi")
    real = site.database.clock
    try:
        for minutes in (10, 20, 29):
            site.database.clock = lambda minutes=minutes: real() + timedelta(minutes=minutes)  # type: ignore[misc]
            assert client.post(f"{PAGE}/terkini", headers={"HX-Request": "true"}).status_code == 200
        site.database.clock = lambda: real() + timedelta(minutes=31)
        polled = client.post(f"{PAGE}/terkini", headers={"HX-Request": "true"})
        assert polled.status_code == 401
        assert "Sesi Anda sudah berakhir" in polled.text
    finally:
        site.database.clock = real


def test_the_log_names_nobody_whom_nobody_knows(site: Site) -> None:
    site.client().post("/masuk", data={"nama": "kata sandi di kolom nama", "kata_sandi": "x"})
    assert "kata sandi" not in " ".join(act.by for act in last_acts(site.database, limit=9))
