"""The flow `pemeliharaan`: what people typed does not stay in Prefect, and old jobs go."""

from collections.abc import Iterator
from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import httpx
import pytest
from prefect import get_client
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas import State
from prefect.states import Cancelled, Completed, Crashed, Failed, Pending, Running, Scheduled

from bpjs_client.jenis import Jenis
from database.status import Status
from database.storage.models import Job
from database.storage.server_clock import utc_now
from flows.kirim_ulang import kirim_ulang
from flows.pemeliharaan import pemeliharaan
from tasks.prefect_server.typed_forms import forget_typed
from tests.database.clinic import new_row
from tests.flows.prefect_server import PrefectServer
from tests.tasks.bodies import CARD
from tests.tasks.desk import Desk

TYPED = {"pekerjaan_id": 7, "perubahan": {"noKartu": "typed"}}
YESTERDAY = utc_now() - timedelta(hours=25)


@pytest.fixture
def client(prefect: PrefectServer) -> Iterator[SyncPrefectClient]:
    with get_client(sync_client=True) as opened:
        yield opened


def left_behind(client: SyncPrefectClient, state: State[Any], parameters: dict[str, Any] = TYPED) -> UUID:
    """A run of a form that was due yesterday and came to this state by itself."""
    created = client.create_flow_run(
        kirim_ulang, parameters=parameters, state=Scheduled(scheduled_time=YESTERDAY)
    )
    client.set_flow_run_state(created.id, state, force=True)
    return created.id


@pytest.mark.parametrize(
    "state", [Crashed(), Failed(), Cancelled(), Completed()], ids=lambda state: state.name
)
def test_what_was_typed_is_cleared_and_the_state_stays(client: SyncPrefectClient, state: State[Any]) -> None:
    run_id = left_behind(client, state)
    assert forget_typed(client, utc_now()) >= 1

    run = client.read_flow_run(run_id)
    assert (run.parameters, run.state_name) == ({}, state.name)


@pytest.mark.parametrize(
    "state", [Scheduled(scheduled_time=YESTERDAY), Pending()], ids=lambda state: state.name
)
def test_a_run_that_never_started_is_cancelled_too(client: SyncPrefectClient, state: State[Any]) -> None:
    run_id = left_behind(client, state)
    forget_typed(client, utc_now())

    run = client.read_flow_run(run_id)
    assert (run.parameters, run.state_name) == ({}, "Cancelled")


def test_a_run_under_way_a_later_one_and_a_valid_retry_are_left_alone(client: SyncPrefectClient) -> None:
    running = left_behind(client, Running())
    retryable = left_behind(client, Failed(), {"pekerjaan_id": 7})
    later = client.create_flow_run(
        kirim_ulang, parameters=TYPED, state=Scheduled(scheduled_time=utc_now() + timedelta(hours=1))
    ).id
    forget_typed(client, utc_now())

    assert client.read_flow_run(running).parameters == TYPED
    assert client.read_flow_run(retryable).parameters == {"pekerjaan_id": 7}
    assert client.read_flow_run(later).parameters == TYPED
    for run_id in (running, later):
        client.delete_flow_run(run_id)


def test_a_card_number_in_the_field_of_a_jobs_number_is_cleared(client: SyncPrefectClient) -> None:
    run_id = left_behind(client, Crashed(), {"pekerjaan_id": CARD})
    forget_typed(client, utc_now())
    assert client.read_flow_run(run_id).parameters == {}


def test_more_runs_than_a_page_are_cleared(
    client: SyncPrefectClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("tasks.prefect_server.typed_forms._PAGE", 2)
    ids = [left_behind(client, Crashed()) for _ in range(5)]
    forget_typed(client, utc_now())

    assert [client.read_flow_run(run_id).parameters for run_id in ids] == [{}] * 5


def test_the_flow_says_what_it_forgot_and_forgets_old_jobs(client: SyncPrefectClient, desk: Any) -> None:
    here: Desk = desk(lambda request: httpx.Response(500))
    forget_typed(client, utc_now())
    left_behind(client, Crashed())
    long_ago = utc_now() - timedelta(days=731)
    with here.database.write() as session:
        for number, updated in enumerate((long_ago, utc_now())):
            row = new_row(Status.TERKIRIM, Jenis.TAMBAH_ANTREAN, kunci=f"k{number}", rantai=f"r{number}")
            row.updated_at = updated
            session.add(row)
    state = pemeliharaan(return_state=True)

    assert (state.name, state.message) == ("Completed", "1 isian formulir dan 1 pekerjaan lama dihapus")
    with here.database.read() as session:
        assert [job.kunci for job in session.query(Job)] == ["k1"]


def test_nothing_is_kept_for_less_than_a_day(desk: Any) -> None:
    here: Desk = desk(lambda request: httpx.Response(500))
    with here.database.write() as session:
        session.add(new_row(Status.TERKIRIM, updated_at=utc_now() - timedelta(hours=1), kunci=str(uuid4())))

    assert "0 pekerjaan lama" in str(pemeliharaan(simpan_hari=0, return_state=True).message)
