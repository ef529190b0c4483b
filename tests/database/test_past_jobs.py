"""A kunci outlives its job: what was deleted after its time is known for ever, and its id is nobody else's."""

import json
from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select

from database import Database, Enqueued, enqueue, enqueue_lines
from database.detail import find, show
from database.errors import JobForgotten, JobNotFound
from database.jobs.by_hand import Settled, close_by_hand
from database.jobs.claim import claim_one
from database.jobs.intake_table import take_up
from database.jobs.resend import Resend, ask_again, reopen
from database.status import Status
from database.storage.dialect import is_file
from database.storage.models import Intake, Job, PastJob
from database.storage.past_jobs import known_past
from database.storage.retention import delete_settled
from database.storage.to_postgresql import count_rows, move_everything
from tests.database.clinic import LEASE, ME, Clinic, FakeClock, body_of, new_row
from tests.postgres import PostgresServer

KEEP = timedelta(days=730)
REGISTER = "tambah-pendaftaran"


def forget(clinic: Clinic) -> None:
    """Two years and a day go by, and what is settled is deleted."""
    clinic.clock.advance(days=731)
    assert delete_settled(clinic.database, KEEP) > 0


def ended(clinic: Clinic, status: Status = Status.TERKIRIM, **frame: str) -> int:
    job_id = clinic.hand_over(REGISTER, **frame)
    if status is Status.TERKIRIM:
        return clinic.bring_to(job_id, status)
    close_by_hand(clinic.database, job_id, Settled.NOT_NEEDED, reason="batal", by="Sari")
    return job_id


@pytest.mark.parametrize("status", [Status.TERKIRIM, Status.DITUTUP])
def test_what_was_deleted_is_known_when_it_is_handed_over_again(clinic: Clinic, status: Status) -> None:
    job_id = ended(clinic, status, kunci="visit-7")
    forget(clinic)
    again = enqueue(REGISTER, "RM-1", "P", body_of(REGISTER), kunci="visit-7", database=clinic.database)
    assert again == Enqueued(job_id, status.value, new=False)
    assert clinic.claim() == []
    assert clinic.count() == 0


def test_the_same_body_without_a_kunci_is_known_too(clinic: Clinic) -> None:
    body = body_of(REGISTER)
    first = enqueue(REGISTER, "RM-1", "P", body, database=clinic.database)
    clinic.bring_to(first.id, Status.TERKIRIM)
    forget(clinic)
    again = enqueue(REGISTER, "RM-1", "P", body, database=clinic.database)
    assert again == Enqueued(first.id, "terkirim", new=False)


def test_the_kunci_of_another_clinic_is_another_one(clinic: Clinic) -> None:
    job_id = ended(clinic, kunci="visit-7")
    forget(clinic)
    other = clinic.hand_over(REGISTER, kunci="visit-7", faskes="cabang")
    assert other > job_id
    assert clinic.status(other) == "menunggu"


def test_a_file_and_the_intake_know_it_too(clinic: Clinic) -> None:
    job_id = ended(clinic, kunci="visit-7")
    forget(clinic)
    line = {
        "jenis": REGISTER,
        "norm": "RM-1",
        "nama_pasien": "P",
        "kunci": "visit-7",
        "body": body_of(REGISTER),
    }
    lines = [json.dumps(line), json.dumps({**line, "kunci": "baru"}), json.dumps(line)]
    answers = list(enqueue_lines(lines, database=clinic.database))
    assert [(each["id"], each["status"], each["new"]) for each in answers] == [
        (job_id, "terkirim", False),
        (job_id + 1, "menunggu", True),
        (job_id, "terkirim", False),
    ]

    with clinic.database.write() as session:
        session.add(Intake(**{**line, "body": json.dumps(line["body"])}))
    take_up(clinic.database)
    with clinic.database.read() as session:
        row = session.scalars(select(Intake)).one()
    assert (row.pekerjaan_id, row.galat, row.body) == (job_id, None, None)


def test_only_what_says_that_it_was_is_kept(clinic: Clinic) -> None:
    job_id = ended(clinic, kunci="visit-7")
    forget(clinic)
    with clinic.database.read() as session:
        kept = session.scalars(select(PastJob)).one()
        values = {name: value for name, value in vars(kept).items() if not name.startswith("_")}
    assert values == {
        "faskes": "utama",
        "kunci": "visit-7",
        "id": job_id,
        "jenis": REGISTER,
        "status": "terkirim",
        "ended": date(2026, 9, 14),
    }


def test_no_id_is_ever_given_twice(clinic: Clinic) -> None:
    given = [ended(clinic)]
    for _ in range(3):
        forget(clinic)
        given.append(ended(clinic, norm=f"RM-{given[-1]}"))
    # The greatest one goes first, the others stay: then the next is still greater than all.
    waiting = clinic.hand_over(REGISTER, "RM-9")
    given += [waiting, ended(clinic, norm="RM-10")]
    forget(clinic)
    given.append(clinic.hand_over(REGISTER, "RM-11"))
    assert given == sorted(set(given))


def test_ids_of_one_file_follow_each_other_beside_another_writers(clinic: Clinic) -> None:
    first, second = (ended(clinic, norm=norm) for norm in ("RM-1", "RM-2"))
    forget(clinic)
    with clinic.database.write() as session:
        session.add(new_row())  # stored by something that knows no past
    ids = [clinic.hand_over(REGISTER, f"RM-{number}") for number in range(3)]
    assert min(ids) > second > first
    assert ids == sorted(set(ids))


def test_a_kunci_that_an_older_version_took_again_stays_the_first_ones(clinic: Clinic) -> None:
    first = ended(clinic, kunci="visit-7")
    forget(clinic)
    with clinic.database.write() as session:
        session.add(new_row(Status.TERKIRIM, kunci="visit-7", updated_at=clinic.clock.now))
    forget(clinic)
    assert find(clinic.database, "visit-7") == first
    assert clinic.count() == 0


def test_it_is_remembered_with_its_deletion_or_neither(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    ended(clinic, kunci="visit-7")
    clinic.clock.advance(days=731)

    def dies(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("database.storage.retention.remember", dies)
    with pytest.raises(KeyboardInterrupt):
        delete_settled(clinic.database, KEEP)
    assert clinic.count() == 1


CALLS: list[Callable[[Database, int], object]] = [
    show,
    lambda database, job_id: ask_again(database, job_id, Resend()),
    lambda database, job_id: reopen(database, job_id, Resend()),
    lambda database, job_id: claim_one(database, job_id, owner=ME, lease=LEASE),
    lambda database, job_id: close_by_hand(database, job_id, Settled.NOT_NEEDED, reason="x", by="y"),
]


@pytest.mark.parametrize("call", CALLS)
def test_who_asks_for_it_is_told_that_it_was_and_how_it_ended(
    clinic: Clinic, call: Callable[[Database, int], object]
) -> None:
    job_id = ended(clinic, kunci="visit-7")
    forget(clinic)
    assert find(clinic.database, "visit-7") == job_id
    with pytest.raises(JobForgotten, match=f"Pekerjaan {job_id} sudah dihapus .*: terkirim pada 14-09-2026"):
        call(clinic.database, job_id)
    with pytest.raises(JobNotFound, match="tidak ada"):
        call(clinic.database, 999)


def test_a_hand_over_during_the_deletion_is_known(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    """Between its two looks, at what is there and at what was, the job goes from the one to the other."""
    job_id = ended(clinic, kunci="visit-7")
    clinic.clock.advance(days=731)

    def deleted_meanwhile(*args: Any) -> object:
        monkeypatch.undo()
        if not is_file(clinic.database.engine):  # which has one writer at a time
            delete_settled(clinic.database, KEEP)
        return known_past(*args)

    monkeypatch.setattr("database.jobs.handover.known_past", deleted_meanwhile)
    again = enqueue(REGISTER, "RM-1", "P", body_of(REGISTER), kunci="visit-7", database=clinic.database)
    assert again == Enqueued(job_id, "terkirim", new=False)


def test_the_past_moves_to_postgresql_and_its_ids_stay_taken(
    migrated_sqlite: Path,
    tmp_path: Path,
    open_at: Callable[..., Database],
    clock: FakeClock,
    postgres: PostgresServer,
) -> None:
    file = tmp_path / "lama.db"
    file.write_bytes(migrated_sqlite.read_bytes())
    old = Clinic(open_at(f"sqlite:///{file}", clock=clock), clock)
    taken = [ended(old, kunci=f"visit-{number}", norm=f"RM-{number}") for number in range(5)]
    forget(old)
    new = Clinic(open_at(postgres.emptied(), clock=clock), clock)
    assert move_everything(old.database, new.database)["past_jobs"] == 5
    assert count_rows(new.database)["jobs"] == 0

    again = enqueue(REGISTER, "RM-1", "P", body_of(REGISTER), kunci="visit-3", database=new.database)
    assert again == Enqueued(taken[3], "terkirim", new=False)
    assert new.hand_over(REGISTER, "RM-9", kunci="baru") == taken[-1] + 1
    with new.database.read() as session:
        assert session.scalar(select(func.max(Job.id))) == taken[-1] + 1
