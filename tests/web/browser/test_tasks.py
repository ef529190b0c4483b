"""The tasks of the guide, on the page: each within the clicks that it may take."""

import re
from datetime import timedelta

from playwright.sync_api import expect

from database.status import Status
from tests.web.browser.clerk import Clerk


def test_today_is_there_without_a_click(clerk: Clerk) -> None:
    clerk.site.failed()
    clerk.begins()
    expect(clerk.page.locator(".card.total b")).to_have_text("1")
    assert clerk.clicks == 0


def test_what_failed_today_is_one_click(clerk: Clerk) -> None:
    failed = clerk.site.failed(norm="RM-1")
    waiting = clerk.site.clinic.hand_over("tambah-antrean", norm="RM-2")
    clerk.begins()
    clerk.clicks_on(clerk.page.locator(".card.gagal"))
    expect(clerk.row(waiting)).to_have_count(0)
    expect(clerk.row(failed)).to_be_visible()
    assert clerk.clicks == 1
    assert "status=tidak-terkirim" in clerk.page.url


def test_a_patient_is_one_click_and_enter(clerk: Clerk) -> None:
    jobs = [clerk.site.failed(norm=f"RM-{number}") for number in range(3)]
    clerk.begins()
    clerk.types(clerk.page.get_by_label("Cari Norm"), "RM-1", enters=True)
    expect(clerk.row(jobs[0])).to_have_count(0)
    expect(clerk.row(jobs[1])).to_be_visible()
    assert clerk.clicks == 1
    assert "RM-1" not in clerk.page.url


def test_yesterdays_failed_visits_of_one_norm_are_at_most_five_clicks_and_ten_keys(clerk: Clerk) -> None:
    real = clerk.site.database.clock
    clerk.site.database.clock = lambda: real() - timedelta(days=1)
    clerk.site.clinic.clock = clerk.site.database.clock  # type: ignore[assignment]
    yesterdays = clerk.site.failed("tambah-kunjungan", norm="RM-7")
    clerk.site.database.clock = real
    clerk.site.failed("tambah-kunjungan", norm="RM-7")
    clerk.begins()
    clerk.clicks_on(clerk.page.get_by_label("Hari sebelumnya"))
    expect(clerk.row(yesterdays)).to_be_visible()
    clerk.clicks_on(clerk.page.locator(".card.gagal"))
    clerk.chooses("Jenis", "Tambah Kunjungan")
    expect(clerk.page).to_have_url(re.compile("jenis=tambah-kunjungan"))
    clerk.types(clerk.page.get_by_label("Cari Norm"), "RM-7", enters=True)
    expect(clerk.page.locator("tbody tr")).to_have_count(1)
    expect(clerk.row(yesterdays)).to_be_visible()
    assert clerk.clicks <= 5
    assert clerk.keys <= 10


def test_why_it_failed_and_what_to_do_is_one_click(clerk: Clerk) -> None:
    job_id = clerk.site.failed()
    clerk.begins()
    clerk.clicks_on(clerk.row(job_id).get_by_title("Detail"))
    expect(clerk.detail().get_by_text("Yang perlu dilakukan:")).to_be_visible()
    expect(clerk.detail().get_by_role("heading", name="Request")).to_be_visible()
    expect(clerk.detail().get_by_role("heading", name="Response")).to_be_visible()
    assert clerk.clicks == 1


def test_a_correction_is_three_clicks_beside_the_typing(clerk: Clerk) -> None:
    job_id = clerk.site.failed()
    clerk.begins()
    clerk.clicks_on(clerk.row(job_id).get_by_title("Perbaiki isiannya"))
    clerk.detail().locator("[name='isi.kdPoli']").fill("002")
    clerk.clicks_on(clerk.detail().get_by_role("button", name="Periksa dulu"))
    expect(clerk.detail().locator("ins")).to_have_text("002")
    clerk.clicks_on(clerk.detail().get_by_role("button", name="Kirim Ulang"))
    expect(clerk.detail().get_by_text("diterima dan dikirim")).to_be_visible()
    assert clerk.clicks == 3
    assert clerk.site.clinic.job(job_id).body["kdPoli"] == "002"
    expect(clerk.row(job_id).get_by_text("Menunggu")).to_be_visible()


def test_sending_again_as_it_is_is_one_click(clerk: Clerk) -> None:
    job_id = clerk.site.failed()
    clerk.begins()
    clerk.clicks_on(clerk.row(job_id).get_by_label("Kirim ulang pekerjaan"))
    expect(clerk.page.locator("#pesan").get_by_text("dikirim ulang")).to_be_visible()
    expect(clerk.row(job_id).get_by_text("Menunggu")).to_be_visible()
    assert clerk.clicks == 1


def test_a_whole_group_is_three_clicks(clerk: Clerk) -> None:
    jobs = [clerk.site.failed(norm=f"RM-{number}") for number in range(3)]
    other = clerk.site.failed("tambah-antrean", norm="RM-9")
    clerk.begins()
    clerk.clicks_on(clerk.page.locator(".sebab button").filter(has_text="Tambah Pendaftaran"))
    expect(clerk.row(other)).to_have_count(0)
    clerk.clicks_on(clerk.page.get_by_role("button", name="Kirim ulang grup ini (3)"))
    clerk.clicks_on(clerk.detail().get_by_role("button", name="Kirim 3 pekerjaan"))
    expect(clerk.detail().get_by_text("1 dari 3")).to_be_visible()
    assert clerk.clicks == 3
    assert clerk.site.clinic.status(jobs[0]) == Status.MENUNGGU
    clerk.clicks_on(clerk.detail().get_by_role("button", name="Hentikan"))
    expect(clerk.detail().get_by_text("dihentikan")).to_be_visible()
    assert [clerk.site.clinic.status(job_id) for job_id in (jobs[2], other)] == [Status.GAGAL] * 2


def test_closing_is_four_clicks(clerk: Clerk) -> None:
    job_id = clerk.site.failed()
    clerk.begins()
    clerk.clicks_on(clerk.row(job_id).get_by_title("Detail"))
    clerk.clicks_on(clerk.detail().get_by_text("Tutup pekerjaan ini …"))
    clerk.clicks_on(clerk.detail().get_by_label("Sudah ada di BPJS"))
    clerk.detail().get_by_label("Alasan").fill("terlihat di PCare")
    clerk.clicks_on(clerk.detail().get_by_role("button", name="Tutup pekerjaan"))
    expect(clerk.detail().get_by_text(f"Pekerjaan #{job_id} ditutup.")).to_be_visible()
    assert clerk.clicks <= 4
    assert clerk.site.clinic.status(job_id) == Status.DITUTUP
