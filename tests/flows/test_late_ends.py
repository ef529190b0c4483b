"""Task runs whose end Prefect never heard of are brought to it; those of a process that died become Crashed."""

from collections.abc import Iterator
from datetime import timedelta
from uuid import UUID, uuid4

import pytest
from prefect import get_client
from prefect.client.orchestration import SyncPrefectClient
from prefect.client.schemas import State
from prefect.states import Completed, Running

from bpjs_client.jenis import Jenis
from database import Database, enqueue
from database.jobs.attempts import append_attempt
from database.vocabulary import Outcome
from flows.kirim import kirim
from tasks.composition import Composition, using
from tasks.jobs import TASKS
from tasks.late_ends import LateEnds
from tests.conftest import SQLITE
from tests.flows.prefect_server import PrefectServer
from tests.tasks.bodies import BODIES

JENIS = Jenis.TAMBAH_ANTREAN


@pytest.fixture
def client(prefect: PrefectServer) -> Iterator[SyncPrefectClient]:
    with get_client(sync_client=True) as asking:
        yield asking


@pytest.fixture
def at(database: Database) -> Iterator[Composition]:
    with using(Composition(open_database=lambda: database)) as mine:
        yield mine


def attempt(database: Database, flow_run: UUID, run: UUID, outcome: Outcome, norm: str) -> None:
    job = enqueue(JENIS, norm, f"Pasien {norm}", BODIES[JENIS], kunci=norm, database=database)
    with database.write() as session:
        now = database.clock()
        ids = {"flow_run_id": flow_run, "task_run_id": run}
        append_attempt(session, job.id, started_at=now, finished_at=now, outcome=outcome, request={}, **ids)


def begin(client: SyncPrefectClient, flow_run: UUID) -> UUID:
    """A task run that Prefect knows to run."""
    run = uuid4()
    client.create_task_run(TASKS[JENIS], flow_run, str(run), id=run, name="berjalan", state=Running())
    return run


def end_of(client: SyncPrefectClient, run: UUID) -> tuple[str | None, str | None]:
    state: State[None] | None = client.read_task_run(run).state
    assert state is not None
    return state.name, state.message


@SQLITE
def test_ends_that_prefect_lost_are_told_from_our_history(
    database: Database, client: SyncPrefectClient, at: Composition
) -> None:
    flow_run = client.create_flow_run(kirim, state=Running()).id
    running, known, unknown, died = (
        begin(client, flow_run),
        begin(client, flow_run),
        uuid4(),
        begin(client, flow_run),
    )
    attempt(database, flow_run, running, Outcome.TEMPORARY, "RM-1")
    attempt(database, flow_run, known, Outcome.TEMPORARY, "RM-2")
    attempt(database, flow_run, unknown, Outcome.TEMPORARY, "RM-3")
    attempt(database, flow_run, died, Outcome.WORKER_DIED, "RM-4")
    client.set_task_run_state(known, Completed(message="sudah"), force=True)

    late = LateEnds(at, timedelta(0))
    late.look()

    waits = "Menunggu · akhir run ini dicatat belakangan"
    assert end_of(client, running) == ("Ditunda", waits)
    assert end_of(client, known) == ("Completed", "sudah")
    assert end_of(client, unknown) == ("Ditunda", waits)
    assert client.read_task_run(unknown).name == f"{JENIS} RM-3 Pasien RM-3"
    assert client.read_task_run(unknown).flow_run_id == flow_run
    assert end_of(client, died) == ("Crashed", "Terhenti · prosesnya tidak hidup lagi")
    assert late.look() == 0
    client.delete_flow_run(flow_run)


@SQLITE
def test_what_hangs_in_a_flow_run_that_is_over_is_ended_and_in_a_living_one_it_is_not(
    database: Database, client: SyncPrefectClient, at: Composition
) -> None:
    living, over = (client.create_flow_run(kirim, state=Running()).id for _ in range(2))
    goes_on, hangs, waited = begin(client, living), begin(client, over), begin(client, over)
    attempt(database, over, waited, Outcome.TEMPORARY, "RM-1")
    LateEnds(at, timedelta(0)).look()
    assert end_of(client, hangs)[0] == "Running"
    client.set_flow_run_state(over, Completed(), force=True)

    LateEnds(at, timedelta(0)).look()

    assert end_of(client, goes_on)[0] == "Running"
    said = "Terhenti · akhir run ini tidak sampai ke Prefect; status pekerjaan ada di Beranda"
    assert end_of(client, hangs) == ("Crashed", said)
    for flow_run in (living, over):
        client.delete_flow_run(flow_run)


@SQLITE
def test_while_prefect_is_away_nothing_is_forgotten(
    database: Database, client: SyncPrefectClient, at: Composition
) -> None:
    from prefect.settings import PREFECT_API_URL, temporary_settings  # noqa: PLC0415 - seconds to import

    flow_run = client.create_flow_run(kirim, state=Running()).id
    run = begin(client, flow_run)
    attempt(database, flow_run, run, Outcome.TEMPORARY, "RM-1")
    late = LateEnds(at, timedelta(0))
    with temporary_settings({PREFECT_API_URL: "http://127.0.0.1:9/api"}):
        assert late.look() == 0
    assert late.look() >= 1
    assert end_of(client, run)[0] == "Ditunda"
    client.delete_flow_run(flow_run)
