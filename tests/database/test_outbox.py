"""The SQL outbox: what another system writes in its own transaction becomes jobs, or says why not."""

import json
import re
import threading
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DBAPIError

from database import Database
from database.errors import ConstraintViolated, DatabaseUnavailable, ValueRefused
from database.jobs.handover import NewJob, store_in
from database.jobs.intake_table import BATCH, refused_rows, take_up
from database.settings import PROJECT
from database.storage.models import Base, Intake, Job
from database.storage.wakeup import Waiter
from tests.conftest import POSTGRESQL, SQLITE
from tests.database.clinic import Clinic, success
from tests.tasks.bodies import BODIES, CARD

GOOD = json.dumps(BODIES["tambah-antrean"])


def write(clinic: Clinic, **values: Any) -> int:
    """A row as a clinic's system inserts it: plain SQL, only what it names."""
    row = {"jenis": "tambah-antrean", "norm": "RM-1", "nama_pasien": "Pasien Contoh", "body": GOOD, **values}
    given = {name: value for name, value in row.items() if value is not None}
    names, marks = ", ".join(given), ", ".join(f":{name}" for name in given)
    with clinic.database.engine.begin() as connection:
        statement = text(f"INSERT INTO intake ({names}) VALUES ({marks}) RETURNING id")
        return int(connection.execute(statement, given).scalar_one())


def row(clinic: Clinic, row_id: int) -> Intake:
    with clinic.database.read() as session:
        return session.get_one(Intake, row_id)


def test_a_row_becomes_a_job_and_no_longer_names_the_patient(clinic: Clinic) -> None:
    row_id = write(clinic, kunci="K-1", faskes="cabang", rantai="R-1", tanggal="2026-09-01")
    assert take_up(clinic.database) == 1
    read = row(clinic, row_id)
    assert (read.galat, read.body, read.dibaca_pada) == (None, None, clinic.clock.now)
    job = clinic.job(read.pekerjaan_id or 0)
    assert (job.faskes, job.kunci, job.rantai, job.body) == ("cabang", "K-1", "R-1", BODIES["tambah-antrean"])
    assert (str(job.tanggal), job.status) == ("2026-09-01", "menunggu")
    assert take_up(clinic.database) == 0


NONSENSE: list[tuple[dict[str, Any], str]] = [
    ({"jenis": "kirim-semua"}, "jenis tidak dikenal"),
    ({"jenis": None}, "jenis tidak dikenal"),
    ({"norm": None}, "norm wajib diisi"),
    ({"norm": " \t"}, "norm wajib diisi"),
    ({"nama_pasien": "x" * 201}, "nama_pasien paling panjang 200 karakter"),
    ({"body": None}, "body bukan JSON yang sah"),
    ({"body": "{"}, "body bukan JSON yang sah"),
    ({"body": "NaN"}, "body bukan JSON yang sah"),
    ({"body": "[" * 100_000}, "body bukan JSON yang sah"),
    ({"body": "[1]"}, "body harus objek JSON"),
    ({"tanggal": "kemarin"}, "tanggal harus dd-MM-yyyy atau yyyy-MM-dd"),
    ({"kunci": "k" * 201}, "kunci paling panjang 200 karakter"),
]


@pytest.mark.parametrize(("values", "said"), NONSENSE)
def test_a_row_that_is_no_job_says_why_and_holds_up_no_other(
    clinic: Clinic, values: dict[str, Any], said: str
) -> None:
    bad, good = write(clinic, **values), write(clinic, norm="RM-2")
    take_up(clinic.database)
    refused = row(clinic, bad)
    assert said in (refused.galat or "")
    assert CARD not in (refused.galat or "")
    assert (refused.pekerjaan_id, refused.dibaca_pada) == (None, clinic.clock.now)
    assert row(clinic, good).pekerjaan_id is not None


def test_a_refused_row_that_is_corrected_is_read_again(clinic: Clinic) -> None:
    row_id = write(clinic, jenis="salah")
    take_up(clinic.database)
    assert refused_rows(clinic.database) == 1
    with clinic.database.engine.begin() as connection:
        connection.execute(text("UPDATE intake SET jenis = 'tambah-antrean', dibaca_pada = NULL"))
    assert refused_rows(clinic.database) == 0
    assert take_up(clinic.database) == 1
    assert (row(clinic, row_id).galat, clinic.count()) == (None, 1)


def test_wrong_fields_are_a_failed_job_that_staff_can_correct(clinic: Clinic) -> None:
    row_id = write(clinic, body='{"kodepoli": 1}')
    take_up(clinic.database)
    job = clinic.job(row(clinic, row_id).pekerjaan_id or 0)
    assert (job.status, job.reason) == ("gagal", "isi-salah")


def test_the_same_kunci_is_the_same_job_in_one_batch_and_later(clinic: Clinic) -> None:
    first, second = write(clinic, kunci="K-1"), write(clinic, kunci="K-1", nama_pasien="Nama Lain")
    take_up(clinic.database)
    third = write(clinic, kunci="K-1")
    take_up(clinic.database)
    assert len({row(clinic, row_id).pekerjaan_id for row_id in (first, second, third)}) == 1
    assert clinic.count() == 1


def test_other_content_under_a_known_kunci_is_not_lost_in_silence(clinic: Clinic) -> None:
    """The row is the only answer that its writer gets."""
    first = write(clinic, kunci="K")
    take_up(clinic.database)
    second = write(clinic, kunci="K", norm="RM-2")
    take_up(clinic.database)
    refused = row(clinic, second)
    assert (refused.pekerjaan_id, refused.body) == (None, GOOD)
    assert "yang isinya lain" in (refused.galat or "")
    assert refused_rows(clinic.database) == 1
    with clinic.database.write() as session:
        session.get_one(Intake, second).kunci = "L"
        session.get_one(Intake, second).dibaca_pada = None
    take_up(clinic.database)
    assert row(clinic, first).pekerjaan_id != row(clinic, second).pekerjaan_id is not None


def test_what_is_rolled_back_was_never_written(clinic: Clinic) -> None:
    with clinic.database.engine.connect() as connection:
        connection.execute(text("INSERT INTO intake (jenis, norm, body) VALUES ('x', 'y', '{}')"))
        connection.rollback()
    assert take_up(clinic.database) == 0


def test_two_takers_at_once_make_each_row_one_job(clinic: Clinic) -> None:
    count = BATCH + 20
    with clinic.database.write() as session:
        session.add_all(
            Intake(jenis="tambah-antrean", norm=f"RM-{number}", nama_pasien="Pasien", body=GOOD)
            for number in range(count)
        )
    with ThreadPoolExecutor(3) as pool:
        read = list(pool.map(lambda _: take_up(clinic.database), range(3)))
    take_up(clinic.database)
    assert sum(read) <= count
    with clinic.database.read() as session:
        ids = session.scalars(select(Intake.pekerjaan_id)).all()
        assert sorted(filter(None, ids)) == sorted(session.scalars(select(Job.id)))
    assert len(set(ids)) == clinic.count() == count


def test_a_failure_between_marking_and_storing_keeps_the_row_unread(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    row_id = write(clinic)

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("database.jobs.intake_table.store_in", dies)
    with pytest.raises(KeyboardInterrupt):
        take_up(clinic.database)
    monkeypatch.undo()
    assert (row(clinic, row_id).dibaca_pada, clinic.count()) == (None, 0)
    assert (take_up(clinic.database), clinic.count()) == (1, 1)


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_waiting_dispatcher_hears_of_a_row_at_once(clinic: Clinic) -> None:
    heard = threading.Event()
    with Waiter(clinic.database) as waiter:
        waiter._own.execute("SELECT 1")  # the LISTEN has been carried out
        write(clinic)

        def wait() -> None:
            waiter.wait(threading.Event())
            heard.set()

        thread = threading.Thread(target=wait)
        thread.start()
        assert heard.wait(0.5)  # sooner than the poll
        thread.join()


def test_status_and_number_are_read_back_by_kunci_in_sql(clinic: Clinic) -> None:
    write(clinic, kunci="K-1", jenis="tambah-pendaftaran", body=json.dumps(BODIES["tambah-pendaftaran"]))
    take_up(clinic.database)
    (job_id,) = clinic.claim()
    query = text("SELECT status, no_urut, no_kunjungan, norm FROM pekerjaan_status WHERE kunci = 'K-1'")
    with clinic.database.engine.connect() as connection:
        assert connection.execute(query).one() == ("proses", None, None, "RM-1")
    clinic.finish(job_id, success("tambah-pendaftaran"))
    with clinic.database.engine.connect() as connection:
        assert connection.execute(query).one()[:3] == ("terkirim", "A12", "0114U1630914Y000123")


ODD: list[dict[str, object]] = [
    {"ditulis_pada": "24-11-2026 08:00"},
    {"jenis": 5},
    {"norm": b"RM-1"},
    {"nama_pasien": b"\xff"},
    {"body": b"\xff{"},
    {"body": 7},
    {"kunci": 3.5},
    {"tanggal": b"x"},
    {"faskes": b"\x00"},
    {"galat": b"\xff", "pekerjaan_id": "banyak"},
]


LATIN_1 = "CAST(x'5061736965e96e' AS TEXT)"  # a text to SQLite, and no UTF-8


@SQLITE
@pytest.mark.parametrize(
    "column", ["jenis", "norm", "nama_pasien", "faskes", "kunci", "rantai", "body", "galat"]
)
def test_a_row_in_latin_1_fails_alone_and_says_so(clinic: Clinic, column: str) -> None:
    before, bad, after = write(clinic, norm="RM-1"), write(clinic, norm="RM-2"), write(clinic, norm="RM-3")
    with clinic.database.engine.begin() as connection:
        connection.execute(text(f"UPDATE intake SET {column} = {LATIN_1} WHERE id = {bad}"))
    assert take_up(clinic.database) == 3
    assert row(clinic, before).pekerjaan_id
    assert row(clinic, after).pekerjaan_id
    said = None if column == "galat" else f"{column} bukan teks UTF-8"
    with clinic.database.engine.begin() as connection:
        mark = connection.execute(text(f"SELECT galat, dibaca_pada FROM intake WHERE id = {bad}")).one()
    assert (mark[0], mark[1] is not None) == (said, True)
    assert take_up(clinic.database) == 0


@pytest.mark.parametrize("trouble", [TypeError("0001234567890"), ValueRefused("x"), ConstraintViolated("x")])
def test_a_row_that_fails_in_no_foreseen_way_fails_alone(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture, trouble: Exception
) -> None:
    rows = [write(clinic, norm=f"RM-{number}") for number in range(4)]

    def stumble(session: Any, database: Any, jobs: list[NewJob]) -> Any:
        if any(job.norm == "RM-2" for job in jobs):
            raise trouble
        return store_in(session, database, jobs)

    monkeypatch.setattr("database.jobs.intake_table.store_in", stumble)
    assert take_up(clinic.database) == 4
    assert [row(clinic, each).pekerjaan_id is not None for each in rows] == [True, True, False, True]
    refused = row(clinic, rows[2])
    assert refused.galat == f"baris ini tidak dapat dibaca atau disimpan ({type(trouble).__name__})"
    assert refused.body == GOOD
    assert CARD not in (refused.galat or "") + caplog.text


def test_no_row_is_blamed_for_the_databases_own_trouble(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    row_id = write(clinic)

    def is_locked(*_: object) -> None:
        raise DatabaseUnavailable("x")

    monkeypatch.setattr("database.jobs.intake_table.store_in", is_locked)
    with pytest.raises(DatabaseUnavailable):
        take_up(clinic.database)
    assert (row(clinic, row_id).dibaca_pada, row(clinic, row_id).galat) == (None, None)


@SQLITE
@pytest.mark.parametrize("odd", ODD, ids=" ".join)
def test_a_row_as_odd_as_sqlite_allows_holds_up_no_other(clinic: Clinic, odd: dict[str, object]) -> None:
    row = {
        "jenis": "tambah-antrean",
        "norm": "RM-1",
        "nama_pasien": "P",
        "body": GOOD,
        "ditulis_pada": "x",
    } | odd
    columns, marks = ", ".join(row), ", ".join("?" * len(row))
    with clinic.database.engine.begin() as connection:
        connection.exec_driver_sql(f"INSERT INTO intake ({columns}) VALUES ({marks})", tuple(row.values()))
    write(clinic, norm="RM-2")
    assert take_up(clinic.database) == 2
    with clinic.database.read() as session:
        assert "RM-2" in session.scalars(select(Job.norm)).all()
    assert take_up(clinic.database) == 0


@POSTGRESQL
def test_the_role_of_the_clinics_system_hands_over_and_sees_no_body_nor_history(database: Database) -> None:
    """With the rights that docs/integration.md gives it."""
    rights = re.findall(r"^GRANT .+ TO klinik;$", (PROJECT / "docs/integration.md").read_text(), re.MULTILINE)
    assert len(rights) == 3
    with database.engine.connect() as connection:
        for statement in ("CREATE ROLE klinik", *rights, "SET ROLE klinik"):
            connection.exec_driver_sql(statement)
        connection.exec_driver_sql(
            "INSERT INTO intake (jenis, norm, nama_pasien, body) VALUES ('tambah-antrean', 'RM-1', 'Contoh', '{}')"
        )
        assert connection.exec_driver_sql("SELECT count(*) FROM pekerjaan_status").scalar_one() == 0
        for table in sorted({*Base.metadata.tables, "alembic_version"} - {"intake"}):
            with pytest.raises(DBAPIError, match="permission denied"), connection.begin_nested():
                connection.exec_driver_sql(f"SELECT * FROM {table} LIMIT 1")
        connection.rollback()
