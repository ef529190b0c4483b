"""Handing jobs over: checked, idempotent, visible as a whole, on the clinic's own day."""

import json
import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import func, select

from database import Database, LineRefused, enqueue, enqueue_lines
from database.errors import ConstraintViolated
from database.jobs.resend import Resend, ask_again
from database.status import Status
from database.storage.models import Job
from database.storage.retention import delete_settled
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
    assert (again.id, again.status, again.new, again.differs) == (job_id, "terkirim", False, True)
    assert again.note == (
        f"kunci ini milik pekerjaan {job_id} yang isinya lain: yang diserahkan sekarang tidak disimpan"
    )
    assert clinic.job(job_id).body["keterangan"] == ""


ANTREAN = body_of("tambah-antrean")
# What comes again under one kunci -> whether it is other content.
AGAIN: dict[str, tuple[dict[str, Any], bool]] = {
    "the same": ({}, False),
    "fields in another order": ({"body": dict(reversed(ANTREAN.items()))}, False),
    "a whole number with a point": ({"body": {**ANTREAN, "angkaantrean": 7.0}}, False),
    "another name": ({"nama_pasien": "Nama Lain"}, False),
    "another day and chain": ({"tanggal": "2026-09-20", "rantai": "r"}, False),
    "another field": ({"body": {**ANTREAN, "keterangan": "lain"}}, True),
    "one field more": ({"body": {**ANTREAN, "catatan": None}}, True),
    "one field less": ({"body": {k: v for k, v in ANTREAN.items() if k != "keterangan"}}, True),
    "true for 1": ({"body": {**ANTREAN, "angkaantrean": True}}, True),
    "another patient": ({"norm": "RM-2"}, True),
    "another job type": ({"jenis": "batal-antrean"}, True),
}


@pytest.mark.parametrize("again", AGAIN)
def test_other_content_under_a_known_kunci_is_told(database: Database, again: str) -> None:
    changes, differs = AGAIN[again]
    first = {"jenis": "tambah-antrean", "norm": "RM-1", "nama_pasien": "P", "kunci": "K"}
    line = {**first, "body": {**ANTREAN, "angkaantrean": 7}}
    second = {**line, **changes}
    if isinstance(changes.get("body"), dict) and again == "fields in another order":
        second["body"] = {**changes["body"], "angkaantrean": 7}
    in_two = [next(iter(enqueue_lines([json.dumps(each)], database=database))) for each in (line, second)]
    assert in_two[1].get("differs", False) is differs
    assert ("note" in in_two[1]) is differs

    lines = [json.dumps({**each, "kunci": "L"}) for each in (line, second, line)]
    in_one = list(enqueue_lines(lines, database=database))
    assert [answer.get("differs", False) for answer in in_one] == [False, differs, False]
    both = list(enqueue_lines(lines, database=database))
    assert [answer.get("differs", False) for answer in both] == [False, differs, False]


def test_infinity_comes_again_as_itself(database: Database) -> None:
    body = {**ANTREAN, "angkaantrean": float("inf"), "keterangan": "a\x00\ud83d"}
    for new in (True, False):
        done = enqueue("tambah-antrean", "RM-1", "P", body, kunci="K", database=database)
        assert (done.new, done.differs) == (new, False)


def test_a_job_that_staff_corrected_or_that_was_deleted_is_known_whatever_comes_again(clinic: Clinic) -> None:
    corrected = clinic.hand_over(kunci="K", keterangan="salah")
    ask_again(clinic.database, corrected, Resend(patch={"keterangan": "benar"}, reason="x", by="y"))
    clinic.bring_to(clinic.hand_over(kunci="L", rantai="lain"), Status.TERKIRIM)
    clinic.clock.advance(days=731)
    delete_settled(clinic.database, timedelta(days=730))
    for kunci in ("K", "L"):
        for said in ("salah", "lain lagi"):
            body = body_of("tambah-antrean", keterangan=said)
            again = enqueue("tambah-antrean", "RM-1", "P", body, kunci=kunci, database=clinic.database)
            assert (again.new, again.differs) == (False, False)


def test_a_default_kunci_never_differs(database: Database) -> None:
    body = {**ANTREAN, "angkaantrean": 7}
    for new in (True, False):
        done = enqueue("tambah-antrean", "RM-1", "P", dict(body), database=database)
        assert (done.new, done.differs) == (new, False)


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
