"""What is forgotten after its time, and what never is."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from bpjs_client.jenis import Jenis, Service
from database.jobs.intake_table import take_up
from database.services.outages import outages
from database.services.pauses import pause, resume
from database.status import FINAL, Status
from database.storage.models import Intake, Outage, Sync
from database.storage.retention import BATCH, delete_notes, delete_settled
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


def test_more_than_one_batch_is_deleted(clinic: Clinic) -> None:
    with clinic.database.write() as session:
        for number in range(BATCH + 1):
            row = new_row(Status.TERKIRIM, Jenis.TAMBAH_ANTREAN, kunci=f"k{number}", rantai=f"r{number}")
            session.add(row)
    clinic.clock.advance(days=731)

    assert delete_settled(clinic.database, KEEP) == BATCH + 1
    assert clinic.count() == 0


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
