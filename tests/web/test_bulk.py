"""Many are sent again: counted first, in the clinics that one sees, with one correction, and stopped."""

import re
import time
from typing import Any

import httpx
import pytest

from database.status import Status
from tests.web.site import Site
from web.bulk_run import ASKED, FAILED, BulkRun

PAGE = "/bpjs-fktp/massal"


def counted(client: httpx.Client, **form: Any) -> tuple[str, dict[str, Any]]:
    """The page that counts, and the hidden fields with which it is confirmed."""
    text = client.post(PAGE, data={"tanggal": "semua", **form}, headers={"HX-Request": "true"}).text
    hidden = re.findall(r'type="hidden" name="(\w+)" value="([^"]*)"', text)
    fields: dict[str, Any] = {name: value for name, value in hidden if name != "pilih"}
    return text, {**form, **fields, "pilih": [value for name, value in hidden if name == "pilih"]}


def wait_until(site: Site, job_ids: list[int], status: Status) -> None:
    for _ in range(100):
        if all(site.clinic.status(job_id) == status for job_id in job_ids):
            return
        time.sleep(0.05)
    raise AssertionError([site.clinic.status(job_id) for job_id in job_ids])


def test_it_is_counted_before_anything_is_sent(site: Site) -> None:
    jobs = [site.failed(norm=f"RM-{number}") for number in range(3)]
    text, _ = counted(site.logged_in("budi"))
    assert "<b>3</b> pekerjaan gagal akan dikirim ulang" in text
    assert all(site.clinic.status(job_id) == Status.GAGAL for job_id in jobs)


def test_all_of_the_filter_are_sent_again_and_their_history_says_by_whom(site: Site) -> None:
    jobs = [site.failed(norm=f"RM-{number}") for number in range(3)]
    client = site.logged_in("budi")
    _, form = counted(client)
    client.post(f"{PAGE}/kirim", data={**form, "per_menit": "6000", "alasan": "BPJS sudah pulih"})
    wait_until(site, jobs, Status.MENUNGGU)
    last = site.clinic.attempts(jobs[0])[-1]
    assert (last.requested_by, last.reason) == ("budi", "BPJS sudah pulih")


def test_only_those_chosen_are_meant(site: Site) -> None:
    first, second = site.failed(norm="RM-1"), site.failed(norm="RM-2")
    client = site.logged_in("budi")
    _, form = counted(client, pilih=[str(second)], hanya="dipilih")
    client.post(f"{PAGE}/kirim", data=form)
    wait_until(site, [second], Status.MENUNGGU)
    assert site.clinic.status(first) == Status.GAGAL


def test_without_a_choice_nothing_is_meant(site: Site) -> None:
    site.failed()
    text, _ = counted(site.logged_in("budi"), hanya="dipilih")
    assert "Centang dulu pekerjaan di tabel" in text
    assert "<b>0</b> pekerjaan gagal" in text


def test_a_job_of_another_clinic_is_never_among_them(site: Site) -> None:
    foreign = site.failed(faskes="klinik-melati", norm="RM-9")
    client = site.logged_in("budi")
    text, form = counted(client, pilih=[str(foreign)], hanya="dipilih")
    assert "<b>0</b> pekerjaan gagal" in text
    client.post(f"{PAGE}/kirim", data=form)
    text, _ = counted(client)
    assert "<b>0</b> pekerjaan gagal" in text
    assert site.clinic.status(foreign) == Status.GAGAL


def test_one_correction_for_all_is_shown_before_it_is_sent(site: Site) -> None:
    wrong = [site.failed(norm=f"RM-{number}", kdPoli="077") for number in range(2)]
    other = site.failed(norm="RM-7", kdPoli="002")
    client = site.logged_in("budi")
    _, form = counted(client)
    form |= {"isian": "kdPoli", "dari": "077", "menjadi": "001", "per_menit": "6000"}
    shown = client.post(f"{PAGE}/kirim", data=form, headers={"HX-Request": "true"}).text
    assert "Yang akan berubah" in shown, "a correction that nobody has seen yet is shown first"
    assert "<del>077</del>" in shown
    assert all(site.clinic.status(job_id) == Status.GAGAL for job_id in wrong)
    _, form = counted(client, isian="kdPoli", dari="077", menjadi="001", per_menit="6000")
    client.post(f"{PAGE}/kirim", data=form)
    wait_until(site, wrong, Status.MENUNGGU)
    assert [site.clinic.job(job_id).body["kdPoli"] for job_id in (*wrong, other)] == ["001", "001", "002"]
    assert site.clinic.status(other) == Status.GAGAL


def test_a_field_that_names_the_patient_is_not_changed_for_many(site: Site) -> None:
    job_id = site.failed()
    card = site.clinic.job(job_id).body["noKartu"]
    client = site.logged_in("budi")
    text, form = counted(client, isian="noKartu", dari=card, menjadi="0001112223334")
    assert "perbaiki satu per satu" in text
    client.post(f"{PAGE}/kirim", data=form)
    assert site.clinic.job(job_id).body["noKartu"] == card


def test_a_run_is_stopped_and_the_rest_stays_as_it_was(site: Site) -> None:
    jobs = [site.failed(norm=f"RM-{number}") for number in range(4)]
    client = site.logged_in("budi")
    _, form = counted(client)
    text = client.post(f"{PAGE}/kirim", data={**form, "per_menit": "1"}, headers={"HX-Request": "true"}).text
    halt = re.search(r'hx-post="(/bpjs-fktp/massal/\w+/henti)"', text)
    assert halt
    wait_until(site, jobs[:1], Status.MENUNGGU)
    client.post(halt[1])
    time.sleep(0.2)
    shown = client.get(halt[1].removesuffix("/henti"), headers={"HX-Request": "true"}).text
    assert "dihentikan" in shown
    assert "3 belum disentuh" in shown
    assert [site.clinic.status(job_id) for job_id in jobs[1:]] == [Status.GAGAL] * 3


def test_nobody_looks_at_the_run_of_another(site: Site) -> None:
    site.failed()
    client = site.logged_in("budi")
    _, form = counted(client)
    text = client.post(f"{PAGE}/kirim", data=form, headers={"HX-Request": "true"}).text
    run = re.search(r"/bpjs-fktp/massal/\w+", text)
    other = site.logged_in("tono")
    assert run is None or other.get(run[0], headers={"HX-Request": "true"}).status_code == 404


def test_a_pace_that_cannot_be_is_said(site: Site) -> None:
    site.failed()
    for pace in ("0", "-1", "banyak", "99999"):
        text, _ = counted(site.logged_in("budi"), per_menit=pace)
        assert "Kecepatan harus dari 1 sampai 6000 per menit" in text, pace


def test_a_job_that_goes_wrong_unforeseen_stops_neither_the_others_nor_the_end(
    caplog: pytest.LogCaptureFixture,
) -> None:
    def step(job_id: int) -> str:
        if job_id == 1:
            raise RuntimeError("noKartu 0001234567890")
        return ASKED

    run = BulkRun("budi", [1, 2])
    run.go(step, 0.0)
    assert run.is_over
    assert (run.ends[FAILED], run.ends[ASKED]) == (1, 1)
    assert "RuntimeError at step:" in caplog.text
    assert "0001234567890" not in caplog.text
