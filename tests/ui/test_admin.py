"""A clinic's admin at work: looks, understands, corrects, sends again, and sees the counts change.

One file: files are shared out among processes, and each would start a clinic of its own.
"""

import json
import re
from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx
import pytest
from playwright.sync_api import expect

from bpjs_client.jenis import Jenis
from database.views.monitor import Filter, look
from deployments import commands
from tests.chaos.patients import Patient
from tests.ui.admin import Admin

pytestmark = [pytest.mark.timeout(400)]
NAME = "Pasien Gangguan"  # what the three have in common
UNKNOWN_POLI = "077"


def test_an_admin_finds_a_failed_job_learns_why_corrects_it_and_sees_it_delivered(admin: Admin) -> None:
    admin.sees_counts("Semua", [167, 11, 148, 8])
    total, waiting, sent, failed = admin.true_counts(Jenis.TAMBAH_PENDAFTARAN)
    admin.sees_counts("tambah-pendaftaran", [total, waiting, sent, failed])
    admin.keeps("beranda")

    admin.follows("Gagal hari ini")
    assert len(admin.lists()) == 8
    admin.keeps("gagal-hari-ini")
    norm = admin.a_failed_norm(Jenis.TAMBAH_PENDAFTARAN, isi=("kdPoli", UNKNOWN_POLI))
    row = admin.page.get_by_role("row").filter(has_text=norm).filter(has_text="tambah-pendaftaran")
    admin.follows(row.get_by_role("link").first)
    admin.sees(f"· tambah-pendaftaran · {norm}")
    admin.sees("Yang perlu dilakukan:")
    admin.sees("Kode itu tidak ada di data referensi BPJS.")
    admin.keeps("detail")

    admin.follows("Kirim ulang")
    admin.types('{"kdPoli": "001"}', over=UNKNOWN_POLI)
    admin.keeps("kirim-ulang")
    ended = admin.submits()
    assert ended["state"]["message"].startswith("Terkirim · noUrut ")
    assert ended["parameters"].keys() == {"pekerjaan_id"}
    admin.follows(admin.page.get_by_text("Details", exact=True))
    admin.sees("Terkirim · noUrut ")
    admin.keeps("terkirim")

    admin.sees_counts("tambah-pendaftaran", [total, waiting, sent + 1, failed - 1])


def test_an_admin_filters_by_count_by_name_and_by_saved_filter(admin: Admin) -> None:
    counts = admin.true_counts(Jenis.TAMBAH_ANTREAN)
    for place, count in enumerate(counts):  # each number opens what it counts
        admin.sees_counts("tambah-antrean", counts)
        row = admin.page.get_by_role("row").filter(has_text="tambah-antrean").first
        admin.follows(row.get_by_role("link").nth(place))
        assert len(admin.lists()) == count

    admin.opens("/runs?tab=task-runs&state=Failed&type=period&period=Today")
    admin.sees("tambah-antrean RM-")
    norm = admin.a_failed_norm(Jenis.TAMBAH_ANTREAN)
    admin.page.get_by_placeholder("Search by task run name").fill(f"tambah-antrean {norm}")
    runs = admin.page.get_by_role("link", name=re.compile("tambah-antrean RM-"))
    expect(runs).to_have_count(1)
    expect(runs).to_contain_text(norm)
    admin.keeps("cari-norm")

    # The UI knows this filter by the name under which it was saved, and a state by our name.
    expect(admin.page.get_by_role("button", name="Gagal hari ini")).to_be_visible()
    admin.opens("/runs?tab=task-runs&state=Ditunda&type=period&period=Today")
    admin.sees("panggil-antrean RM-")
    expect(admin.page.get_by_text("Failed", exact=True)).to_have_count(0)

    admin.opens_landing()
    admin.follows("Reset Filter")
    admin.sees("All run states")


def test_an_admin_reads_the_report_with_its_chart(admin: Admin) -> None:
    admin.opens_landing()
    admin.follows("Perbarui Data")
    ended = admin.submits()
    assert re.fullmatch(r"\d+ pekerjaan tanggal \S+, berhasil \d+,\d %", ended["state"]["message"])
    admin.follows(admin.page.get_by_text("Artifacts", exact=True))
    admin.follows(admin.page.get_by_role("link", name=re.compile(r"\blaporan\s")).last)
    chart = admin.page.locator("img[src^='data:image/svg+xml']")
    expect(chart).to_be_visible()
    assert chart.evaluate("image => image.naturalWidth") > 0  # the browser could draw it
    admin.keeps("laporan")


def test_an_admin_settles_by_hand_what_is_in_bpjs_already(admin: Admin) -> None:
    total, waiting, sent, failed = admin.true_counts(Jenis.TAMBAH_ANTREAN)
    (row, *_) = look(
        admin.clinic.database, Filter(Jenis.TAMBAH_ANTREAN, status="tidak-terkirim"), limit=1
    ).rows
    admin.opens_form("tutup", {"pekerjaan_id": row["id"]})
    admin.chooses("sudah-ada", "hasil")
    admin.fills("alasan", "sudah ada di aplikasi BPJS")
    admin.fills("oleh", "Rina")
    admin.keeps("tutup")
    assert admin.submits()["state"]["message"] == f"Ditutup · pekerjaan {row['id']}, sudah-ada"
    admin.sees_counts("tambah-antrean", [total - 1, waiting, sent, failed - 1])


def control(admin: Admin, what: str, asked: dict[str, Any]) -> None:
    """Change what BPJS does."""
    url = f"{admin.clinic.plan.control_url}/control/{what}"
    httpx.post(url, json=asked, timeout=30).raise_for_status()


@pytest.fixture
def patients(admin: Admin) -> Iterator[list[Patient]]:
    """Three whose cards BPJS does not know yet."""
    day = [Patient(number, date.today()) for number in (905, 913, 921)]
    control(admin, "options", {"unknown_cards": [patient.card for patient in day]})
    yield day
    control(admin, "outage", {"on": False})


def hand_over(admin: Admin, patients: list[Patient]) -> None:
    lines = [
        json.dumps(line | {"nama_pasien": f"{NAME} {patient.number}"})
        for patient in patients
        for line in patient.lines()
        if line["jenis"] == "tambah-pendaftaran"
    ]
    children, environ = admin.clinic.children, admin.clinic.plan.environ
    children.run("Gangguan", commands.bpjs("enqueue", "-"), environ, typed="\n".join(lines))


def test_jobs_wait_for_bpjs_and_those_refused_afterwards_are_sent_again_in_bulk(
    admin: Admin, patients: list[Patient]
) -> None:
    total, waiting, sent, failed = admin.true_counts(Jenis.TAMBAH_PENDAFTARAN)
    control(admin, "outage", {"on": True})
    hand_over(admin, patients)
    admin.sees_counts("tambah-pendaftaran", [total + 3, waiting + 3, sent, failed])
    admin.sees_later("Layanan pcare")
    admin.keeps("gangguan")
    control(admin, "outage", {"on": False})
    admin.sees_counts("tambah-pendaftaran", [total + 3, waiting, sent, failed + 3])

    control(admin, "options", {"unknown_cards": []})
    admin.follows("Kirim ulang massal")
    admin.fills("nama", NAME)
    admin.keeps("kirim-ulang-massal")
    assert admin.submits()["state"]["message"] == "3 pekerjaan gagal cocok; tidak ada yang dikirim"
    admin.follows(admin.page.get_by_text("Artifacts", exact=True))
    admin.follows(admin.page.get_by_role("link", name="kirim-ulang-massal").last)
    admin.sees("Kirim ulang 3 pekerjaan ini")
    admin.keeps("daftar-massal")
    admin.follows("Kirim ulang 3 pekerjaan ini")
    assert admin.submits()["state"]["message"] == "3 terkirim"
    admin.sees_counts("tambah-pendaftaran", [total + 3, waiting, sent + 3, failed])
