"""The log of what people did: it only grows, whoever asks."""

import pytest
from sqlalchemy import text

from database import Database
from database.errors import ConstraintViolated
from database.people.acts import Did, last_acts, note_act
from tests.database.clinic import FakeClock


def test_the_newest_lines_come_first_and_no_more_than_asked_for(database: Database, clock: FakeClock) -> None:
    note_act(database, Did.LOG_IN, by="sari", address="192.0.2.1")
    clock.advance(seconds=1)
    note_act(database, Did.OPEN, by="budi", result="ditolak", faskes="utama", job_id=7)
    newest, older = last_acts(database, limit=5)
    assert (newest.act, newest.by, newest.result, newest.faskes, newest.job_id) == (
        "buka",
        "budi",
        "ditolak",
        "utama",
        7,
    )
    assert (older.act, older.by, older.address, older.at) == ("masuk", "sari", "192.0.2.1", older.at)
    assert newest.at > older.at
    assert [act.by for act in last_acts(database, limit=1)] == ["budi"]


@pytest.mark.parametrize("spoiling", ["UPDATE acts SET result = 'ok'", "DELETE FROM acts"])
def test_a_line_is_neither_changed_nor_deleted(database: Database, spoiling: str) -> None:
    note_act(database, Did.OPEN, by="budi", result="ditolak")
    with pytest.raises(ConstraintViolated), database.write() as session:
        session.execute(text(spoiling))
    assert [act.result for act in last_acts(database, limit=5)] == ["ditolak"]


@pytest.mark.parametrize("by", ["bu\x00di", "bu\ud83ddi", "x" * 1000])
def test_no_name_or_address_keeps_a_line_out_of_the_log(database: Database, by: str) -> None:
    note_act(database, Did.LOG_IN, by=by, result="ditolak", faskes=by, address=by)
    (line,) = last_acts(database, limit=5)
    assert len(line.by) <= 64
