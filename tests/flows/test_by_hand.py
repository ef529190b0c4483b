"""The forms with which a person settles a job and lifts a pause."""

from typing import Any

import httpx
import pytest
from prefect import get_client

from bpjs_client.jenis import Service
from database.detail import show
from database.services.pauses import pause
from database.services.stopped_services import stopped_services
from flows.lanjutkan import Layanan, lanjutkan
from flows.tutup import tutup
from tests.conftest import SQLITE
from tests.tasks.desk import antrean


@pytest.fixture
def failed(desk: Any) -> tuple[Any, int]:
    """A desk with a job that BPJS refused."""
    here = desk(lambda request: antrean(201, "Kuota penuh"))
    job_id = here.hand_over("tambah-antrean")
    here.deliver(job_id)
    return here, job_id


def parameters_of(run_id: Any) -> dict[str, Any]:
    with get_client(sync_client=True) as client:
        return client.read_flow_run(run_id).parameters


def test_a_job_is_closed_with_who_and_why_which_prefect_forgets(failed: tuple[Any, int]) -> None:
    here, job_id = failed
    state = tutup(job_id, "tidak-perlu", "Pasien rahasia-alasan pulang", "Bu Rina", return_state=True)

    assert (state.name, state.message) == ("Completed", f"Ditutup · pekerjaan {job_id}, tidak-perlu")
    assert here.job(job_id).status == "ditutup"
    last = show(here.database, job_id)["history"][-1]
    assert (last["requested_by"], last["reason"]) == ("Bu Rina", "Pasien rahasia-alasan pulang")
    parameters = parameters_of(state.state_details.flow_run_id)
    assert parameters == {"pekerjaan_id": job_id, "hasil": "tidak-perlu"}


WRONG = [
    ({"alasan": " "}, "alasan wajib diisi"),
    ({"alasan": None, "oleh": ""}, "alasan dan oleh wajib diisi"),
    ({"hasil": None, "alasan": None, "oleh": ""}, "hasil, alasan dan oleh wajib diisi"),
    ({"hasil": ""}, "hasil wajib diisi"),
    ({"hasil": None}, "hasil wajib diisi"),
    ({"pekerjaan_id": None}, "pekerjaan_id wajib diisi"),
    ({"hasil": "entah"}, "hasil salah satu dari sudah-ada, tidak-perlu"),
    ({"pekerjaan_id": "x"}, "pekerjaan_id harus bilangan"),
    ({"pekerjaan_id": 999_999}, "Pekerjaan 999999 tidak ada"),
]


@pytest.mark.long
@pytest.mark.parametrize(("changed", "complaint"), WRONG)
@SQLITE
def test_nonsense_in_the_form_is_one_sentence(
    failed: tuple[Any, int], changed: dict[str, Any], complaint: str
) -> None:
    here, job_id = failed
    typed = {"pekerjaan_id": job_id, "hasil": "sudah-ada", "alasan": "x", "oleh": "y", **changed}
    state = tutup(**typed, return_state=True)

    assert state.name == "Failed"
    assert complaint in (state.message or "")
    assert here.job(job_id).status == "gagal"


def test_a_job_that_was_sent_cannot_be_closed(desk: Any) -> None:
    here = desk(lambda request: antrean(200))
    here.deliver(job_id := here.hand_over("tambah-antrean"))

    state = tutup(job_id, "tidak-perlu", "x", "y", return_state=True)

    assert (state.name, here.job(job_id).status) == ("Failed", "terkirim")


def test_a_pause_is_lifted(desk: Any) -> None:
    here = desk(lambda request: httpx.Response(500))
    for service in Service:
        pause(here.database, "utama", service, "Login PCare ditolak.", mark="x")

    assert lanjutkan(Layanan.PCARE, return_state=True).message == "Dilanjutkan · pcare"
    assert [stopped.service for stopped in stopped_services(here.database)] == ["antrean"]
    assert lanjutkan(return_state=True).message == "Dilanjutkan · antrean"
    assert lanjutkan(return_state=True).message == "Dilanjutkan · tidak ada yang sedang dijeda"
