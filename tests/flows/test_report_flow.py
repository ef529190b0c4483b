"""The flow `laporan-monitoring` and the landing page: right counts, working links, and nobody named."""

import json
import re
from typing import Any

import pytest
from prefect import get_client

from database.views.monitor import today
from flows.kirim import kirim
from flows.kirim_ulang import kirim_ulang
from flows.laporan_monitoring import laporan_monitoring
from tasks.prefect_ui.landing import landing, leave_landing
from tasks.prefect_ui.saved_searches import SEARCHES, save_searches
from tasks.report.visit_month import visit_month
from tests.conftest import SQLITE
from tests.database.outage import names, refused, stopped, store, unknown_names, waiting
from tests.flows.bpjs import friendly
from tests.flows.prefect_server import PrefectServer, ask
from tests.flows.test_resend import picky
from tests.tasks.bodies import CARD
from tests.tasks.desk import Desk


@pytest.fixture
def morning(desk: Any) -> tuple[Desk, int]:
    """A delivered registration, one that BPJS refused, and a visit behind it."""
    here = desk(picky)
    here.deliver(here.hand_over("tambah-pendaftaran", "RM-1", kdPoli="002"))
    due = visit_month(here.database, today(here.database), here.at.clinics.reportings.default.day, None)
    seen = {"tglDaftar": f"{due.first:%d-%m-%Y}"}
    here.deliver(failed := here.hand_over("tambah-pendaftaran", "RM-2", **seen))
    here.hand_over("tambah-kunjungan", "RM-2", **seen)
    return here, failed


def artifacts(prefect: PrefectServer, run_id: object) -> dict[str, Any]:
    found = prefect.query("/artifacts/filter", artifacts={"flow_run_id": {"any_": [str(run_id)]}})
    return {str(each["key"]): each["data"] for each in found}


def test_it_leaves_tables_a_chart_the_months_progress_and_says_the_rate(
    morning: tuple[Desk, int], prefect: PrefectServer
) -> None:
    state = laporan_monitoring(return_state=True)
    left = artifacts(prefect, state.state_details.flow_run_id)

    assert (state.message or "").endswith(", berhasil 50,0 %")
    tables = {f"laporan-{name}" for name in ("jenis", "tanggal", "poli", "dokter", "alasan", "kata")}
    assert left.keys() == tables | {"laporan", "laporan-kunjungan", "laporan-kbk"}
    assert json.loads(left["laporan-alasan"]) == [{"Alasan": "ditolak 412", "Gagal": 1}]
    poli = {row["Poli"]: (row["Terkirim"], row["Gagal"]) for row in json.loads(left["laporan-poli"])}
    assert poli == {"002": (1, 0), "001": (0, 1)}
    assert "](data:image/svg+xml;base64," in left["laporan"]
    assert "| Berhasil | 50,0 % |" in left["laporan"]
    (kbk,) = json.loads(left["laporan-kbk"])
    assert (kbk["Faskes"], kbk["Peserta"], kbk["Kontak sakit"]) == ("utama", 0, 0)
    assert left["laporan-kunjungan"] == 0  # the one visit of the month is not in PCare


@pytest.mark.parametrize(
    ("typed", "complaint"),
    [
        ({"dari": "kemarin"}, "dari harus dd-MM-yyyy atau yyyy-MM-dd, atau semua"),
        ({"sampai": "besok"}, "sampai harus dd-MM-yyyy atau yyyy-MM-dd"),
        ({"dari": "2026-02-02", "sampai": "2026-02-01"}, "sampai tidak boleh sebelum dari"),
        ({"jenis": "x"}, "jenis tidak dikenal"),
    ],
)
@SQLITE
def test_nonsense_is_one_sentence(desk: Any, typed: dict[str, str], complaint: str) -> None:
    desk(friendly)
    state = laporan_monitoring(**typed, return_state=True)

    assert state.name == "Failed"
    assert complaint in (state.message or "")


@pytest.mark.long
def test_a_filtered_report_counts_only_that(morning: tuple[Desk, int]) -> None:
    counts = [
        laporan_monitoring(**typed, return_state=True).message
        for typed in (
            {"jenis": "tambah-kunjungan"},
            {"dari": "semua"},
            {"dari": "2001-01-01", "sampai": "2001-01-02"},
        )
    ]
    assert [(count or "").partition(" ")[0] for count in counts] == ["1", "3", "0"]


def row_of(page: str, name: str) -> list[str]:
    """The counts of one row of the landing page."""
    (line,) = [line for line in page.splitlines() if line.startswith(f"| {name} |")]
    return re.findall(r"\[(\d+)\]", line)


def test_the_landing_page_counts_links_and_names_no_card(morning: tuple[Desk, int]) -> None:
    here, failed = morning
    page = landing(here.database, named=True)

    assert row_of(page, "tambah-pendaftaran") == ["2", "0", "1", "1"]
    assert row_of(page, "**Semua**") == ["3", "1", "1", "1"]
    assert f"[{failed}](/artifacts/key/pekerjaan-{failed})" in page
    assert "RM-2" in page
    assert "RM-2" not in landing(here.database, named=False)
    assert CARD not in page


@SQLITE
def test_what_waits_leads_to_its_page_itself_and_not_to_the_list_of_its_versions(
    morning: tuple[Desk, int], prefect: PrefectServer
) -> None:
    here, failed = morning
    place = leave_landing(here.database, named=True)
    (kept,) = prefect.query("/artifacts/filter", artifacts={"id": {"any_": [str(place)]}})
    (page,) = prefect.query("/artifacts/latest/filter", artifacts={"key": {"any_": [f"pekerjaan-{failed}"]}})
    assert f"[{failed}](/artifacts/artifact/{page['latest_id']})" in str(kept["data"])


@SQLITE
def test_above_the_landing_page_a_few_lines_tell_of_any_outage(desk: Any) -> None:
    here = desk(friendly)
    store(here.database, [row for text in unknown_names(300) for row in (refused(text), *waiting(text))])
    store(here.database, [stopped(name, service) for name in names(500) for service in ("pcare", "antrean")])

    for known, expected in ((names(500), 3), (None, 3)):
        page = landing(here.database, named=True, known=known)
        told = [line for line in page.splitlines() if line.startswith("> ")]
        assert len(told) == expected
        assert all(len(line) < 300 and not re.search(r"[\[\]<`|]|www\.|://", line) for line in told)
        assert CARD not in page
    assert "300 pekerjaan menunggu dari 300 faskes" in landing(here.database, named=True, known=names(500))


def kept(prefect: PrefectServer, key: str) -> str:
    """The newest artifact of a key."""
    (found,) = prefect.query("/artifacts/latest/filter", artifacts={"key": {"any_": [key]}})
    return str(found["data"])


def behind(prefect: PrefectServer, page: str) -> dict[str, tuple[int, list[str]]]:
    """Each number of the landing page, by the key of its list: what it says, and the jobs that the list holds."""
    counts = page.partition("\n## ")[0]  # without the jobs that wait for somebody
    links = re.findall(r"\[(\d+)\]\(/artifacts/artifact/([0-9a-f-]+)\)", counts)
    assert len(links) == 4 * 8
    found = {}
    for count, place in links:
        text = ask("GET", f"{prefect.api_url}/artifacts/{place}")
        jobs = re.findall(r"^\| \[?(\d+)", text["data"], re.MULTILINE)
        found[str(text["key"])] = int(count), jobs
    return found


@pytest.mark.long
def test_each_count_leads_to_a_list_of_just_the_jobs_that_it_counts(
    morning: tuple[Desk, int], prefect: PrefectServer
) -> None:
    here, failed = morning
    leave_landing(here.database, named=True)
    before = behind(prefect, kept(prefect, "beranda"))
    assert all(count == len(jobs) for count, jobs in before.values()), before
    assert before["daftar-gagal"] == before["daftar-gagal-tambah-pendaftaran"] == (1, [str(failed)])

    kirim_ulang(str(failed), perubahan='{"kdPoli": "002"}', return_state=True)

    after = behind(prefect, kept(prefect, "beranda"))
    assert all(count == len(jobs) for count, jobs in after.values()), after
    assert after["daftar-gagal"] == (0, [])
    assert str(failed) in after["daftar-berhasil-tambah-pendaftaran"][1]
    # And its page is that of a delivered job now.
    page = kept(prefect, f"pekerjaan-{failed}")
    assert "| Status | terkirim |" in page
    assert "Keadaan pada " in page


def test_every_job_on_a_list_has_its_page_delivered_ones_too(desk: Any, prefect: PrefectServer) -> None:
    here = desk(picky)
    for norm, poli in (("RM-1", "002"), ("RM-2", "001")):  # one is taken, one refused, with a visit behind it
        here.hand_over("tambah-pendaftaran", norm, kdPoli=poli)
    here.hand_over("tambah-kunjungan", "RM-2")
    kirim()
    leave_landing(here.database, named=True)
    listed = re.findall(r"\[(\d+)\]\(/artifacts/artifact/([0-9a-f-]+)\)", kept(prefect, "daftar-total"))
    assert len(listed) == 3
    for number, place in listed:
        page = ask("GET", f"{prefect.api_url}/artifacts/{place}")["data"]
        job = here.job(int(number))
        assert page.startswith(f"# Pekerjaan {number} · {job.jenis} · {job.norm}\n")
        assert job.nama_pasien not in page
        assert f"| Status | {job.status} |" in page
    assert sorted(here.job(int(number)).status for number, _ in listed) == ["gagal", "menunggu", "terkirim"]
    pages = prefect.query(
        "/artifacts/filter", artifacts={"key": {"like_": "pekerjaan-"}}, sort="CREATED_DESC"
    )
    assert all(page["flow_run_id"] and page["task_run_id"] for page in pages[:3])  # forgotten with it


def test_it_is_written_anew_in_its_place_and_after_each_resend(
    morning: tuple[Desk, int], prefect: PrefectServer
) -> None:
    here, failed = morning
    place = leave_landing(here.database, named=True)
    kirim_ulang(str(failed), perubahan='{"kdPoli": "002"}', return_state=True)
    (page,) = prefect.query("/artifacts/filter", artifacts={"key": {"any_": ["beranda"]}})

    assert page["id"] == str(place)
    assert row_of(str(page["data"]), "tambah-pendaftaran") == ["2", "0", "2", "0"]
    assert "Tidak ada." in str(page["data"])


def test_filters_are_saved_by_name_once(prefect: PrefectServer) -> None:
    with get_client(sync_client=True) as client:
        save_searches(client)
        save_searches(client)
    saved = {str(each["name"]): each["filters"] for each in prefect.query("/saved_searches/filter")}

    assert saved.keys() >= SEARCHES.keys()
    wanted = {(each["property"], str(each["value"])) for each in saved["Gagal hari ini"]}
    assert wanted == {("range", "{'type': 'period', 'period': 'Today'}"), ("state", "['Failed']")}
