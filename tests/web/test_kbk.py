"""Laporan KBK: a clinic's month on the page, for those who may see it, and what is missing as files."""

import csv
import io
import re
import zipfile
from datetime import timedelta
from typing import Any

import pytest

from database.people.acts import last_acts
from database.status import Status
from database.views.monitor import today
from tasks.reporting import Reporting, Reportings, month_after
from tests.tasks.bodies import CARD
from tests.tasks.test_srbk import REFERRED
from tests.web.site import Site, add

PAGE, FILE = "/bpjs-fktp/laporan/kbk", "/bpjs-fktp/laporan/kbk/unduh"
WELL = {"kunjSakit": False, "kdPoli": "021", "kdTkp": "50"}


def figure(text: str, name: str) -> str:
    found = re.search(f"<dt>{re.escape(name)}</dt><dd>([^<]*)</dd>", text)
    assert found, text
    return found[1]


def delivered(site: Site, jenis: str, norm: str, **changes: Any) -> int:
    day = f"{today(site.database):%d-%m-%Y}"
    return site.clinic.bring_to(
        site.clinic.hand_over(jenis, norm, **{"tglDaftar": day, **changes}), Status.TERKIRIM
    )


@pytest.fixture
def filled(site: Site) -> Site:
    """A sick contact that ended in a referral, a healthy one, a sick registration alone; another clinic's."""
    site.desk.reportings = Reportings(Reporting(day=28, members=100))
    referral = {**REFERRED, "rujukLanjut": {**REFERRED["rujukLanjut"], "tglEstRujuk": "31-12-2099"}}
    for jenis, more in (("tambah-pendaftaran", {}), ("tambah-kunjungan", referral)):
        delivered(site, jenis, "RM-1", **more)
    delivered(site, "tambah-pendaftaran", "RM-2", **WELL, noKartu="0001000000002")
    delivered(site, "tambah-pendaftaran", "RM-3", noKartu="0001000000003")
    delivered(site, "tambah-pendaftaran", "RM-MELATI", faskes="klinik-melati")
    return site


def here(site: Site) -> dict[str, str]:
    """The month that runs, whichever closes next."""
    return {"bulan": f"{today(site.database):%Y-%m}"}


def test_the_figures_and_what_is_missing_are_of_ones_own_clinic(filled: Site) -> None:
    text = filled.logged_in("budi").get(PAGE, params=here(filled)).text
    assert figure(text, "Peserta") == "2 orang, masing-masing sekali sebulan"
    assert (figure(text, "Kontak sakit"), figure(text, "Kontak sehat")) == ("1", "1")
    assert figure(text, "Angka kontak") == "20,0 per mil (2 dari 100 peserta terdaftar)"
    assert (figure(text, "Rujukan tanpa TACC"), figure(text, "Rujukan dengan TACC")) == ("1", "0")
    assert "Belum di BPJS: 1" in text
    assert "RM-3" in text
    assert "RM-MELATI" not in text
    assert CARD not in text


def test_what_is_missing_leads_to_its_job(filled: Site) -> None:
    client = filled.logged_in("budi")
    text = client.get(PAGE, params=here(filled)).text
    (address,) = re.findall(r'data-kolom="Tanggal" class="rapat"><a href="([^"]+)"', text)
    assert "RM-3" in client.get(address).text
    assert "serahkan kunjungannya" in text


def test_another_clinics_month_is_nobodys_business(filled: Site) -> None:
    client = filled.logged_in("budi")
    for path in (PAGE, FILE):
        refused = client.get(path, params={"faskes": "klinik-melati", "bentuk": "csv"})
        assert refused.status_code == 403
        assert "RM-MELATI" not in refused.text


def test_who_sees_several_clinics_chooses_one(filled: Site) -> None:
    add(filled.database, "wati", "utama", "klinik-melati")
    client = filled.logged_in("wati")
    assert "RM-3" in client.get(PAGE, params=here(filled)).text
    other = client.get(PAGE, params={"faskes": "klinik-melati"} | here(filled)).text
    assert "RM-MELATI" in other
    assert "RM-3" not in other
    assert 'href="/bpjs-fktp/laporan?faskes=klinik-melati"' in other
    deliveries = client.get("/bpjs-fktp/laporan", params={"faskes": "klinik-melati"}).text
    assert 'href="/bpjs-fktp/laporan/kbk?faskes=klinik-melati"' in deliveries


@pytest.mark.parametrize("typed", ["2026-13", "kapan", "<img src=x>", "1" * 500, "2999-12"])
def test_a_wrong_month_is_a_sentence_and_no_file(filled: Site, typed: str) -> None:
    client = filled.logged_in("budi")
    answer = client.get(PAGE, params={"bulan": typed})
    assert answer.status_code == 200
    assert re.search(r'role="alert">(Bulan harus|Bulan itu belum mulai)', answer.text)
    assert "<img src=x>" not in answer.text
    assert client.get(FILE, params={"bulan": typed, "bentuk": "csv"}).status_code == 422


def test_the_closing_day_is_counted_down_and_said_to_be_over(filled: Site) -> None:
    client, now = filled.logged_in("budi"), today(filled.database)
    due = month_after(now).replace(day=28)
    left = (due - now).days
    assert f"Batas {due:%d-%m-%Y}, {left} hari lagi." in client.get(PAGE, params=here(filled)).text
    long_ago = client.get(PAGE, params={"bulan": "2020-01"}).text
    assert re.search(r"Batas 28-02-2020 sudah lewat \d+ hari\.", long_ago)
    assert "Tidak ada yang belum di BPJS." in long_ago


def test_one_steps_from_month_to_month_and_not_into_the_future(filled: Site) -> None:
    client = filled.logged_in("budi")
    now = today(filled.database)
    text = client.get(PAGE, params=here(filled)).text
    (before,) = re.findall(r'href="([^"]+)">‹', text)
    assert " ›</a>" not in text
    earlier = client.get(before.replace("&amp;", "&")).text
    assert f"?bulan={now:%Y-%m}" in earlier
    assert "Belum di BPJS: 0" in earlier


def test_what_is_missing_is_a_file_and_taking_it_is_written_down(filled: Site) -> None:
    client = filled.logged_in("budi")
    answer = client.get(FILE, params={"bentuk": "csv"} | here(filled))
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert (row["Norm"], row["Keadaan"]) == ("RM-3", "pendaftaran tanpa kunjungan")
    sheet = client.get(FILE, params={"bentuk": "xlsx"} | here(filled))
    assert "RM-3" in zipfile.ZipFile(io.BytesIO(sheet.content)).read("xl/sharedStrings.xml").decode()
    (act, *_) = last_acts(filled.database, limit=1)
    assert (act.by, act.act, act.about) == ("budi", "unduh", "kbk.xlsx")
    assert client.get(FILE, params={"bentuk": "exe"}).status_code == 404


def test_the_month_of_a_visit_is_its_own(filled: Site) -> None:
    last = today(filled.database).replace(day=1) - timedelta(days=1)
    delivered(
        filled, "tambah-pendaftaran", "RM-4", **WELL, noKartu="0001000000004", tglDaftar=f"{last:%d-%m-%Y}"
    )
    client = filled.logged_in("budi")
    months = [f"{month:%Y-%m}" for month in (last, today(filled.database))]
    found = [figure(client.get(PAGE, params={"bulan": month}).text, "Kontak sehat") for month in months]
    assert found == ["1", "1"]
