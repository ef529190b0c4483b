"""A sync leaves the antrean schedule as a page in Prefect, and tells of its changes once."""

from collections.abc import Iterator

import pytest
from prefect.settings import PREFECT_API_URL, temporary_settings

from bpjs_client.jobs import Bpjs
from bpjs_client.settings import BpjsSettings
from bpjs_simulator.server import Simulator
from database import Database, enqueue
from database.storage.models import ScheduleDay, ScheduleTold
from flows.artifacts.schedule_page import KEY, schedule_page
from flows.in_process.syncing import sync_now
from tasks.composition import Composition, using
from tasks.prefect_server.temporary_server import is_temporary
from tests.conftest import SQLITE
from tests.database.clinic import FakeClock
from tests.database.outage import names
from tests.flows.prefect_server import PrefectServer
from tests.tasks.bodies import BODIES
from tests.tasks.listed import listed
from tests.tasks.schedules import Scheduled, session


@pytest.fixture
def simulator() -> Iterator[Simulator]:
    with Simulator() as running:
        yield running


@pytest.fixture
def here(database: Database, simulator: Simulator, prefect: PrefectServer) -> Iterator[Composition]:
    settings = BpjsSettings(
        _env_file=None, pcare_base_url=simulator.pcare_url, antrean_base_url=simulator.antrean_url
    )
    with using(
        Composition(open_database=lambda: database, open_bpjs=lambda _: Bpjs(settings))
    ) as composition:
        yield composition


def page(prefect: PrefectServer) -> str:
    wanted = {"artifacts": {"key": {"any_": [KEY]}}, "sort": "CREATED_DESC", "limit": 1}
    (artifact,) = prefect.query("/artifacts/filter", **wanted)
    return str(artifact["data"])


@SQLITE
def test_the_page_and_the_event_follow_a_sync(
    here: Composition, simulator: Simulator, prefect: PrefectServer
) -> None:
    body = {**BODIES["tambah-antrean"], "kodepoli": "003", "kodedokter": 1}
    enqueue("tambah-antrean", "RM-1", "Pasien Contoh", body, database=here.database)
    simulator.edit_reference("sesi", rows=[session(1), session(2, "13:00-15:00")])
    sync_now(["antrean/dokter"], allow_shrink=True, tell=lambda _synced: None)
    assert "Tanpa sesi tujuh hari ke depan: poli 003." in page(prefect)
    with here.database.write() as found:  # as if all that was yesterday
        for row in (*found.query(ScheduleDay), *found.query(ScheduleTold)):
            for name in {"seen_at", "told_at"} & set(row.__mapper__.columns.keys()):
                setattr(row, name, getattr(row, name).replace(year=2025))
    simulator.edit_reference(
        "sesi", add=[session(2, "13:00-15:00", kapasitas=5)], remove=["001/1/08:00-12:00"]
    )
    sync_now(["antrean/dokter"], allow_shrink=True, tell=lambda _synced: None)
    assert "8 sesi hilang, 8 sesi kuota berubah" in page(prefect)
    assert "kuota berubah, dulu 30" in page(prefect)
    with here.database.read() as found:
        assert found.query(ScheduleTold).one().told_at.year > 2025


@SQLITE
def test_what_a_temporary_server_hears_counts_as_told_to_nobody(
    here: Composition, simulator: Simulator, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert not is_temporary()
    with temporary_settings(restore_defaults={PREFECT_API_URL}):
        assert is_temporary()
    simulator.edit_reference("sesi", rows=[session(1)])
    monkeypatch.setattr("flows.sync_referensi.is_temporary", lambda: True)
    sync_now(["antrean/dokter"], allow_shrink=True, tell=lambda _synced: None)
    with here.database.read() as found:
        assert found.query(ScheduleDay).count() == 8
        assert found.query(ScheduleTold).count() == 0


@SQLITE
def test_of_many_clinics_only_those_with_news_have_a_part(database: Database) -> None:
    many = names(25)
    scheduled = Scheduled(database)
    scheduled.at.clinics = listed(many)
    scheduled.has(session(1))
    for faskes in many[:24]:
        scheduled.read(faskes)
    text = schedule_page(database, many, many)
    assert text.count("## ") == 1
    assert "klinik-024" in text
    assert "Jadwal belum pernah dibaca dari BPJS." in text
    assert "Tanpa kekurangan dan perubahan: 24 faskes." in text


@SQLITE
class TestWholeTable:
    @pytest.fixture
    def clock(self) -> FakeClock:
        return FakeClock()

    def test_a_few_clinics_have_the_whole_week(self, database: Database) -> None:
        scheduled = Scheduled(database)
        scheduled.has(session(1), session(2, poli="002", hari=[0]))
        scheduled.read()
        text = schedule_page(database, ["utama"], None)
        assert "| 001 POLI 001 | 08:00-12:00 | dr. Contoh 1 (1) | 30 | tiap hari |" in text
        assert "| 002 POLI 002 | 08:00-12:00 | dr. Contoh 2 (2) | 30 | Sen 14-09, Sen 21-09 |" in text
