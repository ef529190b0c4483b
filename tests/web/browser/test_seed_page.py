"""Each sentence of the page that this one takes the place of, shown in a browser.

That a job sent again reaches BPJS is shown with the whole clinic (tests/ui/test_page.py); the references have
files of their own.
"""

import re
from datetime import timedelta

import pytest
from playwright.sync_api import expect

from bpjs_client.columns import COLUMNS, NUMBERS
from bpjs_client.jenis import Jenis
from database.people.people import Change, Role, change_person
from database.status import Status
from tests.web.browser.clerk import HOME, Clerk
from tests.web.site import add

WORDS = {
    Jenis.TAMBAH_ANTREAN: "Tambah Antrean",
    Jenis.PANGGIL_ANTREAN: "Panggil Antrean",
    Jenis.BATAL_ANTREAN: "Batal Antrean",
    Jenis.TAMBAH_PENDAFTARAN: "Tambah Pendaftaran",
    Jenis.TAMBAH_KUNJUNGAN: "Tambah Kunjungan",
    Jenis.HAPUS_PENDAFTARAN: "Hapus Pendaftaran",
    Jenis.HAPUS_KUNJUNGAN: "Hapus Kunjungan",
}
# The colours of the badges: their hue, between two angles of the circle.
HUES = {
    Status.TERKIRIM: ("Terkirim", "hijau", 120, 170),
    Status.GAGAL: ("Gagal", "merah", 345, 375),
    Status.MENUNGGU: ("Menunggu", "kuning", 38, 60),
    Status.PROSES: ("Proses", "biru", 205, 230),
    Status.TIDAK_PASTI: ("Tidak pasti", "oranye", 15, 37),
}


def test_the_menu_leads_from_integrasi_to_bpjs_fktp(clerk: Clerk) -> None:
    clerk.begins()
    menu = clerk.page.get_by_role("navigation", name="Menu")
    expect(menu).to_contain_text("Integrasi")
    menu.get_by_role("link", name="BPJS FKTP").click()
    expect(clerk.page.get_by_role("heading", name="Monitoring BPJS")).to_be_visible()


@pytest.mark.parametrize("role", Role)
def test_only_who_has_the_permission_satusehat_gets_in(clerk: Clerk, role: Role) -> None:
    add(clerk.site.database, "wati", "utama", role=role)
    clerk.page.get_by_role("button", name="Keluar").click()
    clerk.logs_in("wati")
    expect(clerk.page.get_by_role("heading", name="Monitoring BPJS")).to_be_visible()
    change_person(clerk.site.database, "wati", Change(satusehat=False))
    clerk.context.clear_cookies()
    clerk.page.goto("/masuk")
    clerk.page.get_by_label("Nama pengguna").fill("wati")
    clerk.page.get_by_label("Kata sandi").fill("kata sandi yang panjang")
    clerk.page.get_by_role("button", name="Masuk").click()
    expect(clerk.page.get_by_text("tidak memiliki izin satusehat")).to_be_visible()
    clerk.complaints.clear()  # a browser reports the answer 403 on its console


@pytest.mark.parametrize("jenis", Jenis)
def test_each_kind_of_job_is_chosen_from_the_list_and_has_its_columns(clerk: Clerk, jenis: Jenis) -> None:
    job_id = clerk.site.clinic.hand_over(jenis.value, norm="RM-1")
    other = next(each for each in Jenis if each is not jenis)
    clerk.site.clinic.hand_over(other.value, norm="RM-2")
    clerk.begins()
    clerk.chooses("Jenis", WORDS[jenis])
    expect(clerk.page.locator("tbody tr")).to_have_count(1)
    expect(clerk.row(job_id)).to_be_visible()
    own = [*COLUMNS[jenis], *([NUMBERS[jenis][0]] if jenis in NUMBERS else [])]
    shown = [re.sub(r"\s*[▲▼]", "", text) for text in clerk.page.locator("thead th").all_inner_texts()]
    wanted = ["", "Aksi", "Tanggal", "Norm", "Nama Pasien", *own, "Status", "HTTP", "Percobaan", "Pesan"]
    assert shown == wanted


def test_the_date_is_today_and_the_cross_shows_all_days(clerk: Clerk) -> None:
    real = clerk.site.database.clock
    clerk.site.database.clock = lambda: real() - timedelta(days=3)
    old = clerk.site.clinic.hand_over("tambah-antrean", norm="RM-1")
    clerk.site.database.clock = real
    new = clerk.site.clinic.hand_over("tambah-antrean", norm="RM-2")
    clerk.begins()
    today = real().astimezone(clerk.site.database.timezone)
    expect(clerk.page.get_by_label("Tanggal", exact=True)).to_have_value(f"{today:%d-%m-%Y}")
    expect(clerk.row(old)).to_have_count(0)
    clerk.page.get_by_label("Hapus tanggal").click()
    expect(clerk.row(old)).to_be_visible()
    expect(clerk.row(new)).to_be_visible()
    clerk.types(
        clerk.page.get_by_label("Tanggal", exact=True), f"{today - timedelta(days=3):%d-%m-%Y}", enters=True
    )
    expect(clerk.row(new)).to_have_count(0)
    expect(clerk.row(old)).to_be_visible()


def test_a_patient_is_found_by_the_number_of_the_medical_record(clerk: Clerk) -> None:
    mine = clerk.site.clinic.hand_over("tambah-antrean", norm="RM-1")
    other = clerk.site.clinic.hand_over("tambah-antrean", norm="RM-2")
    clerk.begins()
    clerk.types(clerk.page.get_by_label("Cari Norm"), "RM-1", enters=True)
    expect(clerk.row(other)).to_have_count(0)
    expect(clerk.row(mine)).to_be_visible()


@pytest.mark.parametrize(
    ("word", "shown"),
    [
        ("Semua", {Status.GAGAL, Status.TERKIRIM, Status.MENUNGGU, Status.PROSES, Status.TIDAK_PASTI}),
        ("Tidak Terkirim", {Status.GAGAL}),
        ("Belum Diproses", {Status.MENUNGGU, Status.PROSES, Status.TIDAK_PASTI}),
        ("Terkirim", {Status.TERKIRIM}),
    ],
)
def test_the_status_filter_means_what_it_says(clerk: Clerk, word: str, shown: set[Status]) -> None:
    jobs = _one_of_each(clerk)
    clerk.begins()
    clerk.chooses("Status", word)
    expect(clerk.page.locator("tbody tr")).to_have_count(len(shown))
    for status in shown:
        expect(clerk.row(jobs[status])).to_be_visible()


def _one_of_each(clerk: Clerk) -> dict[Status, int]:
    jobs: dict[Status, int] = {}
    for status in HUES:
        job_id = clerk.site.clinic.hand_over("tambah-pendaftaran", norm=f"RM-{status}")
        jobs[status] = job_id
        if status is not Status.MENUNGGU:
            clerk.site.clinic.bring_to(job_id, status)
    return jobs


def test_four_cards_below_the_filter_count_what_it_finds(clerk: Clerk) -> None:
    _one_of_each(clerk)
    clerk.begins()
    cards = clerk.page.locator(".card")
    assert [text.split("\n")[0] for text in cards.all_inner_texts()] == [
        "Total",
        "Menunggu",
        "Berhasil",
        "Gagal",
    ]
    assert clerk.page.locator(".card b").all_inner_texts() == ["5", "3", "1", "1"]
    filter_ends = clerk.page.locator("#saring").bounding_box()
    card = cards.first.bounding_box()
    assert filter_ends
    assert card
    assert card["y"] >= filter_ends["y"] + filter_ends["height"]


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_the_badges_have_their_colours_and_words(clerk: Clerk, scheme: str) -> None:
    jobs = _one_of_each(clerk)
    clerk.page.emulate_media(color_scheme=scheme)  # type: ignore[arg-type]
    clerk.begins()
    for status, (word, colour, least, most) in HUES.items():
        badge = clerk.row(jobs[status]).locator(".badge")
        expect(badge).to_have_text(word)
        red, green, blue = badge.evaluate("e => getComputedStyle(e).color.match(/\\d+/g).map(Number)")[:3]
        hue = _hue(red, green, blue)
        assert least <= hue <= most or least <= hue + 360 <= most, (colour, hue)


def _hue(red: int, green: int, blue: int) -> float:
    top, low = max(red, green, blue), min(red, green, blue)
    if top == red:
        return 60 * ((green - blue) / (top - low) % 6)
    if top == green:
        return 60 * ((blue - red) / (top - low) + 2)
    return 60 * ((red - green) / (top - low) + 4)


def test_a_failed_job_is_read_edited_and_sent_again_in_the_sidebar(clerk: Clerk) -> None:
    job_id = clerk.site.failed()
    clerk.begins()
    clerk.row(job_id).get_by_title("Detail").click()
    sidebar = clerk.detail()
    for words in ("Tanggal", "Status", "HTTP Code", "Jumlah percobaan"):
        expect(sidebar.locator("dt").get_by_text(words, exact=True)).to_be_visible()
    expect(sidebar.get_by_label("Request")).to_contain_text('"kdPoli": "001"')
    expect(sidebar.get_by_label("Response")).to_be_visible()
    sidebar.get_by_role("button", name="Mode edit").click()
    sidebar.get_by_role("button", name="JSON lengkap").click()
    body = sidebar.get_by_label("JSON lengkap")
    body.fill(body.input_value().replace('"kdPoli": "001"', '"kdPoli": "002"'))
    sidebar.get_by_role("button", name="Periksa dulu").click()
    expect(sidebar.locator("ins")).to_have_text("002")
    sidebar.get_by_role("button", name="Kirim Ulang").click()
    expect(sidebar.get_by_text("diterima dan dikirim")).to_be_visible()
    assert clerk.site.clinic.job(job_id).body["kdPoli"] == "002"


def test_resend_works_from_the_table_without_the_sidebar(clerk: Clerk) -> None:
    job_id = clerk.site.failed()
    clerk.begins()
    clerk.row(job_id).get_by_title("Resend").click()
    expect(clerk.row(job_id).locator(".badge")).to_have_text("Menunggu")
    expect(clerk.detail()).to_be_empty()


def test_bpjs_own_words_stand_in_the_sidebar_before_anything_is_sent(clerk: Clerk) -> None:
    job_id = clerk.site.failed()
    clerk.begins()
    clerk.row(job_id).get_by_title("Detail").click()
    expect(clerk.detail().locator(".ucapan")).to_have_text("contoh pesan")


def test_perbarui_data_loads_the_newest_and_keeps_the_filter(clerk: Clerk) -> None:
    clerk.begins()
    clerk.page.get_by_role("combobox", name="Status").select_option(label="Tidak Terkirim")
    clerk.page.wait_for_url("**status=tidak-terkirim")
    job_id = clerk.site.failed()
    clerk.page.get_by_role("button", name="Perbarui Data").click()
    expect(clerk.row(job_id)).to_be_visible()
    expect(clerk.page.get_by_role("combobox", name="Status")).to_have_value("tidak-terkirim")


def test_reset_filter_returns_everything_to_the_default(clerk: Clerk) -> None:
    clerk.page.goto(f"{HOME}?jenis=tambah-kunjungan&tanggal=01-02-2026&status=terkirim")
    clerk.page.get_by_role("link", name="Reset Filter").click()
    clerk.page.wait_for_url(f"**{HOME}")
    for name in ("Jenis", "Status"):
        expect(clerk.page.get_by_role("combobox", name=name)).to_have_value(
            "" if name == "Jenis" else "semua"
        )
    expect(clerk.page.get_by_label("Cari Norm")).to_have_value("")
    today = clerk.site.database.clock().astimezone(clerk.site.database.timezone)
    expect(clerk.page.get_by_label("Tanggal", exact=True)).to_have_value(f"{today:%d-%m-%Y}")
