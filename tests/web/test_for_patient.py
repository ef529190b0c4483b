"""Menunggu pasien: counted above the cards, listed with what to tell the patient, checked again at a click."""

import re
from datetime import timedelta

import pytest

from bpjs_client.identifiers import mostly_masked
from database.jobs.verdict import Verdict
from database.status import Status
from database.vocabulary import Reason
from tests.tasks.bodies import CARD
from tests.web.site import Site
from tests.web.test_bulk import PAGE as BULK
from tests.web.test_bulk import counted, wait_until
from tests.web.test_monitor import PAGE, cards, rows

LIST = {"tanggal": "semua", "status": "menunggu-pasien"}
SAID = "Anda belum melakukan skrining kesehatan. · minta pasien mengisinya; dicek lagi sendiri 10:30"


def refused(site: Site, norm: str, **changes: str) -> int:
    """A queue entry whose patient must act first."""
    job_id = site.clinic.hand_over("tambah-antrean", norm, **changes)
    site.clinic.take(job_id)
    verdict = Verdict(Status.MENUNGGU, Reason.NEEDS_SCREENING, SAID, due_in=timedelta(hours=9))
    site.clinic.finish(job_id, verdict)
    return job_id


def number_above(text: str) -> list[str]:
    return re.findall(r"Menunggu pasien: ([\d.]+)", text)


def test_they_are_counted_above_the_cards_and_in_the_card_of_what_waits(site: Site) -> None:
    client = site.logged_in("budi")
    site.clinic.hand_over("tambah-antrean", "RM-0")
    assert number_above(client.get(PAGE).text) == []
    refused(site, "RM-1")
    refused(site, "RM-2")
    text = client.get(PAGE).text
    assert number_above(text) == ["2"]
    assert "Minta pasien mengisi skrining riwayat kesehatan di Mobile JKN" in text
    assert cards(text) == {"Total": "3", "Menunggu": "3", "Berhasil": "0", "Gagal": "0"}
    assert number_above(client.get(PAGE, params={"tanggal": "01-01-2020"}).text) == ["2"]
    assert number_above(site.logged_in("tono").get(PAGE).text) == []


def test_the_list_has_them_alone_with_the_end_of_the_card_and_what_to_tell(site: Site) -> None:
    site.clinic.hand_over("tambah-antrean", "RM-0")
    site.failed(norm="RM-9")
    job_id = refused(site, "RM-1")
    text = site.logged_in("budi").get(PAGE, params=LIST).text
    assert rows(text) == [job_id]
    assert f'data-kolom="No. Kartu" class="rapat">{mostly_masked(CARD)}</td>' in text
    assert CARD not in text
    assert SAID in text
    assert f"Periksa lagi pekerjaan {job_id}" in text
    assert 'value="menunggu-pasien" selected' in text
    assert rows(site.logged_in("tono").get(PAGE, params=LIST).text) == []


def test_the_detail_says_what_to_do_and_checks_again(site: Site) -> None:
    job_id = refused(site, "RM-1")
    client = site.logged_in("budi")
    text = client.get(f"/bpjs-fktp/pekerjaan/{job_id}", headers={"HX-Request": "true"}).text
    assert "Pasien belum mengisi skrining kesehatan tahun ini." in text
    assert '<button class="utama">Periksa lagi</button>' in text
    client.post(f"/bpjs-fktp/pekerjaan/{job_id}/kirim-ulang", data={"versi": site.clinic.job(job_id).version})
    job = site.clinic.job(job_id)
    assert job.due_at <= site.database.clock()
    assert site.clinic.claim() == [job_id]


def test_all_of_the_list_are_checked_again_and_nothing_else(site: Site) -> None:
    waiting = [refused(site, f"RM-{number}", nomorkartu=f"000100000000{number}") for number in range(3)]
    failed = site.failed(norm="RM-9")
    client = site.logged_in("budi")
    text, form = counted(client, status="menunggu-pasien")
    assert "<b>3</b> pekerjaan yang menunggu pasien akan dikirim ulang" in text
    client.post(f"{BULK}/kirim", data={**form, "per_menit": "6000"})
    wait_until(site, waiting, Status.MENUNGGU)
    assert all_due(site, waiting)
    assert site.clinic.status(failed) == Status.GAGAL


def all_due(site: Site, job_ids: list[int]) -> bool:
    for _ in range(100):
        if all(site.clinic.job(job_id).due_at <= site.database.clock() for job_id in job_ids):
            return True
    return False


@pytest.mark.parametrize("status", ["semua", "tidak-terkirim"])
def test_what_failed_is_sent_again_without_them(site: Site, status: str) -> None:
    refused(site, "RM-1")
    failed = site.failed(norm="RM-9")
    text, form = counted(site.logged_in("budi"), status=status)
    assert "<b>1</b> pekerjaan gagal akan dikirim ulang" in text
    assert form["pilih"] == [str(failed)]
