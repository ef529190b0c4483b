"""The day's summary at closing time: read in full, made once a day, silent on a day with nothing to say."""

from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from pydantic import ValidationError

from bpjs_client.jenis import Service
from database import Database
from database.services.pauses import pause
from database.status import Status
from tasks.alerts.settings import AlertSettings, summary_time
from tasks.alerts.subjects import RESOURCE, SINCE
from tasks.alerts.summary import SUMMARY, due_day, summary, summary_to_send
from tasks.alerts.watch import News, look_and_tell
from tasks.prefect_ui.summary_page import summary_page
from tests.conftest import SQLITE
from tests.database.clinic import FakeClock, new_row
from tests.tasks.bodies import CARD
from tests.tasks.listed import listed
from tests.tasks.test_cause_news import UNKNOWN_POLI, Watched

CLOSES = time(21)
DAY = date(2026, 9, 14)


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()  # eight in the morning


@pytest.fixture
def here(database: Database, clock: FakeClock) -> Watched:
    return Watched(database, clock)


def has(here: Watched, status: Status, jobs: int, **more: Any) -> None:
    with here.database.write() as session:
        for number in range(jobs):
            key = f"{status}-{number}-{more.get('tanggal')}"
            session.add(new_row(status, kunci=key, rantai=key, **more))


def sent(here: Watched) -> str | None:
    made = summary_to_send(here.database, CLOSES, here.at.clinics.known)
    return made.said if made else None


def test_it_tells_in_full_what_was_done_what_fails_and_what_is_to_do(here: Watched) -> None:
    has(here, Status.TERKIRIM, 148)
    has(here, Status.MENUNGGU, 11)
    has(here, Status.GAGAL, 2, tanggal=DAY - timedelta(days=1), message="Kuota habis sama sekali")
    here.fails(jobs=5)
    here.fails(f"Peserta {CARD} a.n. Budi Rahasia bermasalah", nama_pasien="Budi Rahasia")
    pause(here.database, "utama", Service.PCARE, "kata sandi PCare ditolak.", mark="tanda")
    here.clock.advance(hours=13)
    assert sent(here) == (
        "Ringkasan Senin 14-09-2026 (dibuat 14-09-2026 21:00)\n"
        "\n"
        "165 pekerjaan: 148 terkirim ke BPJS, 11 masih menunggu, 6 gagal.\n"
        "Dari hari-hari sebelumnya tersisa 2 gagal dan 0 menunggu.\n"
        "\n"
        "Yang gagal menurut sebab (14 hari terakhir, belum diselesaikan):\n"
        "1. 5 pekerjaan PCare: kdPoli: Kode pada isian itu tidak ada di data referensi BPJS.\n"
        "   Yang perlu dilakukan: Perbaiki isian yang disebut, lalu kirim ulang.\n"
        "2. 2 pekerjaan PCare: Kuota dokter pada jadwal itu sudah habis di BPJS.\n"
        "   Yang perlu dilakukan: Pilih jadwal atau dokter lain, atau tambah kuotanya di HFIS, lalu kirim ulang.\n"
        "3. 1 pekerjaan PCare: Peserta # a.n. … bermasalah.\n"
        "   Yang perlu dilakukan: Perbaiki sesuai alasannya, lalu kirim ulang.\n"
        "\n"
        "Perlu ditindaklanjuti: 8 pekerjaan. Buka tab Monitoring, kelompok Sebab; atau beranda di Prefect.\n"
        "Layanan pcare dijeda sejak 08:00:00: kata sandi PCare ditolak."
    )


def test_a_good_day_is_told_briefly(here: Watched) -> None:
    has(here, Status.TERKIRIM, 3)
    here.clock.advance(hours=13)
    assert sent(here) == (
        "Ringkasan Senin 14-09-2026 (dibuat 14-09-2026 21:00)\n"
        "\n"
        "3 pekerjaan: 3 terkirim ke BPJS, 0 masih menunggu, 0 gagal.\n"
        "\n"
        "Tidak ada yang gagal dalam 14 hari terakhir.\n"
        "\n"
        "Tidak ada yang perlu ditindaklanjuti."
    )


def test_a_day_without_work_is_told_only_when_something_is_open(here: Watched) -> None:
    here.clock.advance(hours=13)
    assert sent(here) is None
    has(here, Status.GAGAL, 1, tanggal=DAY)
    here.clock.advance(days=1)
    said = sent(here) or ""
    assert "Tidak ada pekerjaan hari itu." in said
    assert "tersisa 1 gagal" in said


def test_it_is_made_once_a_day_whoever_looks(here: Watched) -> None:
    has(here, Status.TERKIRIM, 1)
    here.clock.advance(hours=13)
    first = sent(here)
    here.clock.advance(minutes=5)
    assert sent(here) == first  # under the same name, for an event may be lost
    here.clock.advance(minutes=6)
    assert sent(here) is None
    here.clock.advance(days=1)
    has(here, Status.TERKIRIM, 1, tanggal=DAY + timedelta(days=1))
    assert "Selasa 15-09-2026" in (sent(here) or "")


def test_watchers_that_look_at_the_same_moment_make_one(here: Watched) -> None:
    has(here, Status.TERKIRIM, 1)
    here.clock.advance(hours=13)
    with ThreadPoolExecutor(6) as watchers:
        assert len(set(watchers.map(lambda _number: sent(here), range(6)))) == 1


DUE = [
    ("2026-09-14 20:59", "21:00", None),
    ("2026-09-14 21:00", "21:00", "2026-09-14"),
    ("2026-09-15 00:10", "21:00", "2026-09-14"),
    ("2026-09-15 08:59", "21:00", "2026-09-14"),
    ("2026-09-15 09:00", "21:00", None),
    ("2026-09-15 00:05", "23:59", "2026-09-14"),
    # Before the clinic opens it is about the day before.
    ("2026-09-15 00:29", "00:30", None),
    ("2026-09-15 00:30", "00:30", "2026-09-14"),
    ("2026-09-15 00:05", "00:00", "2026-09-14"),
    ("2026-09-15 06:30", "06:30", "2026-09-14"),
    ("2026-09-15 12:30", "00:30", None),
]


@pytest.mark.parametrize("now, at, day", DUE)
def test_it_is_due_for_twelve_hours_from_then(now: str, at: str, day: str | None) -> None:
    local = datetime.fromisoformat(now).replace(tzinfo=ZoneInfo("Asia/Makassar"))
    due = due_day(local, time.fromisoformat(at), time(7))
    assert (due and due.isoformat()) == day


def test_closing_time_is_the_clinics_own(here: Watched) -> None:
    has(here, Status.TERKIRIM, 1)
    here.clock.advance(hours=11)  # 19.00 in Jakarta, 21.00 in Jayapura
    assert sent(here) is None
    here.database.timezone = ZoneInfo("Asia/Jayapura")
    assert "dibuat 14-09-2026 21:00" in (sent(here) or "")


@SQLITE
def test_of_many_clinics_it_names_those_with_the_most_failures(here: Watched) -> None:
    here.at.clinics = listed(f"klinik-{letter}" for letter in "abcdefg")
    for count, letter in enumerate("abcdefg", start=1):
        here.fails(jobs=count, faskes=f"klinik-{letter}")
    here.fails(faskes=f"kartu {CARD}")
    said = summary(here.database, DAY, here.at.clinics.known) or ""
    assert "1. 29 pekerjaan PCare di 8 faskes: kdPoli: " in said
    assert (
        "Gagal menurut faskes: klinik-g 7, klinik-f 6, klinik-e 5, klinik-d 4, klinik-c 3, dan 3 faskes lain."
        in said
    )
    assert CARD not in said


@SQLITE
def test_of_many_causes_it_tells_the_largest(here: Watched) -> None:
    for count, letter in enumerate("abcdefgh", start=1):
        here.fails(f"Alasan {letter * 6} saja", jobs=count)
    said = summary(here.database, DAY, None) or ""
    assert "1. 8 pekerjaan PCare: Alasan hhhhhh saja." in said
    assert "5. 4 pekerjaan" in said
    assert "… dan 3 sebab lain, 6 pekerjaan." in said
    assert "6. " not in said


@SQLITE
def test_where_not_all_failures_were_looked_at_it_says_so(
    here: Watched, monkeypatch: pytest.MonkeyPatch
) -> None:
    here.fails(jobs=4)
    assert "terbaru saja" not in (summary(here.database, DAY, None) or "")
    for module in ("database.views.failing_causes", "tasks.alerts.summary"):
        monkeypatch.setattr(f"{module}.MOST_FAILED", 3)
    said = summary(here.database, DAY, None) or ""
    assert "(14 hari terakhir, belum diselesaikan; 3 kegagalan terbaru saja):\n1. 3 pekerjaan" in said


@SQLITE
def test_sent_before_the_clinic_opens_it_tells_of_the_day_before(here: Watched) -> None:
    has(here, Status.TERKIRIM, 3)
    here.clock.advance(hours=16, minutes=30)  # half past midnight
    told: list[News] = []
    look_and_tell(here.at, AlertSettings(_env_file=None, alert_summary_at="00:30"), told.append)
    (said,) = [news.said for news in told if news.event == SUMMARY]
    assert said.startswith("Ringkasan Senin 14-09-2026 (dibuat 15-09-2026 00:30)\n\n3 pekerjaan: 3 terkirim")


def test_the_watch_sends_and_keeps_it_at_the_settings_time(here: Watched) -> None:
    here.fails(UNKNOWN_POLI)
    told: list[News] = []
    kept: list[str] = []
    settings = AlertSettings(_env_file=None, alert_summary_at="20:30")
    here.clock.advance(hours=12, minutes=29)
    look_and_tell(here.at, settings, told.append, kept.append)
    assert [news.event for news in told if news.event == SUMMARY] == []
    here.clock.advance(minutes=1)
    look_and_tell(here.at, settings, told.append, kept.append)
    (news,) = [news for news in told if news.event == SUMMARY]
    assert news.resource == {RESOURCE: "bpjs.ringkasan", SINCE: "2026-09-14"}
    assert kept == [news.said]


@SQLITE
def test_never_is_a_setting(here: Watched) -> None:
    here.fails(UNKNOWN_POLI)
    here.clock.advance(hours=13)
    told: list[News] = []
    look_and_tell(here.at, AlertSettings(_env_file=None, alert_summary_at="tidak"), told.append)
    assert SUMMARY not in [news.event for news in told]


def test_the_setting_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    assert summary_time(AlertSettings(_env_file=None), time(17)) == time(17)
    monkeypatch.setenv("BPJS_ALERT_SUMMARY_AT", "19:15")
    assert summary_time(AlertSettings(_env_file=None), time(17)) == time(19, 15)
    monkeypatch.setenv("BPJS_ALERT_SUMMARY_AT", "tidak")
    assert summary_time(AlertSettings(_env_file=None), time(17)) is None
    monkeypatch.setenv("BPJS_ALERT_SUMMARY_AT", "jam tujuh")
    with pytest.raises(ValidationError, match=r"ditulis seperti 21:00, atau tidak"):
        AlertSettings(_env_file=None)


def test_as_a_page_in_prefect_nothing_of_it_is_markup() -> None:
    page = summary_page("Ringkasan\n\n1. [klik](http://jahat.example)\n   Yang perlu dilakukan: *semua*")
    assert page.text == (
        "# Ringkasan\n\n1\\. \\[klik\\](http\\://jahat.example)\n\nYang perlu dilakukan: \\*semua\\*"
    )
