"""The report's figures, counted by hand beside what the report says."""

import re
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

from bpjs_client.jenis import Jenis, Service
from database import Database
from database.jobs.resend import Resend, ask_again
from database.jobs.verdict import Verdict
from database.services.pauses import pause, resume
from database.status import Status
from database.views.report import Scope
from database.vocabulary import Reason
from tasks.report.chart import chart
from tasks.report.figures import Report, make_report
from tasks.report.visit_month import visit_month
from tasks.report.words import cell, duration, figures, period
from tests.database.clinic import MORNING, Clinic, FakeClock, ending, success
from tests.leaks import leaks
from tests.tasks.bodies import CARD

TODAY = MORNING.date()


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def clinic(database: Database, clock: FakeClock) -> Clinic:
    return Clinic(database, clock)


TODAYS = Scope(TODAY, TODAY)


def report(clinic: Clinic, scope: Scope = TODAYS) -> Report:
    return make_report(clinic.database, scope, reporting_day=5)


def deliver(clinic: Clinic, seconds: float, jenis: str = "tambah-pendaftaran", **changes: Any) -> int:
    """A job of its own patient that is delivered so many seconds after its hand-over."""
    job_id = clinic.hand_over(jenis, f"RM-{seconds}-{clinic.count()}", **changes)
    clinic.take(job_id)
    attempt = clinic.leave(job_id)
    clinic.clock.advance(seconds=seconds)
    clinic.finish(job_id, success(jenis), attempt=attempt)
    clinic.clock.advance(seconds=-seconds)
    return job_id


def test_rate_and_times_are_those_of_the_jobs(clinic: Clinic) -> None:
    for seconds in (*range(1, 20), 50):
        deliver(clinic, seconds)
    for status in (Status.GAGAL, Status.GAGAL, Status.MENUNGGU, Status.DITUTUP):
        clinic.bring_to(clinic.hand_over(norm=f"RM-{status}-{clinic.count()}"), status)
    clinic.clock.advance(hours=2)
    made = report(clinic)

    assert made.figures.total == 24
    assert made.figures.success_rate == pytest.approx(20 / 22)
    assert made.figures.median_seconds == pytest.approx(10, abs=0.11)
    assert made.figures.p95_seconds == pytest.approx(19, abs=0.11)
    assert made.figures.oldest_waiting == MORNING
    words = figures(made)
    assert words["Berhasil"] == "90,9 %"
    assert words["Menunggu paling lama"] == "2,0 jam (sejak 14-09-2026 08:00)"


def test_without_a_job_there_is_nothing_to_measure_and_nothing_fails(clinic: Clinic) -> None:
    made = report(clinic)

    assert (made.figures.total, made.figures.success_rate, made.figures.median_seconds) == (0, None, None)
    assert figures(made)["Menunggu paling lama"] == "tidak ada yang menunggu"
    assert all(table.empty for table in made.tables.values())


def test_the_tables_count_by_type_day_poli_doctor_and_reason(clinic: Clinic) -> None:
    deliver(clinic, 1, kdPoli="001")
    deliver(clinic, 1, kdPoli="002")
    deliver(clinic, 1, "tambah-antrean", kodepoli="002", kodedokter=77)
    clinic.bring_to(clinic.hand_over("tambah-antrean", "RM-9", kodepoli="002"), Status.GAGAL)
    tables = report(clinic).tables

    assert tables["poli"]["Terkirim"].to_dict() == {"002": 2, "001": 1}
    assert list(tables["poli"].loc["002"]) == [2, 0, 1, 0, 3, 66.7]
    assert tables["jenis"]["Jumlah"].to_dict() == {"tambah-pendaftaran": 2, "tambah-antrean": 2}
    assert tables["dokter"]["Jumlah"].sum() == 4
    assert tables["dokter"].loc["77", "Terkirim"] == 1
    assert tables["tanggal"]["Jumlah"].to_dict() == {str(TODAY): 4}
    assert tables["alasan"]["Gagal"].to_dict() == {"ditolak": 1}


def test_words_that_the_dictionary_does_not_explain_are_the_report_s_last_table(clinic: Clinic) -> None:
    for norm, message in (
        ("RM-1", "Ikan 3 terbang"),
        ("RM-2", "Ikan 5 terbang"),
        ("RM-3", "Waktu tidak valid"),
    ):
        clinic.take(job_id := clinic.hand_over("panggil-antrean", norm))
        clinic.finish(job_id, Verdict(Status.GAGAL, Reason.REFUSED, message))
    assert report(clinic).tables["kata"].to_dict() == {"Gagal": {"Ikan # terbang": 2}}


def test_an_edited_body_is_counted_under_its_new_poli(clinic: Clinic) -> None:
    job_id = clinic.hand_over("tambah-pendaftaran", kdPoli="001")
    ask_again(clinic.database, job_id, Resend(patch={"kdPoli": "003"}))
    assert report(clinic).tables["poli"].index.tolist() == ["003"]


def test_a_card_number_in_the_wrong_field_does_not_reach_the_report(clinic: Clinic) -> None:
    clinic.hand_over("tambah-antrean", kodedokter=int("1" + CARD[1:]), kodepoli=CARD)
    made = report(clinic)

    assert leaks("".join(map(str, made.tables.values()))) == set()
    assert CARD[1:] not in str(made.tables["dokter"]) + str(made.tables["poli"])


def test_a_scope_leaves_the_others_out(clinic: Clinic) -> None:
    deliver(clinic, 1)
    deliver(clinic, 1, faskes="lain")
    clinic.clock.advance(days=1)
    deliver(clinic, 1, "tambah-antrean")
    whole = [
        (Scope(), 3),
        (Scope(TODAY, TODAY), 2),
        (Scope(first=TODAY + timedelta(days=1)), 1),
        (Scope(last=TODAY), 2),
        (Scope(jenis=Jenis.TAMBAH_ANTREAN), 1),
        (Scope(faskes="lain"), 1),
    ]
    assert [report(clinic, scope).figures.total for scope, _ in whole] == [count for _, count in whole]


def test_the_course_of_a_day_is_by_the_clinics_hours_without_gaps(clinic: Clinic) -> None:
    deliver(clinic, 1)
    clinic.clock.advance(hours=3)
    clinic.bring_to(clinic.hand_over(), Status.GAGAL)
    course = report(clinic).course

    assert course.index.tolist() == [8, 9, 10, 11]
    assert (course["Terkirim"].tolist(), course["Gagal"].tolist()) == ([1, 0, 0, 0], [0, 0, 0, 1])
    assert report(clinic, Scope()).course.index.map(str).tolist() == [str(TODAY)]


def test_the_chart_draws_a_bar_for_each_count_and_loads_nothing(clinic: Clinic) -> None:
    deliver(clinic, 1)
    svg = chart(report(clinic).course, "Contoh")

    assert svg.count('class="rect reactive') == 4
    assert not re.findall(r"(?:href|src)=", svg)


MONTHS = [
    (date(2026, 11, 23), date(2026, 11, 1), date(2026, 12, 5), 12),
    (date(2026, 12, 5), date(2026, 11, 1), date(2026, 12, 5), 0),
    (date(2026, 12, 6), date(2026, 12, 1), date(2027, 1, 5), 30),
    (date(2027, 1, 3), date(2026, 12, 1), date(2027, 1, 5), 2),
]


@pytest.mark.parametrize(("today", "first", "due", "left"), MONTHS)
def test_the_month_is_the_oldest_that_can_still_be_reported_in_time(
    clinic: Clinic, today: date, first: date, due: date, left: int
) -> None:
    found = visit_month(clinic.database, today, 5, None)
    assert (found.first, found.due, found.days_left, found.share) == (first, due, left, 1.0)


def hand_over_visit(clinic: Clinic, seen: date | str, **more: Any) -> int:
    """Of a patient of its own, seen on that day."""
    day = f"{seen:%d-%m-%Y}" if isinstance(seen, date) else seen
    return clinic.hand_over("tambah-kunjungan", f"RM-{clinic.count()}", tglDaftar=day, **more)


def test_a_visit_counts_in_the_month_in_which_the_patient_was_seen(clinic: Clinic) -> None:
    clinic.clock.now = datetime(2026, 11, 30, 17, 30, tzinfo=UTC)  # half past midnight, 1 December
    hand_over_visit(clinic, date(2026, 11, 30))
    hand_over_visit(clinic, "kemarin")  # without a readable day: that of hand-over
    for today, missing, late in ((date(2026, 12, 5), 1, 0), (date(2026, 12, 6), 1, 1)):
        month = visit_month(clinic.database, today, 5, None)
        assert (month.missing, month.late) == (missing, late)


def test_a_visit_that_was_deleted_again_is_in_pcare_no_more(clinic: Clinic) -> None:
    def sent() -> int:
        return report(clinic).month.sent

    def reported(jenis: str, **more: Any) -> None:
        clinic.bring_to(clinic.hand_over(jenis, rantai="kunjungan pagi", **more), Status.TERKIRIM)

    clinic.clock.advance(days=14)
    seen = {"tglDaftar": f"{clinic.clock.now:%d-%m-%Y}"}
    reported("tambah-kunjungan", **seen)
    clinic.hand_over("hapus-kunjungan", rantai="kunjungan sore")
    assert sent() == 1
    reported("hapus-kunjungan", **seen)
    assert sent() == 0
    reported("tambah-kunjungan", **seen)
    assert sent() == 1


def test_missing_and_late_visits_are_counted(clinic: Clinic) -> None:
    for advance, status in (
        (0, None),
        (30, Status.TERKIRIM),
        (0, Status.GAGAL),
        (0, Status.DITUTUP),
        (0, None),
    ):
        clinic.clock.advance(days=advance)
        job_id = hand_over_visit(clinic, clinic.clock.now.date())
        if status:
            clinic.take(job_id)
            clinic.finish(job_id, ending(status))
    month = report(clinic, Scope()).month

    assert (month.first, month.sent, month.missing, month.late) == (date(2026, 10, 1), 1, 2, 1)
    assert month.share == pytest.approx(1 / 3)


def test_outages_count_in_hours_of_the_days_asked_for(clinic: Clinic) -> None:
    pause(clinic.database, "utama", Service.PCARE, "Kata sandi ditolak.", mark="tanda")
    clinic.clock.advance(hours=30)  # from eight to two in the afternoon of the next day
    resume(clinic.database, "utama", Service.PCARE)
    tomorrow = TODAY + timedelta(days=1)

    assert report(clinic).figures.outage_hours == {"antrean": 0, "pcare": pytest.approx(16)}
    assert report(clinic, Scope(tomorrow, tomorrow)).figures.outage_hours["pcare"] == pytest.approx(14)


@pytest.mark.parametrize("day", [TODAY + timedelta(days=1), date.max, TODAY - timedelta(days=1), date.min])
def test_a_day_that_had_no_outage_has_no_hours_of_it(clinic: Clinic, day: date) -> None:
    pause(clinic.database, "utama", Service.PCARE, "Kata sandi ditolak.", mark="tanda")
    clinic.clock.advance(hours=2)
    assert report(clinic, Scope(day, day)).figures.outage_hours == {"antrean": 0, "pcare": 0}
    assert report(clinic, Scope(date.min, date.max)).figures.outage_hours["pcare"] == pytest.approx(2)


def test_cells_are_whole_numbers_or_have_one_decimal() -> None:
    assert [cell(value) for value in (0, 1_234_567, 92.5, 100.0, float("nan"))] == [
        "0",
        "1234567",
        "92,5",
        "100",
        "-",
    ]


def test_words() -> None:
    assert [duration(seconds) for seconds in (None, 0.84, 90, 5400, 2 * 86_400)] == [
        "-",
        "0,8 detik",
        "1,5 menit",
        "1,5 jam",
        "2,0 hari",
    ]
    day = date(2026, 9, 14)
    assert [period(scope) for scope in (Scope(), Scope(day, day), Scope(day), Scope(None, day))] == [
        "semua tanggal",
        "tanggal 14-09-2026",
        "dari 14-09-2026",
        "sampai 14-09-2026",
    ]
