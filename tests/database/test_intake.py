"""Handing jobs over: checked, idempotent, visible as a whole, on the clinic's own day."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime
from itertools import count

import pytest
from sqlalchemy import func, select

from database import Database, LineRefused, enqueue, enqueue_lines
from database.errors import ConstraintViolated
from database.status import Status
from database.storage.models import Job
from tests.database.child import go, start
from tests.database.clinic import Clinic, FakeClock, body_of, new_row
from tests.tasks.bodies import CARD

# jenis, a field, a value that BPJS would refuse
WRONG_FIELDS = (
    ("tambah-antrean", "nik", "12345"),
    ("panggil-antrean", "waktu", "kemarin"),
    ("batal-antrean", "tanggalperiksa", "14-09-2026"),
    ("tambah-pendaftaran", "noKartu", "998"),
    ("tambah-kunjungan", "kdSadar", "99"),
    ("hapus-pendaftaran", "tglDaftar", "2026-09-14"),
    ("hapus-kunjungan", "tglDaftar", "31-02-2026"),
)


@pytest.mark.parametrize(("jenis", "field", "value"), WRONG_FIELDS)
def test_a_wrong_field_is_stored_as_gagal_and_named_without_its_value(
    clinic: Clinic, jenis: str, field: str, value: str
) -> None:
    job = clinic.job(clinic.hand_over(jenis, **{field: value}))
    assert job.status == Status.GAGAL
    assert job.message is not None
    assert job.message.startswith(f"{field}: ")
    assert value not in job.message
    assert job.body[field] == value


@pytest.mark.parametrize("jenis", [row[0] for row in WRONG_FIELDS])
def test_a_good_body_is_stored_untouched_and_waits(clinic: Clinic, jenis: str) -> None:
    job = clinic.job(clinic.hand_over(jenis))
    assert (job.status, job.attempts, job.due_at) == (Status.MENUNGGU, 0, clinic.clock.now)
    assert list(job.body.items()) == list(body_of(jenis).items())


def test_the_same_body_in_another_key_order_is_the_same_job(database: Database) -> None:
    body = body_of("tambah-antrean")
    first = enqueue("tambah-antrean", "RM-1", "P", body, database=database)
    again = enqueue("tambah-antrean", "RM-1", "P", dict(reversed(body.items())), database=database)
    assert (first.new, again.new) == (True, False)
    assert first.id == again.id


# what differs, and whether that makes another job
DIFFERENCES = (
    ({"nama_pasien": "Nama Lain"}, False),
    ({"norm": "RM-2"}, True),
    ({"rantai": "kunjungan-2"}, True),
    ({"faskes": "cabang"}, True),
    ({"kunci": "daftar-ulang"}, True),
    ({"body": body_of("tambah-antrean", keterangan="lain")}, True),
    ({"tanggal": "2026-09-20"}, False),
)


@pytest.mark.parametrize(("difference", "other"), DIFFERENCES)
def test_only_what_the_key_is_made_of_makes_another_job(
    database: Database, difference: dict[str, object], other: bool
) -> None:
    line = {
        "jenis": "tambah-antrean",
        "norm": "RM-1",
        "nama_pasien": "P",
        "body": body_of("tambah-antrean"),
    }
    answers = list(enqueue_lines([json.dumps(line), json.dumps({**line, **difference})], database=database))
    assert answers[1]["new"] is other


def test_a_known_kunci_keeps_its_first_body_and_tells_its_present_status(clinic: Clinic) -> None:
    job_id = clinic.bring_to(clinic.hand_over(kunci="K"), Status.TERKIRIM)
    body = body_of("tambah-antrean", keterangan="lain")
    again = enqueue("tambah-antrean", "RM-1", "P", body, kunci="K", database=clinic.database)
    assert (again.id, again.status, again.new) == (job_id, "terkirim", False)
    assert clinic.job(job_id).body["keterangan"] == ""


def test_the_database_itself_refuses_a_second_job_of_one_kunci(database: Database) -> None:
    with database.write() as session:
        session.add(new_row(kunci="K", faskes="cabang"))
        session.add(new_row(kunci="K"))
    with pytest.raises(ConstraintViolated), database.write() as session:
        session.add(new_row(kunci="K", rantai="lain"))


def test_threads_that_hand_over_the_same_job_at_once_make_one(clinic: Clinic) -> None:
    together = threading.Barrier(8)

    def hand_over(_thread: int) -> bool:
        together.wait()
        body = body_of("tambah-antrean")
        return enqueue("tambah-antrean", "RM-1", "P", body, database=clinic.database).new

    with ThreadPoolExecutor(8) as pool:
        news = list(pool.map(hand_over, range(8)))
    assert (news.count(True), clinic.count()) == (1, 1)


def test_processes_that_hand_over_the_same_jobs_at_once_make_each_once(
    clinic: Clinic, database_url: str
) -> None:
    children = [start("hand-over-many", database_url, "25") for _ in range(2)]
    new = [job_id for said in go(*children) for job_id in said]
    assert len(new) == len(set(new)) == clinic.count() == 25


# an instant around midnight in Jakarta (UTC+7), and the clinic's date then
MIDNIGHTS = (
    (datetime(2026, 9, 14, 16, 59, 59, tzinfo=UTC), date(2026, 9, 14)),
    (datetime(2026, 9, 14, 17, 0, 0, tzinfo=UTC), date(2026, 9, 15)),
    (datetime(2026, 12, 31, 23, 30, 0, tzinfo=UTC), date(2027, 1, 1)),
)


@pytest.mark.parametrize(("instant", "expected"), MIDNIGHTS)
def test_tanggal_is_by_default_the_clinics_local_date(
    clinic: Clinic, clock: FakeClock, instant: datetime, expected: date
) -> None:
    clock.now = instant
    assert clinic.job(clinic.hand_over()).tanggal == expected


@pytest.mark.parametrize("given", ["2026-09-01", date(2026, 9, 1)])
def test_a_given_tanggal_is_kept(database: Database, given: date | str) -> None:
    body = body_of("tambah-antrean")
    done = enqueue("tambah-antrean", "RM-1", "P", body, tanggal=given, database=database)
    with database.read() as session:
        assert session.get_one(Job, done.id).tanggal == date(2026, 9, 1)


def lines(number: int) -> list[str]:
    frame = {"jenis": "tambah-antrean", "nama_pasien": "P", "body": body_of("tambah-antrean")}
    return [json.dumps({**frame, "norm": f"RM-{index}"}) for index in range(number)]


def test_a_file_becomes_visible_as_a_whole(
    database: Database, database_url: str, open_at: Callable[..., Database]
) -> None:
    onlooker, seen = open_at(database_url), []

    def look() -> datetime:  # the clock is read for every row, in the middle of storing the file
        with onlooker.read() as session:
            seen.append(session.scalar(select(func.count()).select_from(Job)))
        return datetime.now(UTC)

    watched = Database(database.engine, timezone=database.timezone, clock=look)
    assert len(list(enqueue_lines(lines(600), database=watched))) == 600
    look()
    assert set(seen[:600]) == {0}
    assert seen[-1] == 600


def test_a_file_that_fails_half_way_leaves_nothing(clinic: Clinic) -> None:
    calls = count(1)

    def breaks() -> datetime:
        if next(calls) == 5:
            raise KeyboardInterrupt
        return datetime.now(UTC)

    database = clinic.database
    with pytest.raises(KeyboardInterrupt):
        list(
            enqueue_lines(
                lines(10), database=Database(database.engine, timezone=database.timezone, clock=breaks)
            )
        )
    assert clinic.count() == 0


def test_each_line_gets_its_answer_under_its_own_number(database: Database) -> None:
    good = lines(2)
    answers = list(enqueue_lines([good[0], "", "{", good[1], good[0]], database=database))
    assert [answer["line"] for answer in answers] == [1, 3, 4, 5]
    assert answers[1]["error"] == "baris ini bukan JSON yang sah"
    assert [answer.get("new") for answer in answers] == [True, None, True, False]
    assert answers[0]["id"] == answers[3]["id"]


def test_an_empty_file_is_no_error(database: Database) -> None:
    assert list(enqueue_lines([], database=database)) == []


def test_a_refused_hand_over_does_not_echo_what_was_handed_over(database: Database) -> None:
    with pytest.raises(LineRefused) as refused:
        enqueue("tambah-antrean", CARD * 9, "P", {}, database=database)
    assert CARD not in str(refused.value)
