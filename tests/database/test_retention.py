"""What is forgotten after its time, and what never is."""

import json
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import event, func, select

from bpjs_client.jenis import Jenis, Service
from database.jobs.intake_table import take_up
from database.services.outages import outages
from database.services.pauses import pause, resume
from database.status import FINAL, Status
from database.storage.models import Intake, Job, Outage, PastJob, Sync
from database.storage.retention import BATCH, delete_notes, delete_settled
from tests.conftest import POSTGRESQL
from tests.database.clinic import MORNING, Clinic, body_of, new_row, success

KEEP = timedelta(days=730)


@pytest.mark.parametrize("status", Status)
def test_only_what_is_settled_is_deleted_however_old_the_rest(clinic: Clinic, status: Status) -> None:
    with clinic.database.write() as session:
        session.add(new_row(status))
    clinic.clock.advance(days=731)

    assert delete_settled(clinic.database, KEEP) == (status in FINAL)
    assert clinic.count() == (status not in FINAL)


def test_a_delivered_job_goes_with_its_history_when_its_time_is_over(clinic: Clinic) -> None:
    job_id = clinic.take(clinic.hand_over())
    clinic.finish(job_id, success("tambah-antrean"), attempt=clinic.leave(job_id))
    clinic.clock.advance(days=730)
    assert delete_settled(clinic.database, KEEP) == 0

    clinic.clock.advance(seconds=1)
    assert delete_settled(clinic.database, KEEP) == 1
    assert clinic.attempts(job_id) == []


def test_a_chain_stays_whole_until_all_of_it_is_settled(clinic: Clinic) -> None:
    registration = clinic.hand_over("tambah-pendaftaran")
    visit = clinic.hand_over("tambah-kunjungan")
    clinic.bring_to(registration, Status.TERKIRIM)
    clinic.bring_to(visit, Status.GAGAL)
    clinic.clock.advance(days=731)

    assert delete_settled(clinic.database, KEEP) == 0
    assert clinic.status(registration) == "terkirim"


def day_of_jobs(clinic: Clinic, *statuses: Status, **values: Any) -> None:
    """A job of each of these statuses, each in a chain of its own, in this order."""
    with clinic.database.write() as session:
        first = clinic.count()
        for number, status in enumerate(statuses, start=first):
            row = new_row(status, Jenis.TAMBAH_ANTREAN, kunci=f"k{number}", rantai=f"r{number}", **values)
            session.add(row)


def no_rest(_seconds: float) -> None:
    """The next batch follows at once."""


def test_more_than_one_batch_is_deleted(clinic: Clinic) -> None:
    day_of_jobs(clinic, *[Status.TERKIRIM] * (BATCH + 1))
    clinic.clock.advance(days=731)

    assert delete_settled(clinic.database, KEEP) == BATCH + 1
    assert clinic.count() == 0


def test_what_stays_hides_nothing_behind_it(clinic: Clinic) -> None:
    day_of_jobs(clinic, *[Status.GAGAL] * 5, Status.TERKIRIM)
    clinic.clock.advance(days=731)

    assert delete_settled(clinic.database, KEEP, batch=2, rest=no_rest) == 1
    assert clinic.count() == 5


def test_what_ended_late_stays_and_hides_nothing_behind_it(clinic: Clinic) -> None:
    day_of_jobs(clinic, Status.DITUTUP, updated_at=MORNING + timedelta(days=400))
    day_of_jobs(clinic, Status.TERKIRIM)
    clinic.clock.advance(days=731)

    assert delete_settled(clinic.database, KEEP, batch=1, rest=no_rest) == 1
    assert clinic.count() == 1


def test_broken_off_it_has_deleted_whole_batches_and_goes_on_the_next_time(clinic: Clinic) -> None:
    ids = [clinic.hand_over(norm=f"RM-{number}") for number in range(5)]
    for job_id in ids:
        clinic.finish(clinic.take(job_id), success("tambah-antrean"), attempt=clinic.leave(job_id))
    clinic.clock.advance(days=731)

    def broken_off(_seconds: float) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        delete_settled(clinic.database, KEEP, batch=2, rest=broken_off)

    assert clinic.count() == 3
    assert [len(clinic.attempts(job_id)) for job_id in ids] == [0, 0, 1, 1, 1]
    with clinic.database.read() as session:
        assert session.scalars(select(PastJob.id).order_by(PastJob.id)).all() == ids[:2]
    assert delete_settled(clinic.database, KEEP, batch=2, rest=no_rest) == 3
    assert clinic.count() == 0


def test_a_batch_that_is_broken_off_in_the_middle_leaves_all_of_it(clinic: Clinic) -> None:
    job_id = clinic.take(clinic.hand_over())
    clinic.finish(job_id, success("tambah-antrean"), attempt=clinic.leave(job_id))
    clinic.clock.advance(days=731)

    @event.listens_for(clinic.database.engine, "before_cursor_execute")
    def broken_off(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        if statement.startswith("DELETE FROM jobs"):
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        delete_settled(clinic.database, KEEP)
    event.remove(clinic.database.engine, "before_cursor_execute", broken_off)

    assert clinic.count() == 1
    assert len(clinic.attempts(job_id)) == 1
    with clinic.database.read() as session:
        assert session.scalars(select(PastJob.id)).all() == []


def test_it_rests_after_each_batch_and_does_not_look_through_what_is_new(clinic: Clinic) -> None:
    day_of_jobs(clinic, *[Status.TERKIRIM] * 4)
    clinic.clock.advance(days=731)
    day_of_jobs(clinic, *[Status.TERKIRIM] * 20, created_at=clinic.clock(), updated_at=clinic.clock())
    rests: list[float] = []

    assert delete_settled(clinic.database, KEEP, batch=2, rest=rests.append) == 4
    assert len(rests) == 2
    assert all(seconds > 0 for seconds in rests)


@POSTGRESQL
def test_a_job_that_somebody_holds_is_passed_by_and_not_waited_for(clinic: Clinic) -> None:
    day_of_jobs(clinic, *[Status.TERKIRIM] * 3)
    clinic.clock.advance(days=731)
    with clinic.database.write() as somebody:
        held = somebody.scalars(select(Job.id).order_by(Job.id).limit(1).with_for_update()).one()
        assert delete_settled(clinic.database, KEEP, rest=no_rest) == 2
    assert clinic.status(held) == "terkirim"
    assert delete_settled(clinic.database, KEEP, rest=no_rest) == 1


@POSTGRESQL
def test_what_is_being_deleted_is_waited_for_by_nobody_who_claims(clinic: Clinic) -> None:
    day_of_jobs(clinic, Status.TERKIRIM, Status.TERKIRIM, Status.GAGAL)
    clinic.clock.advance(days=731)
    waiting = clinic.hand_over()
    claimed: list[int] = []

    def meanwhile(_session: object, _rows: object) -> None:
        claimed.extend(clinic.claim())

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("database.storage.retention.remember", meanwhile)
        assert delete_settled(clinic.database, KEEP, rest=no_rest) == 2
    assert claimed == [waiting]


def test_of_each_reference_the_newest_sync_stays(clinic: Clinic) -> None:
    def sync(jenis: str, days: int) -> Sync:
        started = MORNING + timedelta(days=days)
        counts = {"count": 1, "added": 0, "changed": 0, "removed": 0}
        return Sync(
            faskes="utama",
            layanan="pcare",
            jenis=jenis,
            started_at=started,
            seconds=1.0,
            error=None,
            **counts,
        )

    with clinic.database.write() as session:
        session.add_all(
            [sync("poli", 0), sync("poli", 1), sync("poli", 800), sync("dokter", 0), sync("dokter", 1)]
        )
    clinic.clock.advance(days=800)
    delete_notes(clinic.database, KEEP)

    with clinic.database.read() as session:
        left = session.execute(select(Sync.jenis, func.count()).group_by(Sync.jenis)).all()
        days = {(row.started_at - MORNING).days for row in session.scalars(select(Sync))}
    assert dict(left) == {"poli": 1, "dokter": 1}  # type: ignore[arg-type]
    assert days == {800, 1}


def test_an_outage_that_goes_on_is_never_forgotten(clinic: Clinic) -> None:
    pause(clinic.database, "utama", Service.PCARE, "Kata sandi ditolak.", mark="tanda")
    resume(clinic.database, "utama", Service.PCARE)
    pause(clinic.database, "utama", Service.ANTREAN, "Kata sandi ditolak.", mark="tanda")
    clinic.clock.advance(days=731)
    delete_notes(clinic.database, KEEP)

    assert [each.service for each in outages(clinic.database, MORNING, clinic.clock())] == ["antrean"]
    with clinic.database.read() as session:
        assert session.scalar(select(func.count()).select_from(Outage)) == 1


def test_what_another_system_wrote_is_forgotten_taken_up_or_refused(clinic: Clinic) -> None:
    with clinic.database.write() as session:
        session.add_all(
            Intake(jenis=jenis, norm="RM-1", nama_pasien="Pasien", body=json.dumps(body_of("tambah-antrean")))
            for jenis in ("tambah-antrean", "salah")
        )
    take_up(clinic.database)
    clinic.clock.advance(days=730)
    with clinic.database.write() as session:
        session.add(Intake(jenis="tambah-antrean", norm="RM-2", nama_pasien="Pasien", body="{}"))
    clinic.clock.advance(days=1)
    delete_notes(clinic.database, KEEP)

    with clinic.database.read() as session:
        assert session.scalars(select(Intake.norm)).all() == ["RM-2"]
