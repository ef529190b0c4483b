"""What must never be stored is refused by the database itself, whatever code asks for it."""

import importlib
import itertools
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import insert, update

from bpjs_client.jenis import Jenis
from database.errors import ConstraintViolated, DatabaseError
from database.status import CARDS, FILTER_WORDS, FINAL, MOVES, UNFINISHED, Status
from database.storage.models import Job, ServiceState
from tests.database.clinic import ME, MORNING, Clinic, new_row

PAIRS = tuple(itertools.permutations(Status, 2))
# From each state to these and no other (docs/job-states.md); spelled out, for a table agrees with itself always.
PERMITTED = {
    "menunggu": {"proses", "gagal", "ditutup"},
    "proses": {"menunggu", "terkirim", "gagal", "tidak_pasti", "ditutup"},
    "tidak_pasti": {"menunggu", "proses", "terkirim", "gagal", "ditutup"},
    "gagal": {"menunggu", "ditutup"},
    "terkirim": set(),
    "ditutup": set(),
}
KEPT = ("status", "message", "result", "sent_at", "lease_until", "lease_owner")


def stored(clinic: Clinic, status: Status) -> int:
    with clinic.database.write() as session:
        row = new_row(status)
        session.add(row)
        session.flush()
        return row.id


@pytest.mark.parametrize(("old", "new"), PAIRS, ids=[f"{old}-{new}" for old, new in PAIRS])
def test_the_database_permits_these_moves_and_no_other(clinic: Clinic, old: Status, new: Status) -> None:
    job_id = stored(clinic, old)
    wanted = {name: getattr(new_row(new), name) for name in KEPT}
    change = update(Job).where(Job.id == job_id).values(wanted)
    if new in PERMITTED[old]:
        with clinic.database.write() as session:
            session.execute(change)
        assert clinic.status(job_id) == new
        return
    with pytest.raises(ConstraintViolated), clinic.database.write() as session:
        session.execute(change)
    assert clinic.status(job_id) == old


@pytest.mark.parametrize("status", Status)
def test_a_job_may_change_without_moving(clinic: Clinic, status: Status) -> None:
    job_id = stored(clinic, status)
    with clinic.database.write() as session:
        session.execute(update(Job).values(status=status.value, version=2))
    assert clinic.job(job_id).version == 2


def test_the_code_and_the_newest_migration_hold_these_moves() -> None:
    migration = importlib.import_module("database.migrations.versions.0001_first_tables")
    permitted = sorted((old, new) for old, after in PERMITTED.items() for new in after)
    assert sorted((old.value, new.value) for old, new in MOVES) == permitted
    assert sorted(migration.MOVES) == permitted


def test_what_cannot_be_left_is_final() -> None:
    assert {old for old, after in PERMITTED.items() if not after} == FINAL == {"terkirim", "ditutup"}


def test_every_state_is_shown_in_one_card_and_found_by_one_word_at_most() -> None:
    for table, whole in ((FILTER_WORDS, "semua"), (CARDS, "total")):
        parts = [states for word, states in table.items() if word != whole]
        assert sum(len(states) for states in parts) == len(set().union(*parts))
        assert set().union(*parts) == set(Status) - {Status.DITUTUP}
    assert UNFINISHED == CARDS["menunggu"] == FILTER_WORDS["belum-diproses"]
    assert {"menunggu", "proses", "tidak_pasti"} == UNFINISHED


# what is spoilt in an otherwise good row
IMPOSSIBLE: tuple[tuple[str, Status, dict[str, Any]], ...] = (
    ("sent with an empty result", Status.TERKIRIM, {"result": {}}),
    ("sent without its number", Status.TERKIRIM, {"result": None}),
    ("a kunjungan sent without its number", Status.TERKIRIM, {"jenis": Jenis.TAMBAH_KUNJUNGAN.value, "result": None}),
    ("sent at no time", Status.TERKIRIM, {"sent_at": None}),
    ("failed without saying why", Status.GAGAL, {"message": None}),
    ("in hand without a lease", Status.PROSES, {"lease_until": None, "lease_owner": None}),
    ("in hand of nobody", Status.PROSES, {"lease_owner": None}),
    ("leased but not in hand", Status.MENUNGGU, {"lease_until": MORNING, "lease_owner": ME}),
    ("owned but not leased", Status.MENUNGGU, {"lease_owner": ME}),
    ("an unknown status", Status.MENUNGGU, {"status": "selesai"}),
    ("an unknown jenis", Status.MENUNGGU, {"jenis": "ubah-pendaftaran"}),
    ("an unknown service", Status.MENUNGGU, {"service": "vclaim"}),
    ("the other service's jenis", Status.MENUNGGU, {"service": "antrean"}),
    ("fewer than no attempts", Status.MENUNGGU, {"attempts": -1}),
    ("fewer than no waits", Status.MENUNGGU, {"waits": -1}),
    ("a version before the first", Status.MENUNGGU, {"version": 0}),
    ("no body", Status.MENUNGGU, {"body": None}),
    ("no due time", Status.MENUNGGU, {"due_at": None}),
)  # fmt: skip


@pytest.mark.parametrize(("what", "status", "spoilt"), IMPOSSIBLE, ids=[row[0] for row in IMPOSSIBLE])
def test_an_impossible_row_is_refused(
    clinic: Clinic, what: str, status: Status, spoilt: dict[str, Any]
) -> None:
    with pytest.raises(ConstraintViolated), clinic.database.write() as session:
        session.add(new_row(status, **spoilt))
    assert clinic.count() == 0, what


@pytest.mark.parametrize("status", Status)
def test_the_row_that_those_spoil_is_itself_possible(clinic: Clinic, status: Status) -> None:
    stored(clinic, status)
    assert clinic.count() == 1


def test_two_jobs_of_one_chain_and_service_cannot_be_in_hand(clinic: Clinic) -> None:
    stored(clinic, Status.PROSES)
    with clinic.database.write() as session:
        session.add(new_row(Status.PROSES, kunci="lain-1", faskes="cabang"))
        session.add(new_row(Status.PROSES, Jenis.TAMBAH_ANTREAN, kunci="lain-2"))
    with pytest.raises(ConstraintViolated), clinic.database.write() as session:
        session.add(new_row(Status.PROSES, kunci="lain-3"))


# a service's row, and whether it may be
SERVICE_ROWS = (
    ({"state": "paused", "reason": None}, False),
    ({"state": "open", "reason": None}, False),
    ({"state": "ajar", "reason": "x"}, False),
    ({"state": "closed", "reason": None}, True),
    ({"state": "half-open", "reason": "x"}, True),
)


@pytest.mark.parametrize(("values", "possible"), SERVICE_ROWS)
def test_a_service_that_is_not_called_says_why(
    clinic: Clinic, values: dict[str, Any], possible: bool
) -> None:
    row = insert(ServiceState).values(faskes="utama", service="pcare", since=MORNING, **values)
    if possible:
        with clinic.database.write() as session:
            session.execute(row)
        return
    with pytest.raises(ConstraintViolated), clinic.database.write() as session:
        session.execute(row)


def test_a_time_without_its_zone_is_refused(clinic: Clinic) -> None:
    with pytest.raises(DatabaseError), clinic.database.write() as session:
        session.add(new_row(due_at=MORNING.replace(tzinfo=None)))


def test_times_come_back_as_the_same_instant_in_utc(clinic: Clinic) -> None:
    local = MORNING.astimezone(clinic.database.timezone) + timedelta(microseconds=7)
    with clinic.database.write() as session:
        session.add(new_row(due_at=local))
    due = clinic.job(1).due_at
    assert due == local
    assert due.utcoffset() == timedelta(0)
