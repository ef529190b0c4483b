"""The form `kirim-ulang`: corrects a request, sends it at once, says how it ended, and forgets what was typed."""

import json
import threading
from typing import Any

import httpx
import pytest
from prefect import get_client

from database import Database
from database.detail import show
from database.jobs.attempts import Asker
from database.jobs.claim import ClaimedJob, Waiting, claim_one
from flows.forms import job_form
from flows.kirim_ulang import kirim_ulang
from tasks.delivery.deliver import deliver
from tests.conftest import SQLITE
from tests.flows.bpjs import friendly
from tests.flows.prefect_server import PrefectServer
from tests.tasks.desk import Desk, pcare

FIELDS = [{"field": "kdPoli", "message": "Tidak sesuai dengan referensi sistem."}]


def picky(request: httpx.Request) -> httpx.Response:
    """A BPJS that knows no poli 001."""
    if request.method == "POST" and json.loads(request.content).get("kdPoli") == "001":
        return pcare(412, "PRECONDITION_FAILED", FIELDS)
    return friendly(request)


@pytest.fixture
def failed(desk: Any) -> tuple[Desk, int]:
    here = desk(picky)
    here.deliver(job_id := here.hand_over("tambah-pendaftaran"))
    assert here.job(job_id).status == "gagal"
    return here, job_id


def test_a_corrected_request_is_sent_at_once_and_prefect_forgets_it(
    failed: tuple[Desk, int], prefect: PrefectServer
) -> None:
    here, job_id = failed
    version = here.job(job_id).version
    state = kirim_ulang(
        str(job_id),
        perubahan='{"kdPoli": "002", "keluhan": "keluhan-rahasia"}',
        alasan="poli salah",
        diminta_oleh="Rina",
        versi=str(version),
        return_state=True,
    )

    assert (state.name, state.message) == ("Completed", "Terkirim · noUrut B12")
    history = show(here.database, job_id)["history"]
    assert [each["outcome"] for each in history] == ["rejected", "asked-again", "success"]
    assert (history[1]["requested_by"], history[1]["reason"]) == ("Rina", "poli salah")
    assert [change["field"] for change in history[1]["changes"]] == ["kdPoli", "keluhan"]
    assert state.state_details.flow_run_id is not None
    with get_client(sync_client=True) as client:
        run = client.read_flow_run(state.state_details.flow_run_id)
    assert run.parameters == {"pekerjaan_id": job_id}
    assert "keluhan-rahasia" not in prefect.everything_stored()


@pytest.mark.parametrize("still_sending", [True, False])
def test_where_a_dispatcher_was_quicker_the_form_tells_how_it_ended(
    failed: tuple[Desk, int], monkeypatch: pytest.MonkeyPatch, *, still_sending: bool
) -> None:
    """What is put back in line wakes the dispatcher, which may take it before the form does."""
    here, job_id = failed

    def second(database: Database, wanted: int, **named: Any) -> ClaimedJob | Waiting:
        taken = claim_one(database, wanted, owner="dispatcher", lease=named["lease"])
        assert isinstance(taken, ClaimedJob)
        here.at.in_hand.add(taken)
        sending = threading.Timer(0.5, lambda: deliver(taken, here.at, asker=Asker()))
        sending.start()
        if not still_sending:
            sending.join()
        return claim_one(database, wanted, **named)

    monkeypatch.setattr(job_form, "claim_one", second)
    state = kirim_ulang(str(job_id), perubahan='{"kdPoli": "002"}', alasan="poli salah", return_state=True)
    assert (state.name, state.message) == ("Completed", "Terkirim · noUrut B12")


def test_as_it_is_it_fails_again_and_the_run_says_why(failed: tuple[Desk, int]) -> None:
    here, job_id = failed
    state = kirim_ulang(str(job_id), return_state=True)

    assert state.name == "Failed"
    assert (state.message or "").startswith("Gagal · kdPoli: Tidak sesuai")
    assert len(here.requests) == 2


@pytest.mark.long
def test_a_run_that_is_retried_sends_once_more_and_never_what_is_sent(failed: tuple[Desk, int]) -> None:
    here, job_id = failed
    kirim_ulang(str(job_id), perubahan={"kdPoli": "002"}, return_state=True)
    sent = len(here.requests)

    again = kirim_ulang(pekerjaan_id=job_id, return_state=True)

    assert (again.name, len(here.requests)) == ("Failed", sent)
    assert "sudah terkirim" in (again.message or "")


NONSENSE: list[tuple[dict[str, Any], str]] = [
    ({"pekerjaan_id": ""}, "pekerjaan_id wajib diisi"),
    ({"pekerjaan_id": "777777"}, "Pekerjaan 777777 tidak ada"),
    ({"perubahan": "{kdPoli}"}, "perubahan bukan JSON yang sah"),
    ({"perubahan": "[1]"}, "perubahan harus objek JSON"),
    ({"request_body": '"x"'}, "request_body harus objek JSON"),
    ({"versi": "1"}, "berubah sejak dilihat"),
    ({"versi": "satu"}, "versi harus bilangan"),
]


def test_a_delivered_job_is_corrected_by_another_which_the_run_then_names(failed: tuple[Desk, int]) -> None:
    here, job_id = failed
    kirim_ulang(str(job_id), perubahan={"kdPoli": "002"}, return_state=True)

    state = kirim_ulang(str(job_id), perubahan={"kunjSakit": False}, alasan="salah", return_state=True)

    assert (state.name, (state.message or "")[:8]) == ("Completed", "Terkirim")
    removal, again = show(here.database, job_id)["corrected_by"]
    assert [here.job(each).status for each in (removal, again)] == ["terkirim", "terkirim"]
    assert [request.method for request in here.requests if request.method != "GET"][-2:] == ["DELETE", "POST"]
    assert state.state_details.flow_run_id is not None
    with get_client(sync_client=True) as client:
        run = client.read_flow_run(state.state_details.flow_run_id)
    assert run.parameters == {"pekerjaan_id": again}


@pytest.mark.long
@pytest.mark.parametrize(("typed", "complaint"), NONSENSE)
@SQLITE
def test_nonsense_is_one_sentence_and_changes_nothing(
    failed: tuple[Desk, int], typed: dict[str, Any], complaint: str
) -> None:
    here, job_id = failed
    before = show(here.database, job_id)
    state = kirim_ulang(**{"pekerjaan_id": str(job_id), **typed}, return_state=True)

    assert (state.name, show(here.database, job_id)) == ("Failed", before)
    assert complaint in (state.message or "")
