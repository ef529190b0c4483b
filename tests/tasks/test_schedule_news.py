"""Somebody is told of a changed schedule: one summary for each clinic and day, of many clinics one for all."""

from datetime import timedelta

import pytest

from database import Database
from tasks.alerts.schedule_news import SCHEDULE_CHANGED, tell_schedules
from tasks.alerts.subjects import RESOURCE, SINCE
from tasks.alerts.watch import News
from tests.conftest import SQLITE
from tests.database.clinic import FakeClock
from tests.database.outage import names
from tests.tasks.listed import listed
from tests.tasks.schedules import Scheduled, session


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def here(database: Database) -> Scheduled:
    return Scheduled(database)


def told(here: Scheduled, *faskes: str) -> list[News]:
    news: list[News] = []
    tell_schedules(here.at, faskes or ("utama",), news.append)
    return news


def test_a_wave_of_changes_is_one_summary_and_no_second_that_day(here: Scheduled, clock: FakeClock) -> None:
    here.has(*(session(doctor, poli="001") for doctor in range(1, 11)), session(20, poli="002"))
    here.uses(kodepoli="002", kodedokter=20)
    here.read()
    assert told(here) == []
    clock.advance(days=1)
    here.has(*(session(doctor, "09:00-12:00", poli="001") for doctor in range(1, 11)))
    here.read()
    (news,) = told(here)
    assert news == News(
        SCHEDULE_CHANGED,
        {RESOURCE: "bpjs.faskes.utama", SINCE: "2026-09-15"},
        "Jadwal antrean berubah: 7 sesi hilang, 70 sesi jam berubah. Tanpa sesi tujuh hari ke depan: poli 002,"
        " dokter 20. Lihat tab Referensi Antrean, atau bpjs jadwal.",
    )
    here.has(session(1))
    clock.advance(hours=1)
    here.read()
    assert told(here) == []


def test_what_changes_after_the_summary_is_told_the_next_day_and_once(
    here: Scheduled, clock: FakeClock
) -> None:
    here.has(session(1))
    here.read()
    told(here)
    clock.advance(days=1)
    here.has(session(1, kapasitas=5))
    here.read()
    assert len(told(here)) == 1
    clock.advance(hours=5)
    here.has(session(2))
    here.read()
    assert told(here) == []
    clock.advance(hours=19)
    here.read()
    (news,) = told(here)
    assert "7 sesi dokter berganti" in news.said
    clock.advance(days=1)
    here.read()
    assert told(here) == []


def test_what_is_undone_before_it_is_told_is_no_news(here: Scheduled, clock: FakeClock) -> None:
    here.has(session(1))
    here.read()
    told(here)
    clock.advance(hours=2)
    here.has(session(2))
    here.read()
    told(here)
    clock.advance(hours=22)
    here.has(session(1))
    here.read()
    assert told(here) == []


def test_a_schedule_that_cannot_be_read_is_no_change(here: Scheduled, clock: FakeClock) -> None:
    here.has(session(1))
    here.read()
    told(here)
    clock.advance(days=1)
    here.broken = lambda path: "/kodepoli/" in path
    here.read()
    assert told(here) == []


def test_a_poli_that_was_read_late_is_compared_with_how_it_first_was(
    here: Scheduled, clock: FakeClock
) -> None:
    here.has(session(1), session(2, poli="002"))
    here.broken = lambda path: "/kodepoli/002/" in path
    here.read()
    told(here)
    clock.advance(hours=1)
    here.broken = lambda path: False
    here.read()
    clock.advance(days=1)
    assert told(here) == []
    here.has(session(1), session(2, poli="002", kapasitas=5))
    here.read()
    (news,) = told(here)
    assert "7 sesi kuota berubah" in news.said


def test_who_dies_before_it_is_noted_tells_the_same_again(here: Scheduled, clock: FakeClock) -> None:
    here.has(session(1))
    here.read()
    told(here)
    clock.advance(days=1)
    here.has(session(2))
    here.read()
    first: list[News] = []

    def dies(news: News) -> None:
        first.append(news)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        tell_schedules(here.at, ["utama"], dies)
    assert told(here) == first  # Prefect tells of one subject once


@SQLITE
def test_many_clinics_are_told_of_together(here: Scheduled, clock: FakeClock) -> None:
    many = names(30)
    here.at.clinics = listed(many)
    here.has(session(1))
    for faskes in many:
        here.read(faskes)
    assert told(here, *many) == []
    clock.now += timedelta(days=1)
    here.has(session(2))
    for faskes in many:
        here.read(faskes)
    (news,) = told(here, *many)
    assert news.said.startswith(
        "Jadwal antrean di 30 faskes (klinik-000, klinik-001, klinik-002, …) berubah: "
    )
    assert "210 sesi dokter berganti" in news.said


@SQLITE
def test_many_clinics_that_follow_on_the_same_day_are_another_subject(
    here: Scheduled, clock: FakeClock
) -> None:
    many = names(30)
    here.at.clinics = listed(many)
    here.has(session(1))
    for faskes in many:
        here.read(faskes)
    told(here, *many)
    clock.advance(days=1)
    here.has(session(2))
    subjects = []
    for some in (many[:15], many[15:]):
        for faskes in some:
            here.read(faskes)
        (news,) = told(here, *many)
        subjects.append((news.resource[RESOURCE], news.resource[SINCE]))
    assert len(set(subjects)) == 2  # Prefect tells of one subject once


def test_what_is_read_while_somebody_is_being_told_is_told_the_next_day(
    here: Scheduled, clock: FakeClock
) -> None:
    here.has(session(1))
    here.read()
    told(here)
    clock.advance(days=1)
    here.has(session(1, kapasitas=5))
    here.read()

    def tell(_news: News) -> None:
        clock.advance(seconds=5)
        here.has(session(1, kapasitas=6))
        here.read()
        clock.advance(seconds=5)

    tell_schedules(here.at, ["utama"], tell)
    clock.advance(days=1)
    here.read()
    (news,) = told(here)
    assert "7 sesi kuota berubah" in news.said
