"""Somebody is told when something is wrong: once, in words, by Prefect, on a webhook of this machine."""

import json
import threading
import time
from collections.abc import Callable, Iterator
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import pytest
from prefect import get_client
from prefect.blocks.notifications import CustomWebhookNotificationBlock
from pydantic import SecretStr

from bpjs_client.jenis import Service
from database import enqueue
from database.local_time import local_date
from database.services.pauses import pause
from database.storage.models import Job
from database.views.alarms import FEWEST
from tasks.alerts.automations import PREFIX, NoSuchBlock, install_alerts
from tasks.alerts.schedule_news import SCHEDULE_CHANGED
from tasks.alerts.settings import AlertSettings
from tasks.alerts.subjects import RESOURCE, SINCE
from tasks.alerts.watch import (
    ALIVE,
    CAUSE_CAME,
    LONG_WAIT,
    MANY_FAILURES,
    STOPPED,
    News,
    emit,
    keep_watch,
    look_and_tell,
)
from tasks.prefect_ui.summary_page import leave_summary
from tests.conftest import SQLITE
from tests.database.outage import names, stopped, store
from tests.flows.bpjs import friendly
from tests.flows.prefect_server import PrefectServer
from tests.tasks.bodies import CARD
from tests.tasks.desk import Desk
from tests.tasks.listed import listed

DAY_NAMES = ("Senin", "Selasa", "Rabu", "Kamis", "Jumat", "Sabtu", "Minggu")
SILENT_SECONDS = 10  # Prefect takes no less


class Webhook:
    """Takes what is posted to it."""

    def __init__(self) -> None:
        self.told: list[dict[str, str]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                outer.told.append(json.loads(self.rfile.read(int(self.headers["Content-Length"]))))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Say nothing."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.server.server_port}/"

    def subjects(self) -> list[str]:
        return sorted(each["subject"].removeprefix(PREFIX) for each in self.told)

    def wait_for(self, count: int) -> None:
        deadline = time.monotonic() + 40
        while len(self.told) < count and time.monotonic() < deadline:
            time.sleep(0.1)
        assert len(self.told) >= count, self.told


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    running = Webhook()
    yield running
    running.server.shutdown()
    running.server.server_close()


@pytest.fixture
def installed(prefect: PrefectServer) -> Iterator[Callable[[AlertSettings], int]]:
    """Installs alerts; all tests share one Prefect server, so they are taken away at the end."""

    def install(settings: AlertSettings) -> int:
        with get_client(sync_client=True) as client:
            return install_alerts(client, settings)

    yield install
    with get_client(sync_client=True) as client:
        for automation in client.read_automations():
            client.delete_automation(automation.id)


def settings_for(webhook: Webhook | None, **more: Any) -> AlertSettings:
    url = SecretStr(webhook.url if webhook else "")
    quiet = {"alert_summary_at": "tidak"}  # else it would depend on the hour of the test
    return AlertSettings(
        _env_file=None, alert_url=url, alert_silent_minutes=SILENT_SECONDS / 60, **(quiet | more)
    )


def ailing(desk: Any) -> Desk:
    """A clinic where PCare is paused, the jobs of the day failed, and one has waited for two hours."""
    here: Desk = desk(friendly)
    pause(here.database, "utama", Service.PCARE, f"Peserta {CARD}: kata sandi ditolak.", mark="tanda")
    for number in range(FEWEST):
        enqueue("tambah-antrean", f"RM-{number}", "Pasien Contoh", {}, database=here.database)
    job_id = here.hand_over("tambah-pendaftaran")
    with here.database.write() as session:
        job = session.get_one(Job, job_id)
        job.created_at -= timedelta(hours=2)
        job.tanggal = local_date(here.database, job.created_at)
    return here


@pytest.mark.long
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_it_tells_of_each_trouble_once_and_of_a_dispatcher_that_falls_silent(
    desk: Any, webhook: Webhook, installed: Callable[[AlertSettings], int]
) -> None:
    here = ailing(desk)
    settings = settings_for(webhook)
    assert installed(settings) == 7
    with keep_watch(here.at, settings.model_copy(update={"watch_seconds": 0.5})):
        webhook.wait_for(3)
        time.sleep(2)  # every trouble is told again and again by the watch, by Prefect once
    expected = ["banyak pekerjaan gagal", "layanan berhenti", "pekerjaan menunggu terlalu lama"]
    assert webhook.subjects() == expected
    webhook.wait_for(4)
    assert webhook.subjects() == sorted([*expected, "dispatcher diam"])
    said = json.dumps(webhook.told, ensure_ascii=False)
    assert f"{FEWEST} dari {FEWEST} pekerjaan hari ini gagal." in said
    assert "1 pekerjaan menunggu lebih dari 60 menit, terlama sejak" in said
    assert "Layanan pcare dijeda sejak" in said
    assert CARD not in said


@pytest.mark.long
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_an_outage_of_500_clinics_is_told_once_and_the_clinic_that_stops_afterwards_too(
    desk: Any, webhook: Webhook, installed: Callable[[AlertSettings], int]
) -> None:
    here: Desk = desk(friendly)
    here.at.clinics = listed(names(501))
    now = here.database.clock()
    store(here.database, [stopped(name, since=now - timedelta(hours=3)) for name in names(500)])
    installed(settings := settings_for(webhook))
    with keep_watch(here.at, settings.model_copy(update={"watch_seconds": 0.5})):
        webhook.wait_for(1)
        time.sleep(2)
        assert len(webhook.told) == 1
        store(here.database, [stopped("klinik-500", since=now)])
        webhook.wait_for(2)
        time.sleep(2)
    mass, alone = [each["body"] for each in webhook.told]
    assert "Layanan pcare di 500 faskes (" in mass
    assert mass.endswith("bpjs.layanan.pcare")
    assert "Layanan pcare di 501 faskes (klinik-500, " in alone
    assert alone.endswith("bpjs.layanan.klinik-500.pcare")


def events(here: Desk, settings: AlertSettings) -> list[str]:
    told: list[News] = []
    look_and_tell(here.at, settings, told.append)
    return [news.event for news in told]


def test_a_clinic_without_trouble_only_gives_a_sign_of_life(desk: Any) -> None:
    here = desk(friendly)
    here.hand_over("tambah-pendaftaran")
    assert events(here, settings_for(None)) == [ALIVE]


@SQLITE
def test_the_limits_are_settings(desk: Any) -> None:
    here = ailing(desk)
    assert events(here, settings_for(None)) == [ALIVE, STOPPED, LONG_WAIT, MANY_FAILURES]
    lenient = settings_for(None, alert_waiting_minutes=180, alert_failure_percent=100)
    assert events(here, lenient) == [ALIVE, STOPPED]


def test_a_leftover_of_earlier_days_is_no_news(desk: Any) -> None:
    here = ailing(desk)
    with here.database.write() as session:
        for job in session.query(Job).filter(Job.status == "menunggu"):
            job.created_at -= timedelta(days=2)
            job.tanggal -= timedelta(days=2)
    assert LONG_WAIT not in events(here, settings_for(None))


@pytest.mark.long
def test_deploying_again_changes_the_automations_and_makes_no_more(
    webhook: Webhook, installed: Callable[[AlertSettings], int]
) -> None:
    installed(settings_for(webhook))
    installed(settings_for(webhook, alert_waiting_minutes=10))
    with get_client(sync_client=True) as client:
        ours = [each.name for each in client.read_automations() if each.name.startswith(PREFIX)]
    assert len(ours) == len(set(ours)) == 7


@pytest.mark.long
def test_deploying_again_tells_nothing_again(
    webhook: Webhook, installed: Callable[[AlertSettings], int]
) -> None:
    settings = settings_for(webhook)
    about = {RESOURCE: f"bpjs.sebab.{uuid4().hex}", SINCE: "2026-09-14"}
    installed(settings)
    emit(News(CAUSE_CAME, about, "sebab"))
    webhook.wait_for(1)
    installed(settings)
    time.sleep(3)  # Prefect hears of a changed automation
    emit(News(CAUSE_CAME, about, "sebab"))
    emit(News(CAUSE_CAME, about | {SINCE: "2026-09-15"}, "sebab lain"))
    webhook.wait_for(2)
    time.sleep(2)
    assert sorted(each["body"] for each in webhook.told) == ["sebab", "sebab lain"]


def test_without_anybody_to_tell_nothing_is_installed(installed: Callable[[AlertSettings], int]) -> None:
    assert installed(settings_for(None)) == 0
    with pytest.raises(NoSuchBlock, match="slack-webhook/tidak-ada"):
        installed(settings_for(None, alert_block="slack-webhook/tidak-ada"))


def test_a_block_made_in_the_ui_is_used(
    webhook: Webhook, installed: Callable[[AlertSettings], int], desk: Any
) -> None:
    name = f"klinik-{uuid4().hex[:6]}"
    block = CustomWebhookNotificationBlock(name=name, url=webhook.url, json_data={"subject": "{{subject}}"})
    block.save(name)
    assert installed(settings_for(None, alert_block=f"custom-webhook/{name}")) == 7
    about = {"prefect.resource.id": f"bpjs.faskes.{name}"}
    emit(News(MANY_FAILURES, about, "contoh"))
    webhook.wait_for(1)
    assert webhook.subjects() == ["banyak pekerjaan gagal"]


@pytest.mark.long
@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_cause_summary_and_schedule_are_each_told_once_and_the_summary_is_kept_in_prefect(
    desk: Any,
    webhook: Webhook,
    installed: Callable[[AlertSettings], int],
    prefect: PrefectServer,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("database.jobs.cause_watch.SETTLES", timedelta(0))
    here: Desk = desk(friendly)
    here.hand_over("tambah-pendaftaran")
    enqueue("tambah-antrean", "RM-2", "Pasien Contoh", {}, database=here.database)
    now = here.database.clock().astimezone(here.database.timezone)
    settings = settings_for(webhook, watch_seconds=0.5, alert_summary_at=f"{now:%H:%M}")
    installed(settings)
    with keep_watch(here.at, settings, leave=leave_summary):
        webhook.wait_for(2)
        emit(News(SCHEDULE_CHANGED, {RESOURCE: "bpjs.faskes.utama", SINCE: "2026-09-14"}, "berubah"))
        emit(News(SCHEDULE_CHANGED, {RESOURCE: "bpjs.faskes.utama", SINCE: "2026-09-14"}, "berubah"))
        for some in ("a", "b"):  # many clinics, and others on the same day
            emit(News(SCHEDULE_CHANGED, {RESOURCE: "bpjs.faskes", SINCE: f"2026-09-14 {some}"}, "berubah"))
        webhook.wait_for(5)
        time.sleep(2)
    assert webhook.subjects() == [*["jadwal antrean berubah"] * 3, "ringkasan harian", "sebab kegagalan"]
    (cause,) = [each["body"] for each in webhook.told if each["subject"].endswith("sebab kegagalan")]
    assert cause.endswith("lalu kirim ulang.")
    (summary,) = [each["body"] for each in webhook.told if each["subject"].endswith("ringkasan harian")]
    assert summary.startswith(f"Ringkasan {DAY_NAMES[now.weekday()]} {now:%d-%m-%Y}")
    assert "2 pekerjaan: 0 terkirim ke BPJS, 1 masih menunggu, 1 gagal." in summary
    wanted = {"artifacts": {"key": {"any_": ["ringkasan-harian"]}}, "limit": 1}
    (artifact,) = prefect.query("/artifacts/filter", **wanted)
    assert "2 pekerjaan" in artifact["data"]
