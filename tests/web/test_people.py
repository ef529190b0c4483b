"""Pengguna and Catatan: a superadmin's alone; passwords are shown once, and nobody shuts themselves out."""

import re

import pytest

from database.people.acts import Did, last_acts, note_act
from database.people.people import Person, Role, all_people
from tests.web.site import PASSWORD, Site, add

PAGE = "/bpjs-fktp/pengguna"
LOG = f"{PAGE}/catatan"


def person(site: Site, name: str) -> Person | None:
    return next((each for each in all_people(site.database) if each.name == name), None)


def password_in(text: str) -> str:
    found = re.search(r'<code class="sandi">([^<]+)</code>', text)
    assert found, text
    return found[1]


def can_log_in(site: Site, name: str, password: str) -> bool:
    return site.client().post("/masuk", data={"nama": name, "kata_sandi": password}).status_code == 303


def test_the_tab_is_a_superadmins(site: Site) -> None:
    assert 'href="/bpjs-fktp/pengguna"' in site.logged_in("sari").get(PAGE).text
    admin = site.logged_in("budi")
    assert 'href="/bpjs-fktp/pengguna"' not in admin.get("/bpjs-fktp/monitoring").text
    assert admin.get(PAGE).status_code == 403
    assert admin.post(PAGE, data={"nama": "dina", "peran": "superadmin"}).status_code == 403
    assert person(site, "dina") is None


def test_a_new_person_logs_in_with_the_password_that_is_shown_once(site: Site) -> None:
    client = site.logged_in("sari")
    given = {"nama": "Dina", "peran": "admin", "satusehat": "ya", "faskes": "utama"}
    made = client.post(PAGE, data=given).text
    password = password_in(made)
    assert can_log_in(site, "dina", password)
    assert password not in client.get(PAGE).text
    found = person(site, "dina")
    assert found
    assert (found.role, found.satusehat, found.clinics) == (Role.ADMIN, True, frozenset({"utama"}))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"nama": "Dina Ayu", "faskes": "utama"}, "Nama pengguna: huruf kecil"),
        ({"nama": "budi", "faskes": "utama"}, "Pengguna budi sudah ada."),
        ({"nama": "dina"}, "Seorang admin perlu paling sedikit satu faskes."),
        ({"nama": "dina", "faskes": "x" * 65}, "Nama faskes paling panjang 64 huruf"),
        ({"nama": "dina", "faskes_lain": "baris\nlain"}, "Nama faskes paling panjang 64 huruf"),
        ({"nama": "", "faskes": "utama"}, "Nama pengguna: huruf kecil"),
        ({"nama": "<b>dina</b>", "faskes": "utama"}, "Nama pengguna: huruf kecil"),
    ],
)
def test_a_refusal_is_a_sentence_and_keeps_what_was_typed(
    site: Site, given: dict[str, str], says: str
) -> None:
    before = all_people(site.database)
    shown = site.logged_in("sari").post(PAGE, data={"peran": "admin", **given}).text
    assert says in shown
    assert 'class="sandi"' not in shown
    assert "<b>dina" not in shown
    assert f'name="nama" value="{given["nama"].lower()}"' in shown or "<" in given["nama"]
    assert all_people(site.database) == before


def test_role_permission_and_clinics_are_changed(site: Site) -> None:
    client, theirs = site.logged_in("sari"), site.logged_in("budi")
    given = {"peran": "admin", "satusehat": "ya", "faskes": "utama", "faskes_lain": "klinik-baru"}
    assert "Pengguna budi diubah" in client.post(f"{PAGE}/budi", data=given).text
    changed = person(site, "budi")
    assert changed
    assert changed.clinics == {"utama", "klinik-baru"}
    assert theirs.get("/bpjs-fktp/monitoring").status_code == 303  # logged out
    client.post(f"{PAGE}/budi", data={"peran": "superadmin"})
    changed = person(site, "budi")
    assert changed
    assert (changed.role, changed.satusehat) == ("superadmin", False)


def test_a_new_password_ends_the_old_one(site: Site) -> None:
    shown = site.logged_in("sari").post(f"{PAGE}/budi/kata-sandi").text
    assert can_log_in(site, "budi", password_in(shown))
    assert not can_log_in(site, "budi", PASSWORD)


def test_who_is_switched_off_cannot_log_in_until_switched_on(site: Site) -> None:
    client = site.logged_in("sari")
    client.post(f"{PAGE}/budi/matikan")
    assert not can_log_in(site, "budi", PASSWORD)
    assert "Dimatikan" in client.get(PAGE).text
    client.post(f"{PAGE}/budi/hidupkan")
    assert can_log_in(site, "budi", PASSWORD)


@pytest.mark.parametrize(
    ("path", "given"),
    [
        ("/sari/matikan", {}),
        ("/sari", {"peran": "admin", "satusehat": "ya", "faskes": "utama"}),
        ("/sari", {"peran": "superadmin"}),
        ("/sari", {"peran": "tidak ada", "satusehat": "ya"}),
    ],
)
def test_nobody_shuts_themselves_out(site: Site, path: str, given: dict[str, str]) -> None:
    client = site.logged_in("sari")
    assert "akun anda sendiri" in client.post(f"{PAGE}{path}", data=given).text.lower()
    kept = person(site, "sari")
    assert kept
    assert (kept.role, kept.satusehat, kept.active) == ("superadmin", True, True)
    assert client.get(PAGE).status_code == 200


@pytest.mark.parametrize("path", ["", "/kata-sandi", "/matikan", "/hidupkan"])
def test_somebody_who_is_not_there_is_a_sentence(site: Site, path: str) -> None:
    shown = site.logged_in("sari").post(f"{PAGE}/siapa{path}", data={"faskes": "utama"}).text
    assert "Pengguna siapa tidak ada." in shown


def test_every_act_is_written_down_without_what_was_typed_wrong(site: Site) -> None:
    client = site.logged_in("sari")
    client.post(f"{PAGE}/budi/matikan")
    client.post(PAGE, data={"nama": "kata sandi di kolom nama", "faskes": "utama"})
    refused, done = last_acts(site.database, limit=2)
    assert (done.by, done.act, done.result, done.about) == ("sari", "kelola-pengguna", "ok", "budi")
    assert (refused.result, refused.about) == ("ditolak", None)
    shown = client.get(LOG).text
    assert "kelola-pengguna" in shown
    assert "kata sandi di kolom nama" not in shown


def test_the_log_is_paged_and_filtered_by_person(site: Site) -> None:
    for number in range(120):
        note_act(site.database, Did.SYNC, by="budi", about=f"nomor-{number}")
    note_act(site.database, Did.SYNC, by="tono", about="<img src=x onerror=alert(1)>")
    client = site.logged_in("sari")
    first = client.get(LOG, params={"oleh": "budi"}).text
    assert "nomor-119" in first
    assert "nomor-69<" not in first
    assert "&lt;img" not in first
    older = re.search(r'rel="next" href="([^"]+)"', first)
    assert older
    second = client.get(older[1].replace("&amp;", "&")).text
    assert "nomor-69<" in second
    assert "nomor-119" not in second
    assert "&lt;img src=x" in client.get(LOG, params={"oleh": "tono"}).text


@pytest.mark.parametrize("query", [{"sebelum": "x"}, {"sebelum": "9" * 30}, {"oleh": "%' --"}], ids=str)
def test_nonsense_in_the_logs_address_is_no_error(site: Site, query: dict[str, str]) -> None:
    assert site.logged_in("sari").get(LOG, params=query).status_code == 200


def test_a_hostile_clinic_name_is_text(site: Site) -> None:
    add(site.database, "dina", "<script>alert(1)</script>")
    shown = site.logged_in("sari").get(PAGE, params={"ubah": "dina"}).text
    assert "&lt;script&gt;" in shown
    assert "<script>alert" not in shown
