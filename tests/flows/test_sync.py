"""Reference data stays in step with BPJS through the flow `sync-referensi`, over real HTTP and a real Prefect."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta

import httpx
import pytest
from prefect import get_client
from prefect.flow_engine import run_flow_sync
from prefect.states import AwaitingRetry

from bpjs_client.deadline import DeadlineTransport
from bpjs_client.jenis import Service
from bpjs_client.jobs import Bpjs
from bpjs_client.references import BY_NAME
from bpjs_client.settings import BpjsSettings
from bpjs_simulator.server import Simulator
from database import Database
from database.errors import DatabaseUnavailable
from database.references.search import search
from database.references.store import Synced
from database.services.harmless_read import Answer, Reading, judge
from database.services.pauses import pause
from database.services.stopped_services import stopped_services
from database.storage.models import Sync
from flows.in_process.syncing import sync_now
from flows.sync_referensi import sync_referensi
from tasks.composition import Composition, using
from tasks.references import sync as sync_task
from tests.conftest import SQLITE
from tests.flows.prefect_server import PrefectServer

# A part of the references, for tests that need not read all of them.
FEW = ["pcare/poli", "pcare/spesialis", "antrean/poli"]
BROKEN = "Layanan BPJS sedang bermasalah. BPJS: “Runtime Error Server Error in '/' Application.”"


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as running:
        yield running


class Gateway(httpx.BaseTransport):
    """Stands in front of the simulator and answers by itself what is asked at some paths."""

    def __init__(self) -> None:
        self.answers: dict[str, httpx.Response] = {}  # by what the path holds
        self._behind = DeadlineTransport()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        for part, answer in self.answers.items():
            if part in request.url.path:
                return httpx.Response(answer.status_code, headers=answer.headers, content=answer.content)
        return self._behind.handle_request(request)


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


@pytest.fixture
def here(
    database: Database, simulator: Simulator, prefect: PrefectServer, gateway: Gateway
) -> Iterator[Composition]:
    def bpjs(_faskes: str) -> Bpjs:
        settings = BpjsSettings(
            _env_file=None, pcare_base_url=simulator.pcare_url, antrean_base_url=simulator.antrean_url
        )
        return Bpjs(settings, transport=gateway)

    with using(Composition(open_database=lambda: database, open_bpjs=bpjs)) as composition:
        yield composition


def sync(names: list[str] = list(BY_NAME), *, allow_shrink: bool = False) -> dict[str, Synced]:  # noqa: B006
    done = sync_now(names, allow_shrink=allow_shrink, tell=lambda synced: None)
    return {f"{synced.layanan}/{synced.jenis}": synced for synced in done}


def changes(done: dict[str, Synced]) -> dict[str, tuple[int, int, int]]:
    """What was added, changed, removed; without the references to which nothing happened."""
    every = {name: (each.added, each.changed, each.removed) for name, each in done.items()}
    return {name: change for name, change in every.items() if any(change)}


@pytest.mark.long
@pytest.mark.parametrize("form", ["204-http", "null"])
@SQLITE
def test_all_references_are_whole_and_a_second_sync_changes_nothing(
    here: Composition, simulator: Simulator, form: str
) -> None:
    simulator.set_options(page_cap=73, no_data=form, count_is_total=form != "null")
    held = simulator.ledger()["references"]

    first = sync()

    assert {name: each.error for name, each in first.items() if each.error} == {}
    assert list(first) == list(BY_NAME)
    counts = {name.removeprefix("pcare/"): each.count for name, each in first.items()}
    for name in (
        "diagnosa",
        "dokter",
        "kesadaran",
        "poli",
        "provider",
        "spesialis",
        "sarana",
        "obat",
        "prognosa",
    ):
        assert counts[name] == held[name], name
    parts = {
        "tindakan": "tindakan",
        "alergi": "alergi",
        "status-pulang": "statuspulang",
        "club-prolanis": "club",
    }
    for name, listed in parts.items():
        assert counts[name] == sum(count for key, count in held.items() if key.startswith(f"{listed}/")), name
    assert counts["antrean/poli"] == 8 * held["poli"]
    assert counts["antrean/dokter"] == 8 * held["sesi"]
    assert changes(sync()) == {}


@pytest.mark.long
def test_an_edited_name_and_a_vanished_row_are_one_changed_and_one_removed(
    here: Composition, simulator: Simulator
) -> None:
    names = ["pcare/dokter", "pcare/poli"]
    sync(names)
    simulator.edit_reference("dokter", add=[{"kdDokter": "200101", "nmDokter": "dr. Nama Baru"}])
    simulator.edit_reference("poli", remove=["998"])

    assert changes(sync(names)) == {"pcare/dokter": (0, 1, 0), "pcare/poli": (0, 0, 1)}
    assert [row.nama for row in search(here.database, BY_NAME["pcare/dokter"], "200101")] == ["dr. Nama Baru"]


@pytest.mark.long
@SQLITE
def test_a_reference_that_fails_half_way_keeps_its_rows_and_the_others_go_on(
    here: Composition, simulator: Simulator, quick_retries: None
) -> None:
    sync(["pcare/subspesialis", "pcare/poli"])
    simulator.edit_reference("poli", add=[{"kdPoli": "555", "nmPoli": "POLI BARU"}])
    simulator.edit_reference("subspesialis/ANA", add=[{"kdSubSpesialis": "99", "nmSubSpesialis": "Baru"}])
    simulator.set_options(broken_reads=["spesialis/BED"])
    done = sync(["pcare/subspesialis", "pcare/poli"])

    assert done["pcare/subspesialis"].error == BROKEN
    assert changes(done) == {"pcare/poli": (1, 0, 0)}
    assert search(here.database, BY_NAME["pcare/subspesialis"], "99") == []

    simulator.set_options(broken_reads=[])
    assert changes(sync(["pcare/subspesialis", "pcare/poli"])) == {"pcare/subspesialis": (1, 0, 0)}


@pytest.fixture
def quick_retries(monkeypatch: pytest.MonkeyPatch) -> None:
    """The task's second try comes at once."""
    monkeypatch.setattr(sync_task, "retry_delay_seconds", [0.0])


@pytest.mark.long
@SQLITE
def test_a_second_try_brings_what_the_first_could_not_read(
    here: Composition, simulator: Simulator, prefect: PrefectServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The service comes back between the two."""
    monkeypatch.setattr(sync_task, "retry_delay_seconds", [6.0])
    simulator.set_options(broken_reads=["prognosa"])
    threading.Timer(4, lambda: simulator.set_options(broken_reads=[])).start()

    done = sync(["pcare/prognosa"])

    assert (done["pcare/prognosa"].error, done["pcare/prognosa"].count) == (None, 5)


@pytest.mark.long
@SQLITE
def test_a_suspicious_shrink_is_applied_only_when_told(here: Composition, simulator: Simulator) -> None:
    sync(["pcare/khusus"])
    simulator.edit_reference("khusus", remove=["HDL", "THA", "HEM", "IGD"])

    assert "4 dari 10 baris hilang" in (sync(["pcare/khusus"])["pcare/khusus"].error or "")
    assert len(search(here.database, BY_NAME["pcare/khusus"])) == 10
    assert changes(sync(["pcare/khusus"], allow_shrink=True)) == {"pcare/khusus": (0, 0, 4)}


def envelope(code: int, message: str) -> httpx.Response:
    return httpx.Response(code, json={"response": None, "metaData": {"code": code, "message": message}})


# Where the gateway answers, what it answers, and what of it the reference says then.
REFUSED = {
    "pcare/club-prolanis": (
        "/kelompok/club/02",
        envelope(404, "Unauthorized! You are not registered for this service!"),
        "Cons-id belum terdaftar untuk layanan ini di BPJS. "
        "BPJS: “Unauthorized! You are not registered for this service!”",
    ),
    "pcare/alergi": (
        "/alergi/",
        httpx.Response(404, text="No Mapping Rule matched"),
        "Gerbang BPJS tidak mengenal alamat ini: periksa alamat layanan. BPJS: “No Mapping Rule matched”",
    ),
    "pcare/obat": (
        "/obat/",
        httpx.Response(403, json={"message": "Forbidden"}),
        "Ditolak oleh gerbang BPJS: periksa alamat layanan dan kredensial. BPJS: “Forbidden”",
    ),
    "pcare/dokter": (
        "pcare-rest/dokter/",
        httpx.Response(400, html="<title>Request Rejected</title><p>Your support ID is: 1234567890123</p>"),
        "Ditolak oleh gerbang BPJS: periksa alamat layanan dan kredensial. "
        "BPJS: “Request Rejected Your support ID is: •••”",
    ),
    "pcare/prognosa": (
        "/prognosa",
        envelope(401, "Username atau password salah"),
        "Login PCare ditolak: periksa nama pengguna dan kata sandi (kata sandi PCare perlu diganti berkala). "
        "BPJS: “Username atau password salah”",
    ),
}


@pytest.mark.long
@SQLITE
def test_references_that_are_refused_say_why_and_neither_the_others_nor_the_jobs_suffer(
    here: Composition, gateway: Gateway
) -> None:
    gateway.answers = {path: answer for path, answer, _said in REFUSED.values()}

    done = sync()

    said = {name: synced.error for name, synced in done.items() if synced.error}
    assert said == {name: words for name, (_path, _answer, words) in REFUSED.items()}
    assert all(synced.count > 0 for name, synced in done.items() if name not in REFUSED)
    assert stopped_services(here.database) == []
    with here.database.read() as session:
        kept = {f"{row.layanan}/{row.jenis}": row.error for row in session.query(Sync) if row.error}
    assert kept == said


@pytest.mark.long
@SQLITE
def test_a_refused_credential_is_met_once_pauses_nothing_and_the_other_service_is_read(
    here: Composition, simulator: Simulator, prefect: PrefectServer
) -> None:
    antrean = [name for name in FEW if name.startswith("antrean")]
    sync(antrean)
    alone = simulator.ledger()["reads"]
    simulator.set_password("Sandi#Lain99")

    done = sync(FEW)

    assert {name for name, synced in done.items() if synced.error} == {"pcare/poli", "pcare/spesialis"}
    assert "BPJS: “Username atau password tidak sesuai”" in (done["pcare/poli"].error or "")
    # The harmless read, and the first list that came: no path alone speaks for the whole service.
    assert simulator.ledger()["reads"] == 2 * alone + 2
    assert stopped_services(here.database) == []


@SQLITE
def test_a_service_that_is_paused_is_not_asked(here: Composition, simulator: Simulator) -> None:
    pause(here.database, "utama", Service.PCARE, "Kata sandi ditolak.", mark="")
    asked = simulator.ledger()["reads"]

    assert sync(["pcare/poli"])["pcare/poli"].error == "layanan pcare dijeda: Kata sandi ditolak."
    assert simulator.ledger()["reads"] == asked


@SQLITE
def test_a_service_that_is_down_is_not_asked_and_not_called_paused(
    here: Composition, simulator: Simulator
) -> None:
    unanswered = Reading(Answer.FAILED, "BPJS tidak menjawab.")
    judge(here.database, "utama", Service.PCARE, unanswered, probes=[timedelta(hours=1)])
    asked = simulator.ledger()["reads"]

    error = sync(["pcare/poli"])["pcare/poli"].error
    assert error == "layanan pcare sedang tidak dapat dihubungi: BPJS tidak menjawab."
    assert simulator.ledger()["reads"] == asked


@pytest.mark.long
@SQLITE
def test_a_service_that_is_down_is_said_for_each_of_its_references(
    here: Composition, simulator: Simulator, quick_retries: None
) -> None:
    simulator.outage(on=True)

    done = sync(FEW)

    assert {synced.error for synced in done.values()} == {"BPJS tidak dapat dihubungi."}


KILLED = """
import sys
from bpjs_client.deadline import DeadlineTransport
from bpjs_client.jenis import Service
from bpjs_client.jobs import Bpjs
from bpjs_client.settings import BpjsSettings
from flows.in_process.syncing import sync_now
print("begun", flush=True)
sync_now(["pcare/diagnosa", "pcare/poli"], allow_shrink=False, tell=lambda synced: print(synced.jenis, flush=True))
"""


@pytest.mark.long
def test_a_killed_sync_leaves_the_old_rows_whole(
    here: Composition, simulator: Simulator, database_url: str, prefect: PrefectServer
) -> None:
    sync(["pcare/diagnosa"])
    before = search(here.database, BY_NAME["pcare/diagnosa"])
    simulator.edit_reference(
        "diagnosa", add=[{"kdDiag": "A00", "nmDiag": "Nama lain", "nonSpesialis": False}]
    )
    simulator.set_options(latency_ms=300)
    environ = os.environ | {
        "BPJS_DATABASE_URL": database_url,
        "BPJS_PCARE_BASE_URL": simulator.pcare_url,
        "BPJS_ANTREAN_BASE_URL": simulator.antrean_url,
        "PREFECT_API_URL": prefect.api_url,
        "PREFECT_HOME": str(prefect.home),
    }
    asked = simulator.ledger()["reads"]
    with subprocess.Popen([sys.executable, "-c", KILLED], env=environ, stdout=subprocess.PIPE) as child:
        while simulator.ledger()["reads"] < asked + 12:
            assert child.poll() is None
            time.sleep(0.02)
        child.send_signal(signal.SIGKILL)

    assert search(here.database, BY_NAME["pcare/diagnosa"]) == before
    simulator.set_options(latency_ms=0)
    assert changes(sync(["pcare/diagnosa"])) == {"pcare/diagnosa": (0, 1, 0)}


@pytest.mark.long
@SQLITE
def test_each_reference_has_its_run_and_the_flow_leaves_a_table_with_links(
    here: Composition, simulator: Simulator, prefect: PrefectServer, quick_retries: None
) -> None:
    simulator.set_options(broken_reads=["spesialis"])
    state = sync_referensi(FEW, return_state=True)
    run = state.state_details.flow_run_id

    assert (state.name, state.message) == ("Failed", "Gagal · 1 dari 3: pcare/spesialis")
    table = json.loads(str(artifact_of(prefect, run)["data"]))
    assert [(row["Baris"], row["Keterangan"]) for row in table] == [
        (7, "Selesai"),
        (0, f"Gagal · {BROKEN}"),
        (56, "Selesai"),
    ]
    linked = {row["Referensi"].partition("](/runs/task-run/")[2].rstrip(")") for row in table}
    runs = wait_for(lambda: ended(prefect, run), count=3)
    assert {each["id"] for each in runs} == linked
    assert {(each["name"], each["state_name"]) for each in runs} == {
        ("sync pcare/poli", "Completed"),
        ("sync pcare/spesialis", "Failed"),
        ("sync antrean/poli", "Completed"),
    }


def artifact_of(prefect: PrefectServer, run: object) -> dict[str, object]:
    found, *_earlier = prefect.query(
        "/artifacts/filter",
        sort="CREATED_DESC",
        artifacts={"flow_run_id": {"any_": [str(run)]}, "type": {"any_": ["table"]}},
    )
    return found


def ended(prefect: PrefectServer, run: object) -> list[dict[str, object]]:
    return prefect.query(
        "/task_runs/filter",
        task_runs={"flow_run_id": {"any_": [str(run)]}, "state": {"type": {"any_": ["COMPLETED", "FAILED"]}}},
    )


def wait_for(look: Callable[[], list[dict[str, object]]], *, count: int) -> list[dict[str, object]]:
    give_up = time.monotonic() + 30
    while len(found := look()) < count:
        assert time.monotonic() < give_up, found
        time.sleep(0.1)
    return found


@pytest.mark.long
@SQLITE
def test_a_retried_flow_run_reads_only_what_had_failed(
    here: Composition, simulator: Simulator, prefect: PrefectServer, quick_retries: None
) -> None:
    simulator.set_options(broken_reads=["spesialis"])
    run_id = sync_referensi(FEW, return_state=True).state_details.flow_run_id
    assert run_id is not None
    simulator.set_options(broken_reads=[])

    with get_client(sync_client=True) as client:  # what the UI's Retry does, and then a worker
        client.set_flow_run_state(run_id, AwaitingRetry(), force=True)
        run = client.read_flow_run(run_id)
    state = run_flow_sync(sync_referensi, run, parameters={"referensi": FEW}, return_type="state")

    assert state is not None
    assert state.name == "Completed", state.message
    with here.database.read() as session:
        runs = [(run.jenis, run.error is None) for run in session.query(Sync).order_by(Sync.id)]
    assert sorted(runs) == [("poli", True), ("poli", True), ("spesialis", False), ("spesialis", True)]
    # And its table is again that of all.
    assert [row["Baris"] for row in json.loads(str(artifact_of(prefect, run_id)["data"]))] == [7, 4, 56]


@SQLITE
def test_a_database_that_fails_is_one_clear_sentence(
    here: Composition, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_arguments: object, **_settings: object) -> Synced:
        raise DatabaseUnavailable("Disk basis data penuh; kosongkan ruang lalu coba lagi.")

    monkeypatch.setattr("tasks.reference_sync.store_reference", full)

    state = sync_referensi(["pcare/poli"], return_state=True)

    assert (state.name, state.message) == ("Failed", "Gagal · 1 dari 1: pcare/poli")
