"""BPJS quotes patients' numbers in its words; what a job shows of them holds none, what its history keeps does."""

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest
from sqlalchemy import select

from database import Database
from database.detail import show
from database.storage.models import Attempt, Job, ServiceState
from database.views.monitor import Filter, look
from tests.leaks import leaks
from tests.tasks.bodies import CARD, NIK, PHONE
from tests.tasks.desk import Answer, Desk, antrean, pcare

QUOTED = f"Peserta {CARD[:4]}-{CARD[4:]} NIK {NIK} hp {PHONE} "
NO_REGISTRATION = "Belum melakukan pendaftaran pada poli tersebut."
BY_HAND = {"noKunjungan": "0114Y9", "noKartu": None, "tglDaftar": None, "kdPoli": None}


@pytest.fixture
def desk(database: Database) -> Callable[[Answer], Desk]:
    return lambda answer: Desk(database, answer)


def lost(request: httpx.Request) -> httpx.Response:
    raise httpx.ReadTimeout("lost", request=request)


# How a message is made of BPJS's words, the jenis, BPJS's answers one after the other, what must be readable.
ENDINGS: list[tuple[str, str, list[Answer], str]] = [
    ("refused", "tambah-pendaftaran", [lambda r: pcare(424, QUOTED + "salah")], "salah"),
    ("antrean refuses", "tambah-antrean", [lambda r: antrean(201, QUOTED + "salah")], "salah"),
    ("words elsewhere", "tambah-antrean", [lambda r: antrean(201, "", {"keterangan": QUOTED + "salah"})], "salah"),
    ("fields", "tambah-pendaftaran", [lambda r: pcare(412, "-", [{"field": f"noKartu {CARD}", "message": QUOTED + "salah"}])], "noKartu"),
    ("a 500 of data", "tambah-kunjungan", [lambda r: pcare(500, QUOTED + "Tidak sesuai dengan referensi sistem.")], "referensi"),
    ("already there", "tambah-antrean", [lambda r: antrean(201, f"Peserta {CARD} sudah terdaftar di poli tersebut pada hari ini")], "sudah terdaftar"),
    ("screening", "tambah-antrean", [lambda r: antrean(201, QUOTED + "belum melakukan skrining kesehatan.")], "skrining"),
    ("no registration", "tambah-kunjungan", [lambda r: pcare(412, QUOTED + NO_REGISTRATION)], "Belum"),
    ("refused after a lost answer", "panggil-antrean", [lost, lambda r: antrean(201, QUOTED + "sudah dipanggil")], "sudah dipanggil"),
    ("not there", "hapus-pendaftaran", [lambda r: pcare(304, QUOTED) if r.method == "DELETE" else pcare(200, "OK", [])], ""),
    ("another path", "hapus-kunjungan", [lambda r: pcare(412, "Kunjungan 0114Y9 terkunci")], "terkunci"),
    ("put off", "tambah-pendaftaran", [lambda r: pcare(429, QUOTED + "terlalu sering")], "terlalu sering"),
    ("a login refused", "tambah-pendaftaran", [lambda r: pcare(401, QUOTED + "password salah")], "password salah"),
    ("an unknown 401, refused too", "tambah-pendaftaran", [lambda r: pcare(401, QUOTED + "ditolak")], "ditolak"),
    ("an unknown 401, of this one", "tambah-pendaftaran", [lambda r: pcare(401, QUOTED + "ditolak") if r.method == "POST" else pcare(200, "OK", [])], "ditolak"),
    ("a gateway speaks", "tambah-pendaftaran", [lambda r: httpx.Response(400, json={"error": QUOTED + "ditolak"})], "ditolak"),
    ("a failed look", "tambah-pendaftaran", [lost, lambda r: pcare(412, QUOTED + "salah")], "belum dapat dicek"),
]  # fmt: skip


@pytest.mark.parametrize("ending", ENDINGS, ids=[ending[0] for ending in ENDINGS])
def test_no_way_to_end_stores_a_patients_number_in_the_message(desk: Any, ending: tuple[Any, ...]) -> None:
    _, jenis, answers, readable = ending
    here = desk(answers[0])
    changes = (
        BY_HAND if jenis == "hapus-kunjungan" else {"noUrut": "A1"} if jenis == "hapus-pendaftaran" else {}
    )
    job_id = here.hand_over(jenis, **changes)
    told = ""
    for here.answer in answers:
        told += here.deliver(job_id).text

    shown = told + everything_shown(here.database, job_id)

    assert leaks(shown) == set()
    assert CARD[4:] not in shown
    assert "0114Y9" not in shown
    assert readable in (here.job(job_id).message or "")


def everything_shown(database: Database, job_id: int) -> str:
    """The stored message and reasons, and what the monitor and the job's page make of them."""
    with database.read() as session:
        message = session.scalar(select(Job.message).where(Job.id == job_id))
        reasons = list(session.scalars(select(ServiceState.reason)))
    rows = [row["message"] for row in look(database, Filter(), limit=10).rows]
    return json.dumps([message, reasons, rows, show(database, job_id)["message"]], ensure_ascii=False)


def test_the_history_keeps_what_bpjs_said_as_it_said_it(desk: Any) -> None:
    response = [{"field": "noKartu", "message": QUOTED}]
    here = desk(lambda r: pcare(412, QUOTED, response))
    job_id = here.hand_over("tambah-pendaftaran")
    here.deliver(job_id)

    with here.database.read() as session:
        attempt = session.scalars(select(Attempt).where(Attempt.job_id == job_id)).one()
    assert attempt.response == response
    assert QUOTED in json.loads(attempt.raw or "")["metaData"]["message"]


def test_what_staff_need_is_left_readable(desk: Any) -> None:
    told = "Dokter 123456 poli 001 hanya 14-09-2026 08:00-12:00 13:00-15:00, antrean A-07, diagnosa A01.0"
    here = desk(lambda r: antrean(201, told))
    job_id = here.hand_over("tambah-antrean")
    here.deliver(job_id)

    assert here.job(job_id).message == told
