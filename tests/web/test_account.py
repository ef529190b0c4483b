"""Keamanan akun: one's own password, and the second factor from its set-up to the login that asks for it."""

import re
from datetime import UTC, datetime

import httpx
import pytest

from database.people.acts import last_acts
from database.people.login import log_in
from database.people.people import Change, change_person
from tests.database.test_totp import code
from tests.web.site import PASSWORD, Site

PAGE, NEW = "/bpjs-fktp/akun", "kata sandi yang baru"


def change(client: httpx.Client, old: str = PASSWORD, new: str = NEW, again: str = NEW) -> httpx.Response:
    return client.post(f"{PAGE}/kata-sandi", data={"lama": old, "baru": new, "ulang": again})


def offered(client: httpx.Client) -> str:
    """The secret that the page shows."""
    shown = client.post(f"{PAGE}/totp", data={"lama": PASSWORD})
    found = re.search(r"secret=([A-Z2-7]{32})", shown.text)
    assert found, shown.text
    return found[1]


def switched_on(client: httpx.Client) -> str:
    """The secret of who is logged in there; its code of half a minute ago is used up."""
    secret = offered(client)
    digits = code(secret, datetime.now(UTC), -1)
    assert "Kode kedua menyala" in client.post(f"{PAGE}/totp/kode", data={"kode": digits}).text
    return secret


def step_of(site: Site, name: str = "sari") -> tuple[httpx.Client, str]:
    """Somebody who typed the right password, and what their next form brings along."""
    client = site.client()
    asked = client.post("/masuk", data={"nama": name, "kata_sandi": PASSWORD, "ke": PAGE})
    found = re.search(r'name="tahap" value="([^"]+)"', asked.text)
    assert asked.status_code == 200
    assert found
    return client, found[1]


def acts(site: Site) -> list[tuple[str, str, str, str | None]]:
    return [(act.by, act.act, act.result, act.about) for act in last_acts(site.database, limit=99)]


def test_the_name_at_the_top_leads_there(site: Site) -> None:
    assert f'href="{PAGE}"' in site.logged_in("budi").get("/bpjs-fktp/monitoring").text


def test_one_changes_ones_own_password_and_other_sessions_end(site: Site) -> None:
    here, there, others = site.logged_in("budi"), site.logged_in("budi"), site.logged_in("tono")
    assert "Kata sandi Anda diganti" in change(here).text
    assert here.get(PAGE).status_code == others.get(PAGE).status_code == 200
    assert there.get(PAGE).status_code == 303
    assert log_in(site.database, "budi", NEW, address="x").person
    assert log_in(site.database, "budi", PASSWORD, address="y").person is None
    assert acts(site)[0] == ("budi", "ganti-kata-sandi", "ok", "budi")


@pytest.mark.parametrize(
    ("old", "new", "again", "said"),
    [
        ("bukan yang ini", NEW, NEW, "Kata sandi Anda yang sekarang salah."),
        (PASSWORD, NEW, "lain sekali", "yang diulang tidak sama"),
        (PASSWORD, PASSWORD, PASSWORD, "sama dengan yang lama"),
        (PASSWORD, "pendek", "pendek", "Kata sandi harus 10 sampai 200 huruf."),
        (PASSWORD, "", "", "Kata sandi harus 10"),
    ],
)
def test_what_is_wrong_with_it_is_said_and_nothing_changes(
    site: Site, old: str, new: str, again: str, said: str
) -> None:
    here, there = site.logged_in("budi"), site.logged_in("budi")
    answer = change(here, old, new, again)
    assert (answer.status_code, said in answer.text) == (422, True)
    assert there.get(PAGE).status_code == 200
    assert log_in(site.database, "budi", PASSWORD, address="x").person


def test_who_found_an_open_session_cannot_try_many_passwords(site: Site) -> None:
    client = site.logged_in("budi")
    for _ in range(3):
        change(client, "menebak kata sandi")
    assert "detik lagi" in change(client).text
    assert acts(site)[0] == ("budi", "ganti-kata-sandi", "ditolak", "budi")


def test_the_second_factor_is_asked_for_before_there_is_a_session(site: Site) -> None:
    secret = switched_on(site.logged_in("sari"))
    client, step = step_of(site)
    assert not client.cookies
    assert client.get(PAGE).status_code == 303
    wrong = client.post("/masuk/kode", data={"tahap": step, "kode": "000000", "ke": PAGE})
    assert (wrong.status_code, "Kode salah" in wrong.text, bool(client.cookies)) == (403, True, False)
    digits = code(secret, datetime.now(UTC))
    done = client.post("/masuk/kode", data={"tahap": step, "kode": f"{digits[:3]} {digits[3:]}", "ke": PAGE})
    assert (done.status_code, done.headers["location"]) == (303, PAGE)
    assert "Menyala" in client.get(PAGE).text
    assert [act[:3] for act in acts(site)[:3]] == [
        ("sari", "masuk", "ok"),
        ("sari", "masuk", "ditolak"),
        ("sari", "nyalakan-totp", "ok"),
    ]


def test_a_code_or_a_step_is_used_once(site: Site) -> None:
    secret = switched_on(site.logged_in("sari"))
    (first, step), (second, other) = step_of(site), step_of(site)
    digits = code(secret, datetime.now(UTC))
    assert first.post("/masuk/kode", data={"tahap": step, "kode": digits}).status_code == 303
    again = first.post("/masuk/kode", data={"tahap": step, "kode": digits})
    assert (again.status_code, "sudah habis" in again.text) == (403, True)
    assert second.post("/masuk/kode", data={"tahap": other, "kode": digits}).status_code == 403
    assert not second.cookies


def test_the_secret_is_shown_while_it_is_set_up_and_never_again(site: Site) -> None:
    client, other = site.logged_in("sari"), site.logged_in("sari")
    secret = offered(client)
    assert secret not in client.get(PAGE).text
    wrong = client.post(f"{PAGE}/totp/kode", data={"kode": "000000", "rahasia": secret})
    assert (wrong.status_code, secret in wrong.text) == (422, True)
    for guess in ("", "A" * 32, "\u00e9"):
        found_open = other.post(f"{PAGE}/totp/kode", data={"kode": "000000", "rahasia": guess})
        assert (found_open.status_code, secret in found_open.text) == (422, False)
    on = client.post(f"{PAGE}/totp/kode", data={"kode": code(secret, datetime.now(UTC))})
    assert secret not in on.text + client.get(PAGE).text
    assert other.get(PAGE).status_code == 303
    for path in ("totp", "totp/kode"):
        answer = client.post(f"{PAGE}/{path}", data={"lama": PASSWORD, "kode": "000000"})
        assert (answer.status_code, "sudah menyala" in answer.text) == (422, True)
        assert secret not in answer.text


def test_setting_it_up_asks_for_the_password(site: Site) -> None:
    answer = site.logged_in("sari").post(f"{PAGE}/totp", data={"lama": "bukan yang ini"})
    assert (answer.status_code, "otpauth" in answer.text) == (422, False)


def test_an_admin_is_not_offered_it(site: Site) -> None:
    client = site.logged_in("budi")
    assert "Kode kedua" not in client.get(PAGE).text
    assert client.post(f"{PAGE}/totp", data={"lama": PASSWORD}).status_code == 403


def test_a_password_that_somebody_resets_meanwhile_stays_reset(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    thief = site.logged_in("budi")

    def checked_before(*given: object, **named: object) -> object:
        found = log_in(*given, **named)  # type: ignore[arg-type]
        change_person(site.database, "budi", Change(password="yang baru dari superadmin"))
        return found

    monkeypatch.setattr("web.account.log_in", checked_before)
    answer = change(thief)
    assert (answer.status_code, "baru saja diubah" in answer.text) == (422, True)
    assert log_in(site.database, "budi", "yang baru dari superadmin", address="x").person


def test_a_change_between_password_and_session_lets_nobody_in(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    mine = site.logged_in("budi")

    def checked_before(*given: object, **named: object) -> object:
        found = log_in(*given, **named)  # type: ignore[arg-type]
        monkeypatch.setattr("web.login.log_in", log_in)
        change(mine)
        return found

    monkeypatch.setattr("web.login.log_in", checked_before)
    thief = site.client()
    answer = thief.post("/masuk", data={"nama": "budi", "kata_sandi": PASSWORD})
    assert (answer.status_code, "baru saja diubah" in answer.text) == (403, True)
    assert not thief.cookies
