"""An outage at BPJS, seen from the clinic: it passes by itself, and what BPJS refused goes again in bulk."""

import json
from collections.abc import Iterator
from datetime import date
from typing import Any

import httpx
import pytest

from bpjs_client.jenis import Jenis
from deployments import commands
from tests.chaos.patients import Patient
from tests.ui.admin import Admin

pytestmark = [pytest.mark.ui, pytest.mark.timeout(400)]
NAME = "Pasien Gangguan"  # what the three have in common


def control(admin: Admin, what: str, asked: dict[str, Any]) -> None:
    """Change what BPJS does."""
    url = f"{admin.clinic.plan.control_url}/control/{what}"
    httpx.post(url, json=asked, timeout=30).raise_for_status()


@pytest.fixture
def patients(admin: Admin) -> Iterator[list[Patient]]:
    """Three who must fill the screening first."""
    day = [Patient(number, date.today()) for number in (905, 913, 921)]
    for patient in day:
        control(admin, "screening", {"noKartu": patient.card})
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

    for patient in patients:
        control(admin, "screening", {"noKartu": patient.card, "done": True})
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
