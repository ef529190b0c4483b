"""Laporan: the figures of one's own clinics, the visits that are missing, and the tables as files."""

import csv
import io
import re
import zipfile
from datetime import timedelta

import pandas as pd
import pytest

from database.people.acts import last_acts
from database.status import Status
from database.views.monitor import today
from tests.web.site import Site, add
from web.bars import MOST, bars_of

PAGE, FILE = "/bpjs-fktp/laporan", "/bpjs-fktp/laporan/unduh"


@pytest.fixture
def filled(site: Site) -> Site:
    """Two visits of one clinic that are missing, one of the other, and a delivered registration."""
    day = f"{today(site.database):%d-%m-%Y}"
    site.failed("tambah-kunjungan", "RM-1", tglDaftar=day)
    site.clinic.hand_over("tambah-kunjungan", "RM-2", tglDaftar=day)
    site.clinic.hand_over("tambah-kunjungan", "RM-MELATI", tglDaftar=day, faskes="klinik-melati")
    site.clinic.bring_to(site.clinic.hand_over("tambah-antrean", "RM-3"), Status.TERKIRIM)
    return site


def figure(text: str, name: str) -> str:
    found = re.search(f"<dt>{name}</dt><dd>([^<]*)</dd>", text)
    assert found, text
    return found[1]


def test_the_figures_are_those_of_ones_own_clinics(filled: Site) -> None:
    mine = filled.logged_in("budi").get(PAGE).text
    assert figure(mine, "Pekerjaan") == "3"
    assert figure(mine, "Berhasil") == "50,0 %"
    assert "RM-MELATI" not in mine
    assert figure(filled.logged_in("tono").get(PAGE).text, "Pekerjaan") == "1"
    every = filled.logged_in("sari").get(PAGE).text
    assert figure(every, "Pekerjaan") == "4"
    assert "RM-MELATI" in every


def test_another_clinics_report_is_nobodys_business(filled: Site) -> None:
    client = filled.logged_in("budi")
    for path in (PAGE, f"{FILE}?tabel=kunjungan&bentuk=csv"):
        refused = client.get(path, params={"faskes": "klinik-melati", "tabel": "kunjungan", "bentuk": "csv"})
        assert refused.status_code == 403
        assert "RM-MELATI" not in refused.text


def test_who_sees_several_clinics_chooses_one_or_none(filled: Site) -> None:
    add(filled.database, "wati", "utama", "klinik-melati")
    client = filled.logged_in("wati")
    assert figure(client.get(PAGE).text, "Pekerjaan") == "4"
    assert figure(client.get(PAGE, params={"faskes": "klinik-melati"}).text, "Pekerjaan") == "1"


def test_the_missing_visits_are_counted_down_and_listed(filled: Site) -> None:
    text = filled.logged_in("budi").get(PAGE).text
    assert re.search(r"Kunjungan \w+ \d{4}: \d+ hari lagi sampai 03-\d\d-\d{4}", text)
    assert "<b>2 belum</b>" in text
    assert "RM-1<" in text
    assert "contoh pesan" in text


def test_days_may_be_chosen(filled: Site) -> None:
    client = filled.logged_in("budi")
    before = f"{today(filled.database) - timedelta(days=1):%d-%m-%Y}"
    assert figure(client.get(PAGE, params={"dari": before, "sampai": before}).text, "Pekerjaan") == "0"
    assert figure(client.get(PAGE, params={"dari": before}).text, "Pekerjaan") == "3"
    assert figure(client.get(PAGE, params={"dari": "semua"}).text, "Pekerjaan") == "3"


def test_words_without_an_explanation_are_counted_and_can_be_taken_away(filled: Site) -> None:
    client = filled.logged_in("budi")
    text = client.get(PAGE).text
    (table,) = re.findall(r'aria-labelledby="tabel-kata">.*?</section>', text, re.DOTALL)
    assert "Kata BPJS yang belum dikenal" in table
    assert "<bdi>… pesan</bdi>" in table
    file = client.get(FILE, params={"tabel": "kata", "bentuk": "csv"})
    assert list(csv.DictReader(io.StringIO(file.text))) == [{"Kata BPJS": "… pesan", "Gagal": "1"}]


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ({"dari": "kapan"}, "Tanggal awal harus dd-MM-yyyy"),
        ({"sampai": "31-02-2026"}, "Tanggal akhir"),
        ({"dari": "02-01-2026", "sampai": "01-01-2026"}, "Tanggal akhir tidak boleh sebelum tanggal awal."),
        ({"dari": "<img src=x>"}, "Tanggal awal"),
        ({"dari": "1" * 500}, "Tanggal awal"),
    ],
    ids=str,
)
def test_a_wrong_day_is_a_sentence_and_stays(filled: Site, query: dict[str, str], says: str) -> None:
    client = filled.logged_in("budi")
    answer = client.get(PAGE, params=query)
    assert answer.status_code == 200
    assert says in answer.text
    assert "<img src=x>" not in answer.text
    assert figure(answer.text, "Pekerjaan") == "3"
    refused = client.get(FILE, params=query | {"tabel": "jenis", "bentuk": "csv"})
    assert refused.status_code == 422


@pytest.mark.parametrize("day", ["01-01-0001", "31-12-9999"])
def test_the_ends_of_the_calendar_are_days_too(filled: Site, day: str) -> None:
    client = filled.logged_in("budi")
    for query in ({"dari": day}, {"sampai": day}, {"dari": day, "sampai": day}):
        assert client.get(PAGE, params=query).status_code == 200


def test_a_table_is_a_csv_file(filled: Site) -> None:
    answer = filled.logged_in("budi").get(FILE, params={"tabel": "jenis", "bentuk": "csv"})
    assert answer.headers["content-disposition"].startswith('attachment; filename="laporan-jenis-')
    rows = list(csv.DictReader(io.StringIO(answer.text)))
    assert {row["Jenis"]: row["Jumlah"] for row in rows} == {"tambah-kunjungan": "2", "tambah-antrean": "1"}


def test_the_missing_visits_are_a_spreadsheet_and_taking_it_is_written_down(filled: Site) -> None:
    answer = filled.logged_in("budi").get(FILE, params={"tabel": "kunjungan", "bentuk": "xlsx"})
    book = zipfile.ZipFile(io.BytesIO(answer.content))
    texts = book.read("xl/sharedStrings.xml").decode()
    assert "RM-1<" in texts
    assert "RM-MELATI" not in texts
    (act, *_) = last_acts(filled.database, limit=1)
    assert (act.by, act.act, act.about) == ("budi", "unduh", "kunjungan.xlsx")


def test_a_formula_in_a_name_stays_text(site: Site) -> None:
    day = f"{today(site.database):%d-%m-%Y}"
    site.failed("tambah-kunjungan", "=1+1", tglDaftar=day)
    text = site.logged_in("budi").get(FILE, params={"tabel": "kunjungan", "bentuk": "csv"}).text
    assert "'=1+1" in text


@pytest.mark.parametrize(
    "query", [{"tabel": "rahasia", "bentuk": "csv"}, {"tabel": "jenis", "bentuk": "exe"}, {}], ids=str
)
def test_there_are_no_other_files(site: Site, query: dict[str, str]) -> None:
    assert site.logged_in("budi").get(FILE, params=query).status_code == 404


def test_every_bar_is_as_high_as_its_jobs() -> None:
    course = pd.DataFrame(
        {"Terkirim": [3, 0], "Menunggu": [0, 0], "Gagal": [1, 1], "Ditutup": [0, 0]}, index=[8, 9]
    )
    chart = bars_of(course)
    first, second = chart.bars
    assert [(part.colour, part.y, part.height) for part in first.parts] == [
        ("terkirim", 25, 75),
        ("gagal", 0, 25),
    ]
    assert [(part.colour, part.y, part.height) for part in second.parts] == [("gagal", 75, 25)]
    assert first.says == "08.00: 3 terkirim, 1 gagal"


def test_of_many_days_the_last_are_drawn() -> None:
    days = [f"2026-01-{number}" for number in range(MOST + 5)]
    course = pd.DataFrame(dict.fromkeys(("Terkirim", "Menunggu", "Gagal", "Ditutup"), 1), index=days)
    chart = bars_of(course)
    assert (len(chart.bars), chart.left_out, chart.bars[-1].says[:5]) == (MOST, 5, f"{MOST + 4}-01")
    assert len([bar for bar in chart.bars if bar.label]) <= 6
