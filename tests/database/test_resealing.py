"""After a change of key everything can be sealed with the new one, and the old one leaves; nothing else changes."""

import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import RowMapping, event, select, text
from sqlalchemy.exc import OperationalError

from database import Database, DatabaseError, DatabaseUnavailable, enqueue
from database.detail import show
from database.errors import DataKeyMissing
from database.jobs.resend import Resend, ask_again
from database.people.totp import is_offered, offer_totp
from database.storage.models import Base, Job
from database.storage.resealing import reseal, sealed_columns
from database.storage.sealing import key_of
from tests.database.people import a_superadmin
from tests.database.sealed import BODY, NEW, OLD, begin, deliver, end, stored
from tests.tasks.bodies import BODIES

Opened = Callable[..., Database]
BEFORE, BOTH, AFTER = f"tahun-2026:{OLD}", f"tahun-2027:{NEW},tahun-2026:{OLD}", f"tahun-2027:{NEW}"
TABLES = [table for table in Base.metadata.sorted_tables if sealed_columns(table)]


def rows(database: Database) -> list[RowMapping]:
    """All that the sealed tables hold, opened."""
    with database.read() as session:
        return [
            row for table in TABLES for row in session.execute(select(table).order_by(table.c.id)).mappings()
        ]


def test_everything_is_sealed_anew_and_the_old_key_is_needed_no_more(opened: Opened) -> None:
    old = opened(BEFORE)
    for number in range(3):
        job_id = deliver(old, f"RM-{number}")
    ask_again(old, job_id, Resend(patch={"kodepoli": "077"}, reason="poli salah", by="Sari"))
    before = rows(old)
    assert any(row.get("changes") for row in before)

    done = reseal(opened(BOTH))
    assert (done.rows, done.forgotten, done.left) == (7, ["tahun-2026"], {})
    here = opened(AFTER)
    assert rows(here) == before
    assert "tahun-2026" not in stored(here)
    assert reseal(here).rows == 0


def test_what_was_never_sealed_is_sealed_too(opened: Opened) -> None:
    plain = opened(BEFORE, encrypt=False)
    job_id = deliver(plain)
    before = rows(plain)
    here = opened(BEFORE)
    assert (reseal(here).rows, rows(here)) == (2, before)
    assert show(here, job_id)["request"] == BODY
    with here.engine.connect() as connection:
        (body,) = connection.execute(text("SELECT body FROM jobs")).scalars()
    assert "sealed" in body


def test_a_request_that_is_on_its_way_is_left_alone_and_said(opened: Opened) -> None:
    old, both = opened(BEFORE), opened(BOTH)
    job_id, number = begin(old)
    done = reseal(both)
    assert (done.rows, done.forgotten, done.left) == (1, [], {"tahun-2026": 1})
    end(both, job_id, number)
    done = reseal(both)
    assert (done.rows, done.forgotten, done.left) == (1, ["tahun-2026"], {})


def test_a_disk_that_is_full_half_way_loses_no_history(opened: Opened) -> None:
    old = opened(BEFORE)
    deliver(old)
    before, here = rows(old), opened(BOTH)
    with full_at(here, "INSERT INTO attempts"), pytest.raises(DatabaseUnavailable):
        reseal(here)
    assert rows(here) == before
    assert reseal(here).forgotten == ["tahun-2026"]
    assert rows(opened(AFTER)) == before


@contextmanager
def full_at(database: Database, statement: str) -> Iterator[None]:
    """The disk is full for statements that begin so."""

    def refuse(_connection: object, _cursor: object, said: str, *_more: object) -> None:
        if said.startswith(statement):
            raise OperationalError(said, None, Exception("database or disk is full"))

    event.listen(database.engine, "before_cursor_execute", refuse)
    try:
        yield
    finally:
        event.remove(database.engine, "before_cursor_execute", refuse)


@pytest.mark.long
def test_nothing_that_senders_and_staff_write_beside_it_is_lost(opened: Opened) -> None:
    both, other = opened(BOTH), opened(f"tahun-2026:{OLD},tahun-2027:{NEW}")
    failed: list[DatabaseError] = []
    edited: dict[int, str] = {}

    def work() -> None:
        try:
            for number in range(20):
                job_id = deliver(other, f"RM-{threading.get_ident()}-{number}")
                edited[job_id] = f"{number:03}"
                ask_again(other, job_id, Resend(patch={"kodepoli": edited[job_id]}, reason="x", by="Sari"))
        except DatabaseError as error:
            failed.append(error)

    workers = [threading.Thread(target=work) for _ in range(3)]
    for worker in workers:
        worker.start()
    while any(worker.is_alive() for worker in workers):
        reseal(both)
    assert failed == []
    reseal(both)
    kept = rows(opened(AFTER))
    assert len(kept) == 60 * 3
    assert {row["id"]: row["body"]["kodepoli"] for row in kept if "body" in row} == edited


def test_with_sealing_turned_off_nothing_is_touched(opened: Opened) -> None:
    deliver(opened(BEFORE))
    here = opened(BOTH, encrypt=False)
    raw = stored(here)
    with pytest.raises(DataKeyMissing, match="Penyegelan dimatikan"):
        reseal(here)
    assert stored(here) == raw


def test_every_sealed_table_is_gone_through(opened: Opened) -> None:
    here = opened(BEFORE)
    deliver(here)
    with here.engine.connect() as connection:
        found = {table.name: connection.execute(select(table.c.id)).scalars().all() for table in TABLES}
    assert found == {"jobs": [1], "attempts": [1], "people": [], "webhooks": []}, (
        "a further table needs its place in resealing.py"
    )


KEYS = [
    ({"sealed": "k1", "data": "x"}, "k1"),
    ("sealed:k1:x", "k1"),
    ({"sealed": "k1", "data": "x", "more": 1}, None),
    ("sealed up", None),
    ("sealed:k1", None),
    ([1], None),
    (None, None),
]


@pytest.mark.parametrize(("value", "key"), KEYS)
def test_a_value_says_which_key_sealed_it(value: Any, key: str | None) -> None:
    assert key_of(value) == key


def test_a_job_is_the_same_version_afterwards(opened: Opened) -> None:
    job_id = deliver(opened(BEFORE))
    here = opened(BOTH)
    with here.read() as session:
        seen = session.get_one(Job, job_id).version
    reseal(here)
    ask_again(here, job_id, Resend(version=seen, reason="benar", by="Sari"))


def test_the_secret_of_a_second_factor_outlives_the_old_key(opened: Opened) -> None:
    old = opened(BEFORE)
    sari = a_superadmin(old)
    secret = offer_totp(old, sari)
    done = reseal(opened(BOTH))
    assert (done.rows, done.forgotten) == (1, ["tahun-2026"])
    assert is_offered(opened(AFTER), sari, secret)


def test_a_participant_is_counted_under_the_new_key_once_everything_is_sealed_with_it(opened: Opened) -> None:
    def mark(database: Database, norm: str) -> int:
        body = BODIES["tambah-pendaftaran"]
        return enqueue("tambah-pendaftaran", norm, "Pasien Contoh", body, database=database).id

    old, both = opened(BEFORE), opened(BOTH)
    first, second = mark(old, "RM-1"), mark(both, "RM-2")
    marks = [each["peserta"] for each in rows(both)]
    assert marks[0] != marks[1]
    assert reseal(both).left == {}
    here = opened(AFTER)
    assert {row["id"]: row["peserta"] for row in rows(here)} == {first: marks[1], second: marks[1]}
