"""A sealed value that was put into another row is another's: nobody is reported under a wrong name."""

import json
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import text

from database import Database, enqueue
from database.detail import show
from database.errors import MoveRefused
from database.jobs.resend import Resend, ask_again
from database.storage.dialect import is_file
from database.storage.models import Job
from database.storage.resealing import reseal
from database.storage.row_seal import FOREIGN, is_foreign, of_row, row_of
from database.storage.sealing import Keyring, knows_its_row
from tests.database.sealed import BODY, OLD, deliver
from tests.tasks.bodies import BODIES
from tests.tasks.desk import Desk, pcare

KEY = bytes(range(32))


def swap(database: Database, table: str, column: str, one: int, other: int) -> None:
    """Somebody with a database client puts each one's value into the other's row."""
    key = "id" if table == "jobs" else "job_id"
    read = text(f"SELECT {column} FROM {table} WHERE {key} = :row")
    put = text(f"UPDATE {table} SET {column} = :value WHERE {key} = :row")
    with database.engine.begin() as connection:
        values = {row: connection.scalar(read, {"row": row}) for row in (one, other)}
        for row, theirs in ((one, values[other]), (other, values[one])):
            plain = json.dumps(theirs) if isinstance(theirs, dict) else theirs
            connection.execute(put, {"row": row, "value": plain})


def registration(database: Database, number: int) -> int:
    body = {**BODIES["tambah-pendaftaran"], "noKartu": f"0001{number:09}"}
    return enqueue("tambah-pendaftaran", f"RM-{number}", "Pasien Contoh", body, database=database).id


def taking(request: Any) -> Any:
    return pcare(201, "CREATED", {"field": "noUrut", "message": "A1"})


def test_swapped_bodies_leave_for_nobody_and_hold_up_nobody(opened: Callable[..., Database]) -> None:
    here = Desk(opened(f"k1:{OLD}"), taking)
    one, other, third = (registration(here.database, number) for number in (1, 2, 3))
    swap(here.database, "jobs", "body", one, other)

    for job_id in (one, other, third):
        here.deliver(job_id)

    ends = [(here.job(job_id).status, here.job(job_id).reason) for job_id in (one, other, third)]
    assert ends == [("gagal", "segel-tertukar"), ("gagal", "segel-tertukar"), ("terkirim", None)]
    assert len(here.requests) == 1
    assert FOREIGN in (here.job(one).message or "")
    assert show(here.database, one)["request"] == FOREIGN


def test_it_is_mended_by_its_whole_body_and_by_nothing_less(opened: Callable[..., Database]) -> None:
    here = Desk(opened(f"k1:{OLD}"), taking)
    one, other = registration(here.database, 1), registration(here.database, 2)
    swap(here.database, "jobs", "body", one, other)
    here.deliver(one)

    with pytest.raises(MoveRefused, match="isi lengkapnya"):
        ask_again(here.database, one, Resend(patch={"keluhan": "demam"}))
    body = {**BODIES["tambah-pendaftaran"], "noKartu": "0001000000001"}
    ask_again(here.database, one, Resend(body=body))
    here.deliver(one)

    assert here.job(one).status == "terkirim"
    assert json.loads(here.requests[0].content)["noKartu"] == "0001000000001"


def test_an_answer_of_another_job_is_not_shown(opened: Callable[..., Database]) -> None:
    here = opened(f"k1:{OLD}")
    one, other = deliver(here, "RM-1"), deliver(here, "RM-2")
    with here.engine.begin() as connection:  # as whoever can swap rows can
        connection.execute(text("DROP TRIGGER IF EXISTS attempts_are_history" + _on_table(here)))
    swap(here, "attempts", "response", one, other)
    assert show(here, one)["history"][0]["response"] == FOREIGN
    assert show(here, one)["request"] == BODY


def _on_table(database: Database) -> str:
    return "" if is_file(database.engine) else " ON attempts"


VALUES: list[Any] = [{"a": [1, {"b": None}]}, [], {}, [1, "x"], "teks\x00 dengan: titik", ""]


@pytest.mark.parametrize("value", VALUES, ids=repr)
def test_a_value_is_read_as_it_was_and_knows_its_row(value: Any) -> None:
    keys = Keyring({"k1": KEY})
    opened = keys.open(keys.seal(of_row(value, 7), "jobs.body"), "jobs.body")
    assert (opened, row_of(opened)) == (value, 7)
    assert (is_foreign(opened, 7), is_foreign(opened, 8)) == (False, True)
    if isinstance(value, str):
        text_back = keys.open_text(keys.seal_text(of_row(value, 7), "attempts.raw"), "attempts.raw")
        assert (text_back, row_of(text_back)) == (value, 7)


def test_what_was_sealed_before_is_read_and_sealed_with_its_row_by_resealing(
    opened: Callable[..., Database],
) -> None:
    here = opened(f"k1:{OLD}")
    job_id = registration(here, 1)
    body = {**BODIES["tambah-pendaftaran"], "noKartu": "0001000000001"}
    with here.read() as session:
        keyring = session.get_bind().dialect.bpjs_keyring  # type: ignore[attr-defined]
    old = json.dumps(keyring.seal(body, "jobs.body"))
    with here.engine.begin() as connection:
        connection.execute(text("UPDATE jobs SET body = :old WHERE id = :job"), {"old": old, "job": job_id})
    with here.read() as session:
        assert (session.get_one(Job, job_id).body, row_of(session.get_one(Job, job_id).body)) == (body, None)

    assert reseal(here).rows == 1

    with here.engine.connect() as connection:
        stored = connection.scalar(text("SELECT body FROM jobs"))
    assert knows_its_row(json.loads(stored) if isinstance(stored, str) else stored)
    with here.read() as session:
        assert row_of(session.get_one(Job, job_id).body) == job_id
    assert reseal(here).rows == 0
