"""What a job still lacks stands in its sidebar, and in the editor before anything is sent."""

import html
import re

from database.status import Status
from tests.leaks import leaks
from tests.tasks.bodies import CARD
from tests.web.site import Site
from tests.web.test_detail import PART, _typed, at

SECTION = re.compile(r'<section class="kurang".*?</section>', re.DOTALL)


def lacks(text: str) -> str:
    """What the section says; empty where there is none."""
    found = SECTION.search(text)
    return html.unescape(found[0]) if found else ""


def test_the_sidebar_of_a_failed_job_says_what_others_of_its_visit_tell(site: Site) -> None:
    registration = site.failed()
    visit = site.clinic.hand_over("tambah-kunjungan")
    client = site.logged_in("budi")
    assert lacks(client.get(at(registration), headers=PART).text) == ""
    said = lacks(client.get(at(visit), headers=PART).text)
    assert "Pasti ditolak:" in said
    assert f"Tambah-pendaftaran #{registration} gagal" in said
    assert "Perbaiki dan kirim ulang yang gagal itu" in said
    assert leaks(said) == set()


def test_the_sidebar_of_what_is_done_says_nothing(site: Site) -> None:
    visit = site.clinic.bring_to(site.clinic.hand_over("tambah-kunjungan", rantai="k"), Status.TERKIRIM)
    assert lacks(site.logged_in("budi").get(at(visit), headers=PART).text) == ""


def test_the_editor_says_it_before_anything_is_sent(site: Site) -> None:
    failed = site.failed()
    other = site.clinic.bring_to(site.clinic.hand_over("tambah-pendaftaran"), Status.TERKIRIM)
    client = site.logged_in("budi")
    text = client.post(at(failed, "/ubah"), headers=PART).text
    assert "Periksa dulu" in text
    assert f"Tambah-pendaftaran #{other} sudah ada di BPJS" in lacks(text)
    shown = client.post(at(failed, "/periksa"), data=_typed(text) | {"isi.kdPoli": "002"}, headers=PART).text
    assert "<ins>002</ins>" in shown
    assert f"#{other}" not in lacks(shown)
    assert CARD not in lacks(shown)


def test_hints_hinder_nobody(site: Site) -> None:
    failed = site.failed("tambah-kunjungan")
    client = site.logged_in("budi")
    text = client.post(at(failed, "/ubah"), headers=PART).text
    shown = client.post(at(failed, "/periksa"), data=_typed(text) | {"isi.kdDiag1": "A09"}, headers=PART).text
    said = lacks(shown)
    assert "Mungkin:" in said
    assert "Tidak ada pendaftaran" in said
    assert "belum pernah dibaca dari BPJS" in said
    done = client.post(at(failed, "/kirim"), data=_typed(shown), headers=PART).text
    assert "diterima dan dikirim" in done


def test_wrong_fields_and_wrong_codes_are_said_together(site: Site) -> None:
    site.reference("pcare/poli", {"001": "POLI UMUM", "002": "POLI GIGI"})
    failed = site.failed()
    client = site.logged_in("budi")
    text = client.post(at(failed, "/ubah"), headers=PART).text
    typed = _typed(text) | {"isi.kdPoli": "099", "isi.sistole": "seratus"}
    shown = html.unescape(client.post(at(failed, "/periksa"), data=typed, headers=PART).text)
    assert "Tidak ada di referensi poli BPJS" in shown
    assert "Harus bilangan bulat" in shown
    assert "Yang akan berubah" not in shown
