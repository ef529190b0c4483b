"""A clinic's admin on the page BPJS FKTP before a whole clinic: what is sent again reaches BPJS.

Makes the guide's pictures. How many clicks each task takes is held in tests/web/browser/test_tasks.py.
"""

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, Page, expect

from bpjs_client.jenis import Jenis
from database.people.people import Role, add_person
from database.status import Status
from database.views.monitor import Filter, look, today
from deployments.run.clinic import Clinic

pytestmark = [pytest.mark.timeout(400)]
NAME, PASSWORD = "sari", "kata sandi yang panjang"
DELIVERED_MS = 30_000  # a busy machine's; an idle one needs two seconds
PHONE = {"width": 390, "height": 844}


@pytest.fixture(scope="module")
def people(clinic: Clinic) -> None:
    add_person(clinic.database, NAME, PASSWORD, role=Role.SUPERADMIN, satusehat=True, clinics=())


@pytest.fixture
def page(browser: Browser, clinic: Clinic, people: None) -> Iterator[Page]:
    """A window in which somebody has logged in; nothing may be said on its console."""
    context = browser.new_context(
        base_url=clinic.plan.page_url,
        viewport={"width": 1280, "height": 860},
        timezone_id=clinic.plan.database.timezone,
    )
    context.set_default_timeout(DELIVERED_MS)
    page, said = context.new_page(), list[str]()
    page.on("console", lambda message: said.append(message.text))
    page.goto("/")
    page.get_by_label("Nama pengguna").fill(NAME)
    page.get_by_label("Kata sandi").fill(PASSWORD)
    page.get_by_role("button", name="Masuk").click()
    expect(page.get_by_role("heading", name="Monitoring BPJS")).to_be_visible()
    yield page
    context.close()
    assert said == []


def failed(clinic: Clinic, jenis: Jenis, **chosen: tuple[str, str]) -> int:
    """The newest failed job of a type."""
    day = today(clinic.database)
    found = look(clinic.database, Filter(jenis, day, status="tidak-terkirim", **chosen), limit=1)  # type: ignore[arg-type]
    return int(found.rows[0]["id"])


def keeps(page: Page, pictures: Path, name: str) -> None:
    page.screenshot(path=pictures / f"{name}.png")


def test_the_cards_of_the_day_are_those_of_the_terminal(page: Page, clinic: Clinic, pictures: Path) -> None:
    cards = look(clinic.database, Filter(tanggal=today(clinic.database)), limit=1).cards
    for card, count in cards.items():
        expect(page.locator(f".card.{card} b")).to_have_text(str(count))
    keeps(page, pictures, "halaman")
    page.locator(".card.gagal").click()
    expect(page.locator("tbody tr")).to_have_count(cards["gagal"])
    keeps(page, pictures, "halaman-gagal")


def test_a_correction_reaches_bpjs_within_seconds(page: Page, clinic: Clinic, pictures: Path) -> None:
    job_id = failed(clinic, Jenis.TAMBAH_PENDAFTARAN, isi=("kdPoli", "077"))
    page.locator(".card.gagal").click()
    page.locator(f"#baris-{job_id}").get_by_title("Detail").click()
    rincian = page.locator("#rincian")
    expect(rincian.get_by_text("Yang perlu dilakukan:")).to_be_visible()
    keeps(page, pictures, "halaman-rincian")
    rincian.get_by_role("button", name="Mode edit").click()
    field = rincian.locator("[name='isi.kdPoli']")
    expect(field).to_have_attribute("aria-invalid", "true")
    keeps(page, pictures, "halaman-ubah")
    field.fill("001")
    rincian.get_by_role("button", name="Periksa dulu").click()
    expect(rincian.locator("ins")).to_have_text("001")
    rincian.get_by_label("Alasan").fill("poli salah ketik")
    keeps(page, pictures, "halaman-beda")
    rincian.get_by_role("button", name="Kirim Ulang").click()
    expect(rincian.locator("header .badge")).to_have_text("Terkirim", timeout=DELIVERED_MS)
    expect(page.locator(f"#baris-{job_id}")).to_have_count(0)  # it failed no longer
    link = rincian.get_by_role("link", name="Run di Prefect").get_attribute("href")
    assert link
    assert re.fullmatch(rf"{clinic.plan.ui_url}/runs/task-run/[0-9a-f-]{{36}}", link)


def test_a_delivered_visit_is_corrected_at_bpjs(page: Page, clinic: Clinic) -> None:
    day = today(clinic.database)
    sent = look(clinic.database, Filter(Jenis.TAMBAH_KUNJUNGAN, day, status="terkirim"), limit=50).rows
    page.goto(f"/bpjs-fktp/pekerjaan/{sent[-1]['id']}")
    rincian = page.locator("#rincian")
    rincian.get_by_role("button", name="Perbaiki isi di BPJS").click()
    expect(rincian.get_by_text("isinya di sana akan diganti")).to_be_visible()
    rincian.locator("[name='isi.keluhan']").fill("pusing sejak kemarin")
    rincian.get_by_role("button", name="Periksa dulu").click()
    rincian.get_by_role("button", name="Kirim Ulang").click()
    expect(rincian.get_by_text("Dicatat sebagai pekerjaan")).to_be_visible()
    expect(rincian.locator("header .badge")).to_have_text("Terkirim", timeout=DELIVERED_MS)


def test_a_group_is_sent_again_and_told_how_it_ended(page: Page, clinic: Clinic, pictures: Path) -> None:
    page.locator(".sebab button").filter(has_text="kdDiag1").first.click()
    expect(page.locator(".sebab [aria-pressed=true]")).to_be_visible()
    page.get_by_role("button", name="Kirim ulang grup ini").click()
    rincian = page.locator("#rincian")
    expect(rincian.get_by_role("button", name=re.compile("Kirim . pekerjaan"))).to_be_visible()
    keeps(page, pictures, "halaman-massal")
    rincian.get_by_label("Paling banyak per menit").fill("6000")
    rincian.get_by_role("button", name=re.compile("Kirim . pekerjaan")).click()
    expect(rincian.get_by_text("selesai")).to_be_visible(timeout=DELIVERED_MS)
    expect(rincian.locator(".badge.gagal")).to_be_visible(timeout=DELIVERED_MS)


def test_a_job_is_closed(page: Page, clinic: Clinic, pictures: Path) -> None:
    job_id = failed(clinic, Jenis.TAMBAH_KUNJUNGAN)
    page.locator(".card.gagal").click()
    page.locator(f"#baris-{job_id}").get_by_title("Detail").click()
    rincian = page.locator("#rincian")
    rincian.get_by_text("Tutup pekerjaan ini …").click()
    rincian.get_by_label("Sudah ada di BPJS").check()
    rincian.get_by_label("Alasan").fill("terlihat di aplikasi PCare")
    keeps(page, pictures, "halaman-tutup")
    rincian.get_by_role("button", name="Tutup pekerjaan").click()
    expect(rincian.locator("header .badge")).to_have_text("Ditutup")
    closed = next(row for row in look(clinic.database, Filter(), limit=500).rows if row["id"] == job_id)
    assert closed["status"] == Status.DITUTUP


def test_the_page_on_a_phone(page: Page, pictures: Path) -> None:
    page.set_viewport_size(PHONE)  # type: ignore[arg-type]
    page.reload()
    expect(page.locator(".cards")).to_be_visible()
    keeps(page, pictures, "halaman-telepon")
    page.get_by_title("Detail").first.click()
    expect(page.locator("#rincian").get_by_role("heading", name="Request")).to_be_visible()
