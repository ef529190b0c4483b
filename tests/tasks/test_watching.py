"""However many clinics are in trouble, and whatever their systems wrote as faskes, few events tell of it."""

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from database import Database, DatabaseUnavailable
from database.status import Status
from database.storage.models import Job
from database.storage.server_clock import Clock
from database.views.alarms import FEWEST
from tasks.alerts.settings import AlertSettings
from tasks.alerts.watch import ALIVE, LONG_WAIT, MANY_FAILURES, STOPPED, News, look_and_tell
from tasks.clinics import Clinics
from tasks.composition import Composition
from tests.conftest import SQLITE
from tests.database.clinic import MORNING, new_row
from tests.database.outage import names, refused, stopped, store, unknown_names, waiting
from tests.tasks.listed import listed

LONG_AGO: dict[str, Any] = {"created_at": MORNING - timedelta(hours=2)}


@pytest.fixture
def clock() -> Clock:
    def morning() -> datetime:
        return MORNING

    return morning


def told(database: Database, clinics: Clinics) -> list[News]:
    """One look of the watch, without the dispatcher's sign of life."""
    heard: list[News] = []
    at = Composition(open_database=lambda: database, clinics=clinics)
    look_and_tell(at, AlertSettings(_env_file=None, alert_summary_at="tidak"), heard.append)
    assert heard[0].event == ALIVE
    return heard[1:]


def resources(news: Iterable[News]) -> list[str]:
    return sorted(each.resource["prefect.resource.id"] for each in news)


def names_none_of(faskes: Collection[str], news: Iterable[News]) -> bool:
    labels = "".join(value for each in news for value in each.resource.values())
    return not [text for text in faskes if text in labels]


def failed(faskes: str, count: int = FEWEST) -> list[Job]:
    values: dict[str, Any] = {"faskes": faskes, "message": "Ditolak."}
    return [new_row(Status.GAGAL, kunci=f"g-{n}", rantai=f"g-{n}", **values) for n in range(count)]


@SQLITE
def test_a_part_of_the_watch_that_fails_silences_no_other(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    store(database, [*failed("utama"), stopped("utama")])

    def fails(*_: object) -> None:
        raise DatabaseUnavailable("terlalu lama")

    for part, silent in (
        ("tasks.alerts.cause_news.failing_causes", []),
        ("tasks.alerts.watch.stopped_services", [STOPPED]),
    ):
        heard: list[News] = []
        with monkeypatch.context() as patched:
            patched.setattr(part, fails)
            at = Composition(open_database=lambda: database)
            with pytest.raises(DatabaseUnavailable):
                look_and_tell(at, AlertSettings(_env_file=None, alert_summary_at="tidak"), heard.append)
        wanted = {ALIVE, STOPPED, MANY_FAILURES}.difference(silent)
        assert {news.event for news in heard} == wanted


def test_1500_unknown_faskes_are_one_event_that_says_how_many(database: Database) -> None:
    unknown = unknown_names(1_500)
    rows = [refused(text, "antrean", reason=f"faskes {text} tidak ada") for text in unknown]
    store(database, [*rows, *(job for text in unknown for job in waiting(text))])
    (news,) = told(database, listed(["klinik-a"]))
    assert news.event == STOPPED
    assert news.said.startswith("1500 pekerjaan menunggu dari 1500 faskes yang tidak dikenal, misalnya “")
    assert len(news.said) < 200
    assert names_none_of(unknown, [news])


def test_an_outage_of_500_clinics_is_one_event_for_each_service(database: Database) -> None:
    store(database, [stopped(name, service) for name in names(500) for service in ("pcare", "antrean")])
    news = told(database, listed(names(500)))
    assert [each.event for each in news] == [STOPPED, STOPPED]
    assert resources(news) == ["bpjs.layanan.antrean", "bpjs.layanan.pcare"]
    assert all(" di 500 faskes (" in each.said and len(each.said) < 300 for each in news)


def test_unknown_clinics_hide_no_outage_of_a_known_one(database: Database) -> None:
    store(database, [refused(text) for text in unknown_names(1_500)])
    store(database, [*waiting("salah-ketik-1"), stopped("klinik-a")])
    news = told(database, listed(["klinik-a"]))
    assert resources(news) == ["bpjs.faskes-tidak-dikenal", "bpjs.layanan.klinik-a.pcare"]


def test_an_unknown_clinic_of_which_nothing_waits_is_no_news(database: Database) -> None:
    store(database, [refused(text) for text in unknown_names(1_500)])
    assert told(database, listed(["klinik-a"])) == []


def test_jobs_of_many_clinics_that_wait_too_long_are_one_event(database: Database) -> None:
    store(database, [job for name in names(500) for job in waiting(name, 2, **LONG_AGO)])
    (news,) = told(database, listed(names(500)))
    assert (news.event, resources([news])) == (LONG_WAIT, ["bpjs.faskes"])
    assert news.said.startswith("1000 pekerjaan di 500 faskes (klinik-")
    assert news.said.endswith(", …) menunggu lebih dari 60 menit, terlama sejak 14-09-2026 06:00.")


def test_of_many_clinics_those_with_the_most_waiting_are_named(database: Database) -> None:
    counts = {name: 5 if name == "klinik-017" else 1 for name in names(20)}
    store(database, [job for name, count in counts.items() for job in waiting(name, count, **LONG_AGO)])
    (news,) = told(database, listed(names(20)))
    assert news.said.startswith("24 pekerjaan di 20 faskes (klinik-017, ")


def test_a_few_clinics_whose_jobs_wait_too_long_are_told_one_by_one(database: Database) -> None:
    store(database, [job for name in names(2) for job in waiting(name, 3, **LONG_AGO)])
    news = told(database, listed(names(500)))
    assert resources(news) == ["bpjs.faskes.klinik-000", "bpjs.faskes.klinik-001"]
    assert {each.said for each in news} == {
        "3 pekerjaan menunggu lebih dari 60 menit, terlama sejak 14-09-2026 06:00."
    }


def test_jobs_of_1500_unknown_faskes_that_wait_too_long_are_one_event(database: Database) -> None:
    unknown = unknown_names(1_500)
    store(database, [job for text in unknown for job in waiting(text, **LONG_AGO)])
    (news,) = told(database, listed(["klinik-a"]))
    assert (news.event, resources([news])) == (LONG_WAIT, ["bpjs.faskes-tidak-dikenal"])
    assert news.said.startswith("1500 pekerjaan dari 1500 faskes yang tidak dikenal (")
    assert names_none_of(unknown, [news])
    assert len(news.said) < 250


def test_many_clinics_of_which_much_fails_are_one_event(database: Database) -> None:
    store(database, [job for name in names(40) for job in failed(name)])
    (news,) = told(database, listed(names(40)))
    assert (news.event, resources([news])) == (MANY_FAILURES, ["bpjs.faskes"])
    assert news.said.startswith("800 dari 800 pekerjaan di 40 faskes (klinik-")
    assert news.said.endswith(", …) hari ini gagal.")


def test_without_a_file_no_text_of_a_row_is_a_resource_either(database: Database) -> None:
    texts: Sequence[str] = unknown_names(60)
    store(database, [stopped(text) for text in texts])
    store(database, [job for text in texts for job in (*waiting(text, **LONG_AGO), *failed(text))])
    news = told(database, Clinics())
    assert [each.event for each in news] == [STOPPED, LONG_WAIT, MANY_FAILURES]
    assert resources(news) == ["bpjs.faskes-lain", "bpjs.faskes-lain", "bpjs.layanan.pcare"]
    assert names_none_of(texts, news)


def test_everything_at_once_is_a_few_events(database: Database) -> None:
    texts = [*names(500), *unknown_names(1_500)]
    store(
        database, [refused(text, service, reason=text) for text in texts for service in ("pcare", "antrean")]
    )
    store(database, [job for text in texts for job in waiting(text, **LONG_AGO)])
    store(database, [job for text in names(30) for job in failed(text)])
    news = told(database, listed(names(500)))
    assert len(news) == 5 + 1 + 2 + 1
    assert all(len(each.said) < 300 and each.said.isprintable() for each in news)


def test_the_sign_of_life_says_that_the_machine_s_clock_is_wrong(
    database: Database, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    wrong = "Jam komputer ini 120 detik lebih cepat dari jam server basis data: samakan (NTP)."
    monkeypatch.setattr("tasks.alerts.watch.said_skew", lambda _database: wrong)
    heard: list[News] = []
    at = Composition(open_database=lambda: database, clinics=listed([]))
    look_and_tell(at, AlertSettings(_env_file=None, alert_summary_at="tidak"), heard.append)
    assert heard[0].said.endswith(f"bekerja. {wrong}")
    assert wrong in caplog.text
