"""What changes appears by itself, and nothing that a person is at is lost by it."""

from playwright.sync_api import expect

from database.status import Status
from tests.web.browser.clerk import HOME, Clerk

SOON = 4_000  # milliseconds; the page asks every two seconds


def test_a_change_appears_by_itself(clerk: Clerk) -> None:
    job_id = clerk.site.clinic.hand_over("tambah-pendaftaran")
    clerk.begins()
    expect(clerk.row(job_id).get_by_text("Menunggu")).to_be_visible()
    clerk.site.clinic.bring_to(job_id, Status.TERKIRIM)
    expect(clerk.row(job_id).get_by_text("Terkirim")).to_be_visible(timeout=SOON)
    expect(clerk.page.locator(".card.berhasil b")).to_have_text("1")


def test_what_is_typed_chosen_and_open_stays_while_the_page_changes(clerk: Clerk) -> None:
    first, second = clerk.site.failed(norm="RM-1"), clerk.site.failed(norm="RM-2")
    clerk.begins()
    clerk.row(first).get_by_role("checkbox").check()
    clerk.row(second).get_by_title("Detail").click()
    summary = clerk.detail().get_by_text("Tutup pekerjaan ini …")
    summary.click()
    clerk.detail().get_by_label("Alasan").fill("setengah dike")
    clerk.page.get_by_label("Cari Norm").fill("RM-setengah")
    clerk.site.failed(norm="RM-3")
    expect(clerk.page.locator("tbody tr")).to_have_count(3, timeout=SOON)
    clerk.page.wait_for_timeout(2_500)
    expect(clerk.row(first).get_by_role("checkbox")).to_be_checked()
    expect(clerk.page.get_by_label("Cari Norm")).to_have_value("RM-setengah")
    expect(clerk.detail().get_by_label("Alasan")).to_have_value("setengah dike")
    expect(clerk.page.get_by_label("Cari Norm")).to_be_focused()


def test_an_edit_is_left_alone_while_the_job_changes_and_then_refused(clerk: Clerk) -> None:
    job_id = clerk.site.failed()
    clerk.begins()
    clerk.row(job_id).get_by_title("Perbaiki isiannya").click()
    field = clerk.detail().locator("[name='isi.kdPoli']")
    field.fill("002")
    clerk.detail().get_by_role("button", name="Periksa dulu").click()
    expect(clerk.detail().locator("ins")).to_have_text("002")
    other = clerk.site.logged_in("sari")
    assert other.post(f"/bpjs-fktp/pekerjaan/{job_id}/kirim-ulang").status_code == 200
    clerk.page.wait_for_timeout(2_500)
    expect(field).to_have_value("002")
    clerk.detail().get_by_role("button", name="Kirim Ulang").click()
    expect(clerk.page.locator("#pesan")).to_contain_text("berubah sejak dilihat")
    expect(field).to_have_value("002")
    clerk.complaints.clear()  # a browser reports each answer of 409 on its console


def test_back_returns_to_the_filter_before(clerk: Clerk) -> None:
    clerk.site.failed()
    clerk.begins()
    clerk.page.locator(".card.gagal").click()
    clerk.page.wait_for_url("**status=tidak-terkirim")
    clerk.page.go_back()
    expect(clerk.page.locator(".card.total")).to_have_attribute("aria-pressed", "true")
    assert clerk.page.url.endswith(HOME)


def test_the_sidebar_has_an_address_and_closes_by_escape(clerk: Clerk) -> None:
    job_id = clerk.site.failed()
    clerk.begins()
    clerk.row(job_id).get_by_title("Detail").click()
    expect(clerk.detail().get_by_role("heading", name=f"#{job_id}")).to_be_focused()
    clerk.page.reload()
    expect(clerk.detail().get_by_role("heading", name=f"#{job_id}")).to_be_visible()
    expect(clerk.row(job_id)).to_be_visible()
    clerk.page.keyboard.press("Escape")
    expect(clerk.detail()).to_be_empty()


def test_the_next_job_of_the_table_is_one_click(clerk: Clerk) -> None:
    older, newer = clerk.site.failed(norm="RM-1"), clerk.site.failed(norm="RM-2")
    clerk.begins()
    clerk.row(newer).get_by_title("Detail").click()
    clerk.detail().get_by_label("Pekerjaan berikutnya di tabel").click()
    expect(clerk.detail().get_by_role("heading", name=f"#{older}")).to_be_visible()


def test_everything_is_reached_by_keyboard_alone(clerk: Clerk) -> None:
    job_id = clerk.site.failed()
    clerk.begins()
    clerk.page.get_by_label("Cari Norm").focus()
    clerk.page.keyboard.type("RM-1")
    clerk.page.keyboard.press("Enter")
    eye = clerk.row(job_id).get_by_title("Detail")
    for _ in range(40):
        clerk.page.keyboard.press("Tab")
        if eye.evaluate("element => element === document.activeElement"):
            break
    clerk.page.keyboard.press("Enter")
    expect(clerk.detail().get_by_role("button", name="Kirim Ulang")).to_be_visible()


def test_codes_are_offered_from_the_clinics_own_reference_data(clerk: Clerk) -> None:
    clerk.site.reference("pcare/poli", {"001": "Poli Umum", "002": "Poli Gigi"})
    job_id = clerk.site.failed()
    clerk.begins()
    clerk.row(job_id).get_by_title("Perbaiki isiannya").click()
    field = clerk.detail().locator("[name='isi.kdPoli']")
    field.fill("gigi")
    offered = clerk.detail().locator(f"#{field.get_attribute('list')} option")
    expect(offered).to_have_count(1)
    expect(offered).to_have_attribute("value", "002")


def test_without_scripts_the_filter_and_the_sidebar_work(clerk: Clerk) -> None:
    failed = clerk.site.failed(norm="RM-1")
    clerk.site.clinic.hand_over("tambah-antrean", norm="RM-2")
    browser = clerk.context.browser
    assert browser
    context = browser.new_context(base_url=clerk.site.url, java_script_enabled=False)
    plain = Clerk(context, clerk.site)
    plain.logs_in("budi")
    plain.page.locator(".card.gagal").click()
    expect(plain.page.locator("tbody tr")).to_have_count(1)
    plain.row(failed).get_by_title("Detail").click()
    expect(plain.detail().get_by_role("heading", name="Request")).to_be_visible()
    context.close()
