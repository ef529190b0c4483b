"""The sidebar of a job: masked until somebody opens it, resent, closed, and refused with a sentence."""

import html
import re

import pytest

from database.jobs.verdict import Verdict
from database.people.acts import last_acts
from database.status import Status
from database.vocabulary import Reason
from tests.web.site import Site

PART = {"HX-Request": "true"}


def at(job_id: int, more: str = "") -> str:
    return f"/bpjs-fktp/pekerjaan/{job_id}{more}"


def test_the_sidebar_says_what_happened_and_what_to_do(site: Site) -> None:
    job_id = site.failed()
    text = site.logged_in("budi").get(at(job_id), headers=PART).text
    for words in ("Tanggal", "Status", "HTTP Code", "Jumlah percobaan", "Request", "Response"):
        assert words in text
    for words in (
        "Artinya:",
        "Yang perlu dilakukan:",
        "Kirim Ulang",
        "Mode edit",
        "Kunjungan ini",
        "Riwayat",
    ):
        assert words in text


def test_as_a_page_of_its_own_the_table_stands_beside_it(site: Site) -> None:
    job_id = site.failed()
    text = site.logged_in("budi").get(at(job_id)).text
    assert f'id="baris-{job_id}"' in text
    assert 'class="rincian"' in text


def test_the_patients_numbers_are_shown_when_opened_and_that_is_written_down(site: Site) -> None:
    job_id = site.failed()
    card = str(site.clinic.job(job_id).body["noKartu"])
    client = site.logged_in("budi")
    assert card not in client.get(at(job_id), headers=PART).text
    assert card in client.post(at(job_id, "/buka"), headers=PART).text
    after = client.get(at(job_id), headers=PART).text
    assert "Pernah dibuka utuh" in after
    assert card not in after
    assert any(
        (act.act, act.by, act.job_id) == ("buka", "budi", job_id) for act in last_acts(site.database, limit=5)
    )


def test_a_job_is_sent_again_as_it_is(site: Site) -> None:
    job_id = site.failed()
    answer = site.logged_in("budi").post(at(job_id, "/kirim-ulang"), data={"dari": "tabel"}, headers=PART)
    assert "dikirim ulang" in answer.text
    assert answer.headers["HX-Trigger"] == "berubah"
    assert site.clinic.status(job_id) == Status.MENUNGGU
    assert site.clinic.attempts(job_id)[-1].requested_by == "budi"


def test_what_changed_since_it_was_looked_at_is_not_sent(site: Site) -> None:
    job_id = site.failed()
    client = site.logged_in("budi")
    seen = {"versi": "1"}
    answer = client.post(at(job_id, "/kirim-ulang"), data=seen, headers=PART)
    assert answer.status_code == 409
    assert "berubah sejak dilihat" in answer.text
    assert answer.headers["HX-Retarget"] == "#pesan"
    assert site.clinic.status(job_id) == Status.GAGAL


@pytest.mark.parametrize("status", [Status.TERKIRIM, Status.PROSES])
def test_what_is_done_or_in_hand_is_not_sent(site: Site, status: Status) -> None:
    job_id = site.clinic.bring_to(site.clinic.hand_over("tambah-antrean"), status)
    answer = site.logged_in("budi").post(at(job_id, "/kirim-ulang"), headers=PART)
    assert answer.status_code == 409
    assert site.clinic.status(job_id) == status


def test_a_job_is_closed_with_a_reason(site: Site) -> None:
    job_id = site.failed()
    client = site.logged_in("budi")
    assert (
        "tulis alasannya" in client.post(at(job_id, "/tutup"), data={"cara": "sudah-ada"}, headers=PART).text
    )
    assert site.clinic.status(job_id) == Status.GAGAL
    given = {"cara": "sudah-ada", "alasan": "terlihat di PCare"}
    assert "ditutup" in client.post(at(job_id, "/tutup"), data=given, headers=PART).text
    assert site.clinic.status(job_id) == Status.DITUTUP


@pytest.mark.parametrize(
    "way", ["", "/terkini", "/buka", "/kirim-ulang", "/tutup", "/ubah", "/periksa", "/kirim", "/kode"]
)
def test_a_job_of_another_clinic_is_as_good_as_none(site: Site, way: str) -> None:
    job_id = site.failed(faskes="klinik-melati")
    client = site.logged_in("budi")
    given = {"cara": "sudah-ada", "alasan": "x"}
    reads = way in {"", "/terkini", "/kode"}
    asked = client.get(at(job_id, way)) if reads else client.post(at(job_id, way), data=given)
    nobody = client.get(at(999_999, way)) if reads else client.post(at(999_999, way), data=given)
    assert asked.status_code == nobody.status_code == 404
    assert _sentence(asked.text).replace(f" {job_id} ", " ") == _sentence(nobody.text).replace(
        " 999999 ", " "
    )
    assert site.clinic.status(job_id) == Status.GAGAL
    assert len(site.clinic.attempts(job_id)) == 0


def test_all_jobs_of_the_visit_stand_in_their_order(site: Site) -> None:
    first = site.clinic.hand_over("tambah-pendaftaran", norm="RM-1", rantai="kunjungan-1")
    second = site.clinic.hand_over("tambah-kunjungan", norm="RM-1", rantai="kunjungan-1")
    text = site.logged_in("budi").get(at(second), headers=PART).text
    assert f"Tambah Pendaftaran #{first}" in text
    assert f"menunggu tambah-pendaftaran #{first}" in text


def test_the_editor_names_the_wrong_field_first_and_shows_the_difference(site: Site) -> None:
    job_id = site.clinic.hand_over("tambah-pendaftaran", kdPoli="")
    client = site.logged_in("budi")
    text = client.post(at(job_id, "/ubah"), headers=PART).text
    fields = re.findall(r'name="isi\.(\w+)"', text)
    assert fields[0] == "kdPoli"
    assert "Wajib diisi." in text
    shown = client.post(at(job_id, "/periksa"), data={**_typed(text), "isi.kdPoli": "001"}, headers=PART).text
    assert "Yang akan berubah" in shown
    assert "<ins>001</ins>" in shown
    done = client.post(at(job_id, "/kirim"), data=_typed(shown) | {"alasan": "salah poli"}, headers=PART)
    assert "diterima dan dikirim" in done.text
    job = site.clinic.job(job_id)
    assert (job.status, job.body["kdPoli"]) == (Status.MENUNGGU, "001")
    last = site.clinic.attempts(job_id)[-1]
    assert last.changes == [{"field": "kdPoli", "from": "", "to": "001"}]
    assert (last.requested_by, last.reason) == ("budi", "salah poli")


def _sentence(text: str) -> str:
    found = re.search(r'role="alert">([^<]+)<', text)
    assert found
    return found[1]


def _typed(text: str) -> dict[str, str]:
    """What a browser would send of this form."""
    inputs = re.findall(r'<input[^>]*name="([^"]+)" value="([^"]*)"', text)
    areas = re.findall(r'<textarea[^>]*name="([^"]+)"[^>]*>([^<]*)</textarea>', text)
    choices = re.findall(r'<select[^>]*name="([^"]+)".*?<option value="(\w+)" selected', text, re.DOTALL)
    return {name: html.unescape(value) for name, value in [*inputs, *areas, *choices]}


def test_nothing_is_changed_by_looking(site: Site) -> None:
    job_id = site.failed("tambah-kunjungan")
    before = site.clinic.job(job_id).body
    client = site.logged_in("budi")
    typed = _typed(client.post(at(job_id, "/ubah"), headers=PART).text)
    assert "Belum ada yang diubah" in client.post(at(job_id, "/periksa"), data=typed, headers=PART).text
    assert site.clinic.job(job_id).body == before


def test_what_was_not_checked_is_not_sent(site: Site) -> None:
    job_id = site.failed()
    client = site.logged_in("budi")
    typed = _typed(client.post(at(job_id, "/ubah"), headers=PART).text)
    shown = client.post(at(job_id, "/periksa"), data=typed | {"isi.kdPoli": "002"}, headers=PART).text
    later = _typed(shown) | {"isi.kdPoli": "003"}
    assert "<ins>003</ins>" in client.post(at(job_id, "/kirim"), data=later, headers=PART).text
    assert site.clinic.status(job_id) == Status.GAGAL


def test_a_refused_form_keeps_what_was_typed(site: Site) -> None:
    job_id = site.failed()
    client = site.logged_in("budi")
    typed = _typed(client.post(at(job_id, "/ubah"), headers=PART).text)
    shown = client.post(at(job_id, "/periksa"), data=typed | {"isi.sistole": "seratus"}, headers=PART).text
    assert _typed(shown)["isi.sistole"] == "seratus"
    assert "Harus" in shown


def test_only_fields_of_the_form_are_taken(site: Site) -> None:
    job_id = site.failed("tambah-antrean")
    client = site.logged_in("budi")
    typed = _typed(client.post(at(job_id, "/ubah"), headers=PART).text)
    more = {
        "isi.norm": "RM-LAIN",
        "isi.faskes": "klinik-melati",
        "isi.status": "terkirim",
        "faskes": "x",
        "status": "x",
    }
    shown = client.post(at(job_id, "/periksa"), data=typed | more, headers=PART).text
    assert "Belum ada yang diubah" in shown
    before = site.clinic.job(job_id)
    client.post(at(job_id, "/kirim"), data=_typed(shown) | more, headers=PART)
    after = site.clinic.job(job_id)
    assert (after.body, after.faskes, after.norm) == (before.body, before.faskes, before.norm)


def test_the_whole_body_can_be_edited_as_json(site: Site) -> None:
    job_id = site.failed()
    client = site.logged_in("budi")
    typed = _typed(client.post(at(job_id, "/ubah"), data={"cara": "json"}, headers=PART).text)
    changed = typed | {"json": typed["json"].replace('"kdPoli": "001"', '"kdPoli": "002"')}
    shown = client.post(at(job_id, "/periksa"), data=changed, headers=PART).text
    assert "<ins>002</ins>" in shown
    client.post(at(job_id, "/kirim"), data=_typed(shown), headers=PART)
    assert site.clinic.job(job_id).body["kdPoli"] == "002"


@pytest.mark.parametrize(
    "typed", ["", "[]", "{", "NaN", '{"a": NaN}', "[" * 3_000, '"x"', "{" + '"a":{' * 200]
)
def test_what_is_no_json_object_is_said_and_stays(site: Site, typed: str) -> None:
    job_id = site.failed()
    client = site.logged_in("budi")
    for way in ("/periksa", "/kirim"):
        answer = client.post(at(job_id, way), data={"cara": "json", "json": typed}, headers=PART)
        assert answer.status_code == 200
        assert 'class="salah"' in answer.text
    assert site.clinic.status(job_id) == Status.GAGAL


def test_numbers_keep_their_type(site: Site) -> None:
    job_id = site.failed()
    before = site.clinic.job(job_id).body
    client = site.logged_in("budi")
    typed = _typed(client.post(at(job_id, "/ubah"), headers=PART).text)
    shown = client.post(
        at(job_id, "/periksa"), data=typed | {"isi.sistole": "125", "isi.beratBadan": "60,5"}, headers=PART
    ).text
    client.post(at(job_id, "/kirim"), data=_typed(shown), headers=PART)
    body = site.clinic.job(job_id).body
    assert (body["sistole"], body["beratBadan"]) == (125, 60.5)
    assert {name: value for name, value in body.items() if name not in {"sistole", "beratBadan"}} == {
        name: value for name, value in before.items() if name not in {"sistole", "beratBadan"}
    }


def test_a_delivered_visit_is_corrected_and_it_is_said_before(site: Site) -> None:
    job_id = site.clinic.bring_to(site.clinic.hand_over("tambah-kunjungan", rantai="k"), Status.TERKIRIM)
    client = site.logged_in("budi")
    text = client.post(at(job_id, "/ubah"), headers=PART).text
    assert "isinya di sana akan diganti" in text
    shown = client.post(
        at(job_id, "/periksa"), data=_typed(text) | {"isi.kdDiag1": "J06.9"}, headers=PART
    ).text
    done = client.post(at(job_id, "/kirim"), data=_typed(shown), headers=PART).text
    assert "Dicatat sebagai pekerjaan #" in done
    assert site.clinic.status(job_id) == Status.TERKIRIM


@pytest.mark.parametrize("number", ["0", "-1", "abc", "999999999999999999999", "1e3", "%00", "1/../2"])
def test_a_number_that_is_none_is_not_there(site: Site, number: str) -> None:
    assert site.logged_in("budi").get(f"/bpjs-fktp/pekerjaan/{number}").status_code in {404, 400}


def test_what_may_be_at_bpjs_is_not_sent_again_by_one_click(site: Site) -> None:
    job_id = site.clinic.take(site.clinic.hand_over("tambah-antrean"))
    site.clinic.finish(job_id, Verdict(Status.TIDAK_PASTI, Reason.NEEDS_PERSON, "tidak dapat dicek otomatis"))
    client = site.logged_in("budi")
    assert "Kirim ulang pekerjaan" not in client.get("/bpjs-fktp/monitoring").text
    shown = client.get(at(job_id), headers=PART).text
    assert '<input type="checkbox" required> Sudah saya lihat di aplikasi BPJS' in shown


def test_what_will_replace_something_at_bpjs_says_so_before_it_is_sent(site: Site) -> None:
    job_id = site.clinic.take(site.clinic.hand_over("tambah-kunjungan", rantai="k"))
    number = {"noKunjungan": "0114U1630914Y000123"}
    site.clinic.finish(job_id, Verdict(Status.GAGAL, Reason.OLD_CONTENT, "isi lama", result=number))
    client = site.logged_in("budi")
    assert "Kirim ulang pekerjaan" not in client.get("/bpjs-fktp/monitoring").text
    shown = client.get(at(job_id), headers=PART).text
    assert "Bila dikirim ulang: Kunjungan ini sudah ada di BPJS" in shown
