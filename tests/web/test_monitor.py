"""Monitoring: the filter, the cards that equal their lists, causes, pages, and what is only polled."""

import re
from datetime import timedelta
from typing import Any

import httpx
import pytest

from database import enqueue
from database.jobs.verdict import Verdict
from database.status import Status
from database.views.job_page import job_page
from database.vocabulary import Reason
from tests.tasks.bodies import BODIES
from tests.web.site import Site
from web import monitor

PAGE = "/bpjs-fktp/monitoring"
PART = {"HX-Request": "true"}


def cards(text: str) -> dict[str, str]:
    """The number on each card."""
    return dict(re.findall(r"<span>(Total|Menunggu|Berhasil|Gagal)</span> <b>([^<]*)</b>", text))


def rows(text: str) -> list[int]:
    """The jobs of the table, in its order."""
    return [int(number) for number in re.findall(r'<tr id="baris-(\d+)"', text)]


def field(text: str, name: str) -> str:
    """What stands in the field of this id, as the form sends it."""
    [value] = re.findall(rf'<input id="{name}"[^>]* value="([^"]*)"', text)
    return str(value)


def test_today_is_shown_first_with_a_card_for_each_count(site: Site) -> None:
    site.failed(norm="RM-1")
    sent = site.clinic.hand_over("tambah-pendaftaran", norm="RM-2")
    site.clinic.bring_to(sent, Status.TERKIRIM)
    waiting = site.clinic.hand_over("tambah-antrean", norm="RM-3")
    text = site.logged_in("budi").get(PAGE).text
    assert cards(text) == {"Total": "3", "Menunggu": "1", "Berhasil": "1", "Gagal": "1"}
    assert rows(text)[0] == waiting


@pytest.mark.parametrize(
    ("status", "card"),
    [
        ("semua", "Total"),
        ("belum-diproses", "Menunggu"),
        ("terkirim", "Berhasil"),
        ("tidak-terkirim", "Gagal"),
    ],
)
def test_a_card_equals_the_list_behind_it(site: Site, status: str, card: str) -> None:
    for number, end in enumerate(
        [Status.GAGAL, Status.GAGAL, Status.TERKIRIM, Status.TIDAK_PASTI, Status.PROSES]
    ):
        site.clinic.bring_to(site.clinic.hand_over("tambah-pendaftaran", norm=f"RM-{number}"), end)
    client = site.logged_in("budi")
    text = client.get(PAGE, params={"status": status}).text
    assert int(cards(text)[card]) == len(rows(text))


def test_the_columns_follow_the_job_type(site: Site) -> None:
    site.clinic.hand_over("tambah-antrean")
    text = site.logged_in("budi").get(PAGE, params={"jenis": "tambah-antrean"}).text
    for heading in ("Poli", "Dokter", "Jam Praktik", "No. Antrean"):
        assert f'<th scope="col">{heading}</th>' in text


def test_a_norm_or_a_part_of_a_name_finds_the_patient_and_stays_out_of_the_address(site: Site) -> None:
    site.failed(norm="RM-77")
    site.failed(norm="RM-78")
    client = site.logged_in("budi")
    for words, found in (("RM-77", 1), ("contoh", 2), ("tidak ada", 0), ("RM-7", 0)):
        answer = client.post(PAGE, data={"cari": words}, headers=PART)
        assert len(rows(answer.text)) == found, words
        assert words.replace(" ", "+") not in answer.headers["HX-Push-Url"]


def test_the_rest_of_the_filter_stands_in_the_address(site: Site) -> None:
    form = {"jenis": "tambah-kunjungan", "tanggal": "semua", "status": "terkirim", "faskes": "utama"}
    address = site.logged_in("budi").post(PAGE, data=form, headers=PART).headers["HX-Push-Url"]
    assert address == f"{PAGE}?jenis=tambah-kunjungan&tanggal=semua&status=terkirim&faskes=utama"


@pytest.mark.parametrize(
    "more", [{"jenis": "tambah-antrean"}, {"status": "belum-diproses"}, {"cari": "RM-1"}, {"jejak": "9"}, {}]
)
def test_all_days_stay_chosen_when_the_rest_of_the_form_is_used(site: Site, more: dict[str, str]) -> None:
    site.clinic.hand_over("tambah-antrean", norm="RM-1")
    client = site.logged_in("budi")
    day = field(client.get(PAGE, params={"tanggal": "semua"}).text, "tanggal")
    answer = client.post(PAGE, data={"tanggal": day} | more, headers=PART)
    assert "tanggal=semua" in answer.headers["HX-Push-Url"]
    assert field(answer.text, "tanggal") == ""


def test_from_all_days_a_button_leads_back_to_today(site: Site) -> None:
    client = site.logged_in("budi")
    text = client.get(PAGE, params={"tanggal": "semua"}).text
    [button] = re.findall(r'<button name="tanggal" value="([^"]*)">Hari ini', text)
    answer = client.post(PAGE, data={"tanggal": ["", button]}, headers=PART)
    assert answer.headers["HX-Push-Url"] == PAGE


@pytest.mark.parametrize("typed", ["31-02-2026", "besok", "2026", "0-0-0", "99999999999"])
def test_a_day_that_is_none_is_said_and_today_is_shown(site: Site, typed: str) -> None:
    site.failed()
    text = site.logged_in("budi").get(PAGE, params={"tanggal": typed}).text
    assert "Tanggal harus" in text
    assert len(rows(text)) == 1


def test_the_day_before_and_after_are_a_click_away(site: Site) -> None:
    text = site.logged_in("budi").get(PAGE, params={"tanggal": "01-03-2026"}).text
    assert 'value="28-02-2026"' in text
    assert 'value="02-03-2026"' in text
    assert 'name="tanggal" value="semua"' in text


@pytest.mark.parametrize("day", ["01-01-0001", "31-12-9999"])
def test_the_first_and_the_last_day_of_all_are_days_too(site: Site, day: str) -> None:
    assert site.logged_in("budi").get(PAGE, params={"tanggal": day}).status_code == 200


def test_fifty_a_page_and_each_job_on_one_of_them(site: Site) -> None:
    jobs = {site.clinic.hand_over("tambah-antrean", norm=f"RM-{number:03}") for number in range(120)}
    client = site.logged_in("budi")
    for order in ("terbaru", "terlama", "norm", "nama", "status", "percobaan"):
        seen: list[int] = []
        trail = ""
        while True:
            text = client.post(PAGE, data={"urut": order, "jejak": trail}, headers=PART).text
            assert len(rows(text)) <= 50
            seen += rows(text)
            following = re.search(r'name="jejak" value="([\d,]+)">Berikutnya', text)
            if following is None:
                break
            trail = following[1]
        assert sorted(seen) == sorted(jobs), order


def test_what_failed_alike_is_one_cause_and_a_click_shows_its_jobs(site: Site) -> None:
    first, second = site.failed(norm="RM-1"), site.failed(norm="RM-2")
    other = site.failed("tambah-antrean", norm="RM-3")
    client = site.logged_in("budi")
    keys = re.findall(r'name="sebab" value="(\w+)"', client.get(PAGE).text)
    assert len(keys) == 2
    found = {frozenset(rows(client.post(PAGE, data={"sebab": key}, headers=PART).text)) for key in keys}
    assert found == {frozenset({first, second}), frozenset({other})}


def test_a_cause_is_explained_where_the_dictionary_knows_it(site: Site) -> None:
    for norm, message in (("RM-1", "Waktu tidak valid"), ("RM-2", "Ikan terbang")):
        site.clinic.take(job_id := site.clinic.hand_over("panggil-antrean", norm))
        site.clinic.finish(job_id, Verdict(Status.GAGAL, Reason.REFUSED, message))
    causes = re.findall(r"<li><button.*?</li>", site.logged_in("budi").get(PAGE).text, re.DOTALL)
    explained, unknown = sorted(causes, key=lambda cause: "Ikan terbang" in cause)
    assert "<b>Artinya:</b> BPJS menolak waktu panggilnya" in explained
    assert "<b>Yang perlu dilakukan:</b> Periksa jam komputer" in explained
    assert "Artinya" not in unknown


def test_a_cause_never_seen_before_is_marked_for_a_day(site: Site) -> None:
    site.failed()
    client = site.logged_in("budi")
    for _ in range(2):
        assert '<span class="badge tidak_pasti">baru</span>' in client.get(PAGE).text
    real = site.database.clock
    site.database.clock = lambda: real() + timedelta(days=1, minutes=1)
    try:
        later = site.logged_in("budi")
        assert "baru</span>" not in later.get(PAGE, params={"tanggal": "semua"}).text
        site.failed("tambah-antrean", norm="RM-2")
        assert "baru</span>" in later.get(PAGE, params={"tanggal": "semua"}).text
    finally:
        site.database.clock = real


def test_what_earlier_days_left_open_is_said(site: Site) -> None:
    site.failed()
    real = site.database.clock
    site.database.clock = lambda: real() + timedelta(days=1)
    try:
        client = site.client()
        client.post("/masuk", data={"nama": "budi", "kata_sandi": "kata sandi yang panjang"})
        assert "<b>1 gagal</b>, <b>0 menunggu</b>" in client.get(PAGE).text
    finally:
        site.database.clock = real


def test_an_unchanged_part_is_not_sent_again(site: Site) -> None:
    job_id = site.failed()
    client = site.logged_in("budi")
    first = client.post(f"{PAGE}/terkini", headers=PART)
    again = client.post(f"{PAGE}/terkini", headers=PART | {"X-Terakhir": first.headers["X-Terakhir"]})
    assert (first.status_code, again.status_code) == (200, 204)
    client.post(f"/bpjs-fktp/pekerjaan/{job_id}/kirim-ulang", data={"dari": "tabel"}, headers=PART)
    changed = client.post(f"{PAGE}/terkini", headers=PART | {"X-Terakhir": first.headers["X-Terakhir"]})
    assert changed.status_code == 200


def test_what_somebody_has_chosen_is_still_chosen_after_a_poll(site: Site) -> None:
    job_id = site.failed()
    answer = site.logged_in("budi").post(f"{PAGE}/terkini", data={"pilih": str(job_id)}, headers=PART)
    assert f'value="{job_id}" checked' in answer.text


def test_a_search_by_name_is_not_repeated_by_the_page_itself(site: Site) -> None:
    client = site.logged_in("budi")
    assert client.post(f"{PAGE}/terkini", data={"cari": "siti"}, headers=PART).status_code == 204


HOSTILE = [
    "<img src=x onerror=alert(1)>",
    '"><script>alert(1)</script>',
    "{{ 7*7 }}",
    "\u202egnirts",
    "🩺 Nur",
    "a" * 200,
]


@pytest.mark.parametrize("name", HOSTILE)
def test_a_hostile_name_is_shown_as_text(site: Site, name: str) -> None:
    enqueue("tambah-antrean", "RM-1", name, BODIES["tambah-antrean"], database=site.database)
    text = site.logged_in("budi").get(PAGE).text
    assert "<img src=x" not in text
    assert "<script>alert" not in text
    assert "49" not in re.findall(r"<bdi>([^<]*)</bdi>", text)
    assert len(rows(text)) == 1


def test_nonsense_in_the_filter_is_left_aside(site: Site) -> None:
    client: httpx.Client = site.logged_in("budi")
    nonsense = {
        "jenis": "' OR 1=1 --",
        "status": "apa saja",
        "urut": "; DROP TABLE jobs",
        "jejak": "1,x,99999999999999999999999",
        "sebab": "'",
        "faskes": "\u0000",
        "cari": "%_\\'",
    }
    assert client.post(PAGE, data=nonsense, headers=PART).status_code == 200
    assert client.get(PAGE, params=nonsense).status_code == 200


def test_viewers_of_the_same_share_a_look_and_those_of_another_clinic_do_not(
    site: Site, monkeypatch: pytest.MonkeyPatch
) -> None:
    looked = []

    def counted(*given: Any) -> Any:
        looked.append(given)
        return job_page(*given)

    monkeypatch.setattr(monitor, "job_page", counted)
    for name in ("budi", "budi", "sari", "tono"):
        site.logged_in(name).post(f"{PAGE}/terkini", headers=PART)
    assert len(looked) == 3
    client = site.logged_in("budi")
    job_id = site.failed()
    client.post(f"/bpjs-fktp/pekerjaan/{job_id}/kirim-ulang", data={"dari": "tabel"}, headers=PART)
    assert rows(client.post(f"{PAGE}/terkini", headers=PART).text) == [job_id]
