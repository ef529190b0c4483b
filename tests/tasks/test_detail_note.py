"""The page that a job which needs somebody leaves in Prefect: clear, ready to be corrected, and naming nobody."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any
from zoneinfo import ZoneInfo

import httpx
import pytest

from bpjs_client.meanings import meaning_of
from database import Database
from database.jobs.deletion import TWO_PATIENTS, TWO_VISITS
from database.views.detail import JobDetail, show
from tasks.prefect_ui.job_page_text import form_parameters, note
from tests.leaks import leaks
from tests.tasks.bodies import CARD, NIK, PHONE
from tests.tasks.desk import Answer, Desk, antrean, pcare

WIB = ZoneInfo("Asia/Jakarta")
NOT_KNOWN = [{"field": "kdPoli", "message": "Tidak sesuai dengan referensi sistem."}]


@pytest.fixture
def refused(database: Database) -> Callable[..., JobDetail]:
    """What is known of a job that BPJS answered so."""

    def deliver(jenis: str, answer: Answer, **changes: Any) -> JobDetail:
        here = Desk(database, answer)
        here.deliver(job_id := here.hand_over(jenis, **changes))
        return show(database, job_id)

    return deliver


def test_it_says_what_bpjs_said_what_it_means_and_what_to_do(refused: Callable[..., JobDetail]) -> None:
    job = refused("tambah-pendaftaran", lambda request: pcare(412, "PRECONDITION_FAILED", NOT_KNOWN))
    page = note(job, "/kirim", WIB)

    assert page.startswith(f"# Pekerjaan {job.id} · tambah-pendaftaran\n")
    assert "> kdPoli: Tidak sesuai dengan referensi sistem." in page
    assert "**Artinya:** Kode pada isian itu tidak ada di data referensi BPJS." in page
    assert "**[Kirim ulang](/kirim)**" in page
    assert "| Status | gagal |" in page
    assert '"kdPoli": "001"' in page
    assert '"field": "kdPoli"' in page


def test_the_next_try_is_said_in_the_clinics_time(refused: Callable[..., JobDetail]) -> None:
    def lost(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("lost", request=request)

    job = refused("panggil-antrean", lost)
    job = replace(job, due_at=datetime(2026, 11, 24, 2, 20, 47, 628482, UTC))
    assert job.status == "tidak_pasti"
    assert "| Percobaan berikutnya | 24-11-2026 09:20:47 |" in note(job, "/kirim", WIB)


def test_without_a_deployment_it_names_the_command(refused: Callable[..., JobDetail]) -> None:
    job = refused("tambah-antrean", lambda request: antrean(201, "Kuota penuh"))

    assert f"`bpjs resend {job.id}`" in note(job, None, WIB)


def test_the_form_holds_the_job_its_version_and_the_fields_that_were_named(
    refused: Callable[..., JobDetail],
) -> None:
    job = refused("tambah-pendaftaran", lambda request: pcare(412, "PRECONDITION_FAILED", NOT_KNOWN))

    parameters = form_parameters(job)

    assert (parameters["pekerjaan_id"], parameters["versi"]) == (str(job.id), str(job.version))
    assert json.loads(parameters["perubahan"]) == {"kdPoli": "001"}


def test_an_identifier_or_a_patients_complaint_is_left_for_the_person_to_type(
    refused: Callable[..., JobDetail],
) -> None:
    fields = [{"field": name, "message": "Salah."} for name in ("noKartu", "keluhan", "kdPoli")]
    job = refused(
        "tambah-pendaftaran",
        lambda request: pcare(412, "PRECONDITION_FAILED", fields),
        keluhan="keluhan-rahasia",
    )

    assert json.loads(form_parameters(job)["perubahan"]) == {"noKartu": "", "keluhan": "", "kdPoli": "001"}


@pytest.mark.parametrize(
    "jenis", ["tambah-antrean", "tambah-pendaftaran", "tambah-kunjungan", "batal-antrean"]
)
def test_nothing_in_it_names_the_patient(refused: Callable[..., JobDetail], jenis: str) -> None:
    quoting = f"Peserta {CARD} dengan NIK {NIK} dan hp {PHONE} tidak dikenal"
    texts = dict.fromkeys(("keluhan", "anamnesa", "terapiObat", "alasan", "keterangan"), "tulisan-rahasia")

    def answer(request: Any) -> Any:
        return antrean(201, quoting) if "/antrean/" in request.url.path else pcare(424, quoting, {"nik": NIK})

    job = refused(jenis, answer, **texts)
    shown = note(job, "/kirim", WIB) + json.dumps(form_parameters(job))

    assert leaks(shown) == set()
    assert "tulisan-rahasia" not in shown
    assert "tidak dikenal" in shown


def test_what_a_clinic_adds_of_its_own_and_notes_in_a_referral_are_left_out(
    refused: Callable[..., JobDetail],
) -> None:
    khusus = {"kdKhusus": "HDL", "kdSubSpesialis": None, "catatan": "tulisan-rahasia"}
    referral = {"tglEstRujuk": "15-09-2026", "kdppk": "0000R000", "subSpesialis": None, "khusus": khusus}
    fields = [{"field": "alamat", "message": "Salah."}]
    job = refused(
        "tambah-kunjungan",
        lambda request: pcare(412, "PRECONDITION_FAILED", fields),
        kdStatusPulang="4",
        kdTacc=1,
        alasanTacc="< 3 Hari",
        rujukLanjut=referral,
        alamat="Jalan tulisan-rahasia 1",
    )

    shown = note(job, "/kirim", WIB) + json.dumps(form_parameters(job))

    assert "tulisan-rahasia" not in shown
    assert '"kdKhusus": "HDL"' in shown


KNOWN = [
    ("Anda belum melakukan skrining kesehatan.", "belum mengisi skrining"),
    ("noKartu: Belum melakukan pendaftaran pada poli tersebut.", "belum punya pendaftaran"),
    ("kdPoli: Tidak sesuai dengan referensi sistem.", "tidak ada di data referensi"),
    ("kdDokter: Tidak ada di referensi dokter BPJS (mungkin: 1 x)", "tidak ada di data referensi"),
    ("Waktu tidak valid", "waktu panggil"),
    (TWO_PATIENTS.format(number="noKunjungan"), "lebih dari satu pasien"),
    (TWO_VISITS.format(number="noKunjungan"), "atau kunjungan"),
    ("kata yang belum pernah dilihat", "dengan alasan di atas"),
]


@pytest.mark.parametrize(("message", "means"), KNOWN)
def test_known_messages_are_explained(message: str, means: str) -> None:
    assert means in meaning_of(message).means
