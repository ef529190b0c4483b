"""BPJS wants the screening first: the job waits for its patient, is checked by itself, and is no failure."""

from collections.abc import Iterator
from datetime import date, datetime, time, timedelta
from itertools import pairwise
from typing import Any

import pytest

from bpjs_client.references import BY_NAME, Item
from bpjs_simulator.server import Simulator
from database import Database, enqueue
from database.faskes_name import UTAMA
from database.jobs.attempts import Asker
from database.jobs.claim import claim, claim_unseen
from database.jobs.resend import Resend, ask_again
from database.references.store import store_reference
from database.views.alarms import many_failures
from database.views.causes import causes
from database.views.detail import show
from database.views.failed import failed_jobs
from database.views.monitor import Filter, look
from database.views.report import Scope
from tasks.alerts.settings import AlertSettings
from tasks.alerts.watch import ALIVE, News, look_and_tell
from tasks.clinics import Clinics
from tasks.delivery.deliver import deliver
from tasks.prefect_ui.job_page_text import note
from tasks.report.figures import make_report
from tasks.report.words import figures
from tasks.reporting import DAY, Reporting
from tasks.states import state_of
from tests.database.clinic import LEASE, FakeClock
from tests.tasks.bodies import BODIES
from tests.tasks.screening import PatientDay, untouched

WORDS = "Anda belum melakukan skrining kesehatan."
HOUR = 3600.0
FOR_PATIENT = Filter(status="menunggu-pasien")


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def day(database: Database, clock: FakeClock) -> Iterator[PatientDay]:
    with Simulator() as simulator:
        yield PatientDay(database, clock, untouched, simulator=simulator)  # type: ignore[arg-type]


def sessions(database: Database, *hours: str) -> None:
    rows = [Item("2026-09-14", f"001/200101/{each}", "dr. Uji", {"jampraktek": each}) for each in hours]
    schedule, now = BY_NAME["antrean/dokter"], database.clock()
    store_reference(database, UTAMA, schedule, rows, variants=["2026-09-14"], started_at=now, seconds=1)


def test_it_waits_for_its_patient_and_says_what_to_tell_them(day: PatientDay) -> None:
    day.needs_screening(1)
    job_id = day.queue(1)
    day.pass_time(5)

    job = day.job(job_id)
    assert (job.status, job.reason, job.waits) == ("menunggu", "perlu-skrining", 0)
    assert timedelta(minutes=23) < job.due_at - job.updated_at < timedelta(minutes=37)
    said = job.message or ""
    assert said.startswith(WORDS)
    assert "minta pasien mengisinya di Mobile JKN" in said
    assert f"dicek lagi sendiri {job.due_at.astimezone(day.database.timezone):%H:%M}" in said
    assert show(day.database, job_id).is_explained


def test_it_goes_through_by_itself_once_the_patient_has_filled_it_in(day: PatientDay) -> None:
    day.needs_screening(1)
    queue, registration = day.queue(1), day.hand_over("tambah-pendaftaran", 1)
    day.pass_time(60)
    assert day.statuses([queue, registration]) == {"menunggu": 2}
    day.needs_screening(1, done=True)
    day.pass_time(HOUR)
    assert day.statuses([queue, registration]) == {"terkirim": 2}
    assert [len(day.checks(each)) for each in (queue, registration)] == [1, 1]
    sent = [each.request for each in show(day.database, queue).history]
    assert sent[0] == sent[1]


def test_a_queue_entry_is_checked_five_times_more_and_has_failed_when_its_day_is_over(
    day: PatientDay,
) -> None:
    day.needs_screening(1)
    job_id = day.queue(1)
    day.pass_time(15.9 * HOUR)  # until just before midnight
    job, checks = day.job(job_id), day.checks(job_id)
    assert (job.status, job.reason) == ("menunggu", "perlu-skrining")
    assert "tidak dicek lagi sendiri" in (job.message or "")
    assert len(checks) == 6
    waits = [later - earlier for earlier, later in pairwise(checks)]
    for wait, hours in zip(waits, (0.5, 1, 2, 2, 2), strict=True):
        assert 0.8 * hours * HOUR - 5 <= wait.total_seconds() <= 1.2 * hours * HOUR + 5

    day.pass_time(HOUR)
    job = day.job(job_id)
    assert (job.status, job.reason) == ("gagal", "perlu-skrining")
    assert job.message == "hari antreannya berlalu sebelum pasien mengisi skrining kesehatan"
    assert len(day.checks(job_id)) == 6


def test_nothing_is_checked_at_night(day: PatientDay, clock: FakeClock) -> None:
    clock.now = datetime(2026, 9, 14, 19, 30, tzinfo=day.database.timezone)
    day.needs_screening(1)
    job_id = day.hand_over("tambah-pendaftaran", 1)
    day.pass_time(36 * HOUR)
    hours = [at.time() for at in day.checks(job_id)]
    assert len(hours) > 2
    assert all(time(7) <= at <= time(21) for at in hours)


@pytest.mark.parametrize("last", [3, 5])
def test_a_registration_is_checked_once_on_each_later_day_until_its_month_is_reported(
    day: PatientDay, last: int
) -> None:
    day.at.clinics = Clinics(reporting=Reporting() if last == DAY else Reporting(last))
    day.needs_screening(1)
    job_id = day.hand_over("tambah-pendaftaran", 1)
    day.pass_time((16.5 + last) * 24 * HOUR)  # from the 14th of September until that day, in the evening
    found = day.checks_by_day(job_id)
    assert found.pop(14) == 6
    assert found == dict.fromkeys([*range(15, 31), *range(1, last + 1)], 1)
    assert day.job(job_id).status == "menunggu"
    day.pass_time(12 * HOUR)
    job = day.job(job_id)
    assert (job.status, job.reason) == ("gagal", "perlu-skrining")
    assert "hari pelaporannya berlalu" in (job.message or "")


def test_it_is_checked_within_the_sessions_of_the_schedule(day: PatientDay) -> None:
    sessions(day.database, "07:00-08:10", "10:00-10:30", "rusak")
    day.needs_screening(1)
    job_id = day.hand_over("tambah-antrean", 1, kodedokter=200101, jampraktek="07:00-08:10")
    day.pass_time(15 * HOUR)
    first, *later = [at.time() for at in day.checks(job_id)]
    assert first < time(8, 10)
    assert later
    assert all(time(10) <= at < time(10, 30) for at in later)


def test_a_person_has_it_checked_at_once_and_the_intervals_begin_anew(day: PatientDay) -> None:
    day.needs_screening(1)
    job_id = day.queue(1)
    day.pass_time(4 * HOUR)
    before = len(day.checks(job_id))
    ask_again(day.database, job_id, Resend(by="Sari"))
    day.pass_time(5)
    job = day.job(job_id)
    assert len(day.checks(job_id)) == before + 1
    assert job.due_at - job.updated_at < timedelta(minutes=37)
    day.needs_screening(1, done=True)
    ask_again(day.database, job_id, Resend(by="Sari"))
    day.pass_time(5)
    assert day.job(job_id).status == "terkirim"


def test_after_its_day_a_person_may_still_have_it_sent(day: PatientDay) -> None:
    day.needs_screening(1)
    job_id = day.queue(1)
    day.pass_time(17 * HOUR)
    assert day.job(job_id).status == "gagal"
    ask_again(day.database, job_id, Resend(by="Sari"))
    day.pass_time(5)
    job = day.job(job_id)
    assert (job.status, job.reason) == ("gagal", "perlu-skrining")
    assert (job.message or "").startswith(WORDS)
    day.needs_screening(1, done=True)
    ask_again(day.database, job_id, Resend(by="Sari"))
    day.pass_time(5)
    assert day.job(job_id).status == "terkirim"


def test_it_holds_up_its_own_patient_at_its_own_service_alone(day: PatientDay) -> None:
    """The other service is held up by nothing of it, nor another patient whom the clinic put in one chain."""
    day.needs_screening(1)

    def together(jenis: str, number: int, **changes: Any) -> int:
        name = "nomorkartu" if jenis.endswith("antrean") else "noKartu"
        body = {**BODIES[jenis], name: f"0001{number:09}", **changes}
        return enqueue(jenis, "RM-1", "P", body, rantai="satu", database=day.database).id

    doctor = {"kodedokter": 200101, "jampraktek": "07:00-12:00"}
    queue = together("tambah-antrean", 1, **doctor)
    call = together("panggil-antrean", 1)
    other = together("tambah-antrean", 2, **doctor)
    registration = together("tambah-pendaftaran", 2)
    day.pass_time(60)
    assert day.statuses([other, registration]) == {"terkirim": 2}
    assert [day.job(each).status for each in (queue, call)] == ["menunggu", "menunggu"]
    assert day.job(call).attempts == 0
    assert show(day.database, call).message == f"menunggu tambah-antrean #{queue} (menunggu pasien)"


def test_a_deletion_waits_for_what_may_still_be_created(day: PatientDay) -> None:
    """Closed as pointless, it would leave the registration at BPJS that the patient's screening lets through."""
    day.needs_screening(1)
    registration, deletion = (
        day.hand_over(jenis, 1) for jenis in ("tambah-pendaftaran", "hapus-pendaftaran")
    )
    day.pass_time(60)
    assert [day.job(each).status for each in (registration, deletion)] == ["menunggu", "menunggu"]
    day.needs_screening(1, done=True)
    day.pass_time(HOUR)
    assert [day.job(each).status for each in (registration, deletion)] == ["terkirim", "terkirim"]
    assert day.simulator is not None
    assert day.simulator.ledger()["pendaftaran"] == []


@pytest.mark.parametrize("patients", [25, pytest.param(200, marks=pytest.mark.long)])
def test_a_wave_neither_stops_a_service_nor_looks_like_failures(day: PatientDay, patients: int) -> None:
    wave = range(1, patients + 1)
    day.needs_screening(*wave)
    waiting = [day.queue(number) for number in wave]
    behind = [day.hand_over("panggil-antrean", number) for number in wave]
    good = [day.queue(number) for number in range(301, 322)]
    day.pass_time(2 * HOUR)

    assert day.held() == {}
    assert day.statuses(good) == {"terkirim": 21}
    assert day.statuses([*waiting, *behind]) == {"menunggu": 2 * patients}
    seen = look(day.database, Filter(tanggal=date(2026, 9, 14)), limit=1)
    assert (seen.cards["gagal"], seen.cards["menunggu"], seen.for_patient) == (0, 2 * patients, patients)
    listed = look(day.database, FOR_PATIENT, limit=300)
    assert {row["id"] for row in listed.rows} == set(waiting)
    assert causes(day.database, Filter()) == []
    assert many_failures(day.database, 0.2) == []
    assert alerts(day) == []
    report = make_report(day.database, Scope(), reporting_day=5)
    assert report.tables["alasan"].empty
    assert (report.figures.success_rate, figures(report)["Menunggu pasien"]) == (1.0, str(patients))


def test_what_waits_for_anything_else_is_still_told(day: PatientDay, clock: FakeClock) -> None:
    day.needs_screening(1)
    day.queue(1)
    day.pass_time(5)
    assert day.simulator is not None
    day.simulator.outage(on=True)
    late = day.queue(2)
    clock.advance(hours=2)
    assert day.job(late).status == "menunggu"
    assert [news.event for news in alerts(day)] == ["bpjs.pekerjaan.menunggu-lama"]


def alerts(day: PatientDay) -> list[News]:
    heard: list[News] = []
    look_and_tell(day.at, AlertSettings(_env_file=None, alert_summary_at="tidak"), heard.append)
    return [news for news in heard if news.event != ALIVE]


def test_an_outage_in_between_counts_no_check_as_a_failure(day: PatientDay) -> None:
    day.needs_screening(1)
    job_id = day.queue(1)
    day.pass_time(8 * HOUR)
    assert day.job(job_id).waits == 0
    assert day.simulator is not None
    ask_again(day.database, job_id, Resend(by="Sari"))
    day.simulator.outage(on=True)
    day.pass_time(60)
    assert day.job(job_id).status == "menunggu"


def test_a_list_of_them_is_sent_again_together(day: PatientDay) -> None:
    day.needs_screening(1, 2)
    jobs = [day.queue(1), day.queue(2)]
    day.queue(3)
    day.pass_time(60)
    assert [job.id for job in failed_jobs(day.database, FOR_PATIENT)] == jobs
    assert failed_jobs(day.database, Filter()) == []


def test_a_repeat_of_what_may_be_there_stays_uncertain(day: PatientDay) -> None:
    assert day.simulator is not None
    job_id = day.queue(1)
    day.simulator.fault_once("drop-after", "antrean/add")
    day.pass_time(2)
    assert day.job(job_id).status == "tidak_pasti"
    day.needs_screening(1)
    day.pass_time(60)
    job = day.job(job_id)
    assert (job.status, job.reason) == ("tidak_pasti", "perlu-orang")


def test_its_run_in_prefect_says_for_whom_it_waits(day: PatientDay) -> None:
    day.needs_screening(1)
    job_id = day.queue(1)
    (claimed,) = claim(day.database, owner=day.at.owner, limit=1, lease=LEASE)
    day.at.in_hand.add(claimed)
    state = state_of(deliver(claimed, day.at, asker=Asker()))
    assert (state.name, state.type) == ("Ditunda", "CANCELLED")
    assert (state.message or "").startswith(f"Menunggu pasien · {WORDS}")
    page = note(show(day.database, job_id), "http://127.0.0.1/formulir", day.database.timezone)
    assert "**[Periksa lagi](http://127.0.0.1/formulir)**" in page
    assert "Minta pasien mengisinya di Mobile JKN" in page


def test_what_stands_behind_it_is_shown_in_prefect_too(day: PatientDay) -> None:
    """It may wait all day, and is never claimed meanwhile."""
    day.needs_screening(1)
    queue, call = day.queue(1), day.hand_over("panggil-antrean", 1)
    assert claim_unseen(day.database, limit=9) == []
    day.pass_time(5)
    assert [job.id for job in claim_unseen(day.database, limit=9)] == [call]
    assert day.job(queue).shown
