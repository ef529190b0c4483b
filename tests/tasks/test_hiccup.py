"""A database that hiccups after BPJS answered makes no clear answer uncertain, whatever it was asked for."""

from typing import Any

import pytest

import tasks.delivery.outcomes
from database import Database
from database.errors import DatabaseUnavailable
from tests.tasks.desk import Desk, antrean, pcare

# what is asked of the database before the answer is written down, and by which answer
ASKED = (
    ("chain_has", "panggil-antrean", antrean(201, "Antrean tidak ditemukan"), "gagal"),
    ("chain_has", "tambah-kunjungan", pcare(412, "Belum melakukan pendaftaran"), "gagal"),
    ("is_well", "tambah-pendaftaran", pcare(429, "Too many"), "gagal"),
    ("ask_and_judge", "tambah-pendaftaran", pcare(401, "Signature Service Tidak Sesuai"), "menunggu"),
)


@pytest.mark.parametrize(
    ("name", "jenis", "answer", "status"), ASKED, ids=[f"{case[0]} {case[1]}" for case in ASKED]
)
def test_a_clear_refusal_survives_a_hiccup(
    database: Database, monkeypatch: pytest.MonkeyPatch, *, name: str, jenis: str, answer: Any, status: str
) -> None:
    here = Desk(database, lambda _: answer)
    real, calls = getattr(tasks.delivery.outcomes, name), []

    def hiccup(*given: Any, **more: Any) -> Any:
        calls.append(name)
        if len(calls) == 1:
            raise DatabaseUnavailable("Sambungan basis data terputus.")
        return real(*given, **more)

    monkeypatch.setattr(tasks.delivery.outcomes, name, hiccup)
    job_id = here.hand_over(jenis)
    with database.write() as session:
        session.query(type(here.job(job_id))).update({"waits": 99})  # so that its last try is judged
    here.deliver(job_id)
    assert here.job(job_id).status == status
    assert "worker-died" not in here.outcomes(job_id)
    assert None not in here.outcomes(job_id)
    assert len(calls) > 1
