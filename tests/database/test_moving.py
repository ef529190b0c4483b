"""A clinic moves from SQLite to PostgreSQL: every row, or none."""

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr
from sqlalchemy import select, text, update

from bpjs_client.jenis import Service
from bpjs_client.schedule import PoliOfADay, ReadSchedule
from database import Database, enqueue, open_database
from database.belonging import note_belonging
from database.errors import DatabaseUnavailable, MoveRefused
from database.jobs.cause_watch import note_causes
from database.jobs.claim import claim
from database.jobs.daily_summaries import summary_of
from database.jobs.known_causes import new_causes
from database.people.acts import Did, note_act
from database.people.login import log_in
from database.people.login_steps import begin_step
from database.people.sessions import begin_session
from database.people.tokens import Ability, make_token
from database.people.webhooks import make_webhook
from database.references.schedule_days import keep_schedule, note_told
from database.services.clinic_service import ClinicService
from database.services.holds import Word, hold
from database.services.pauses import pause
from database.settings import DatabaseSettings
from database.status import Status
from database.storage.models import Intake, Job, PastJob, ReferenceItem, Reveal, Sync
from database.storage.to_postgresql import count_rows, move_everything
from database.views.failing_causes import failing_causes
from database.views.monitor import Filter, look
from tests.database.clinic import LEASE, ME, MORNING, Clinic, FakeClock, body_of, success
from tests.database.people import an_admin
from tests.database.sealed import NEW, OLD
from tests.postgres import PostgresServer

ODD: dict[str, Any] = {"keluhan": "sakit \x00 kepala 😀 \ud83d", "z": 1, "a": [None, True, 1.5, {"b": "é"}]}


@pytest.fixture
def old(migrated_sqlite: Path, tmp_path: Path, open_at: Callable[..., Database], clock: FakeClock) -> Clinic:
    """A clinic on SQLite with something in every table and a job in every status."""
    file = tmp_path / "lama.db"
    file.write_bytes(migrated_sqlite.read_bytes())
    clinic = Clinic(open_at(f"sqlite:///{file}", clock=clock), clock)
    for status in Status:
        if status is not Status.PROSES:
            clinic.bring_to(clinic.hand_over(norm=f"RM-{status}"), status)
    sent = clinic.take(clinic.hand_over("tambah-pendaftaran", "RM-9"))
    clinic.finish(sent, success("tambah-pendaftaran"), attempt=clinic.leave(sent))
    clinic.hand_over(norm="RM-aneh", **ODD)
    pause(clinic.database, "utama", Service.PCARE, "Kata sandi ditolak.", mark="tanda")
    counts = {"count": 1, "added": 0, "changed": 0, "removed": 0}
    seen = {"first_seen": MORNING, "last_seen": MORNING, "changed_at": MORNING}
    with clinic.database.write() as session:
        item = {"faskes": "utama", "layanan": "pcare", "jenis": "poli", "kode": "001", "nama": "UMUM"}
        session.add(ReferenceItem(**item, data={"z": 1, "a": 2}, active=True, **seen))
        session.add(
            Sync(faskes="utama", layanan="pcare", jenis="poli", started_at=MORNING, seconds=0.1, **counts)
        )
        session.add(Reveal(job_id=sent, at=MORNING, by="Rina"))
        session.add(Intake(jenis="tambah-antrean", norm="RM-1", body="{"))
        past = {"faskes": "utama", "kunci": "dulu", "jenis": "tambah-antrean", "status": "terkirim"}
        session.add(PastJob(**past, id=1, ended=MORNING.date()))
    budi = an_admin(clinic.database)
    begin_session(clinic.database, budi)
    begin_step(clinic.database, budi)
    log_in(clinic.database, "siapa", "bukan-kata-sandinya", address="192.0.2.1")
    make_token(clinic.database, "utama", abilities=list(Ability), lasts=timedelta(days=1))
    make_webhook(clinic.database, "utama", "https://klinik.example/bpjs")
    note_act(clinic.database, Did.LOG_IN, by="siapa", result="ditolak")
    new_causes(clinic.database, ["0123456789abcdef"])
    note_causes(clinic.database, failing_causes(clinic.database, None).causes, is_whole=True)
    summary_of(clinic.database, MORNING.date(), lambda: "Ringkasan")
    keep_schedule(
        clinic.database, "utama", ReadSchedule({MORNING.date(): [PoliOfADay("001", "UMUM", None)]}, [])
    )
    note_told(clinic.database, {"utama": clinic.database.clock()})
    hold(clinic.database, ClinicService("klinik-melati", "antrean"), Word("Rina", "BPJS pindah server"))
    return clinic


@pytest.fixture
def new(postgres: PostgresServer, open_at: Callable[..., Database], clock: FakeClock) -> Database:
    return open_at(postgres.emptied(), clock=clock)


def test_everything_is_moved_and_the_clinic_goes_on(old: Clinic, new: Database, clock: FakeClock) -> None:
    note_belonging(old.database, "utama", Service.PCARE, "bpjs.example/pcare-rest")
    moved = move_everything(old.database, new)
    assert moved == count_rows(old.database) == count_rows(new)
    assert min(moved.values()) > 0

    for chosen in (Filter(), Filter(status="tidak-terkirim"), Filter(isi=("z", "1"))):
        before, after = (look(database, chosen, limit=50) for database in (old.database, new))
        assert (before.cards, before.rows, before.stopped_lines) == (
            after.cards,
            after.rows,
            after.stopped_lines,
        )
    there = Clinic(new, clock)
    with new.read() as session:
        odd = session.query(Job).filter_by(norm="RM-aneh").one()
    assert list(odd.body) == list(old.job(odd.id).body)
    again = enqueue("tambah-antrean", odd.norm, "Pasien Contoh", odd.body, kunci=odd.kunci, database=new)
    assert (again.id, again.new) == (odd.id, False)
    fresh = there.hand_over(norm="RM-baru", kunci="baru")
    assert fresh == max(job_id for job_id in range(1, fresh + 1))
    assert fresh in there.claim()


def test_ten_thousand_rows_are_moved_and_their_progress_told(old: Clinic, new: Database) -> None:
    with old.database.write() as session:
        columns = "jenis, norm, nama_pasien, body, faskes"
        session.execute(
            text(
                f"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000)"
                f" INSERT INTO intake ({columns}) SELECT 'x', 'RM-' || i, 'Pasien', '{{}}', 'utama' FROM n"
            )
        )
    told: list[int] = []
    moved = move_everything(old.database, new, lambda table, rows: told.append(rows))
    assert moved["intake"] == 10_001
    assert sum(told) == 2 * sum(moved.values())


class Cut(Exception):
    """The move is interrupted."""


@pytest.mark.parametrize("after", [1, 5, 12])
def test_a_move_that_is_interrupted_leaves_the_new_database_empty(
    old: Clinic, new: Database, after: int
) -> None:
    told: list[str] = []

    def tell(table: str, rows: int) -> None:
        told.append(table)
        if len(told) == after:
            raise Cut

    with pytest.raises(Cut):
        move_everything(old.database, new, tell)
    assert set(count_rows(new).values()) == {0}
    move_everything(old.database, new)


def test_a_row_that_came_out_different_is_named_and_nothing_is_kept(old: Clinic, new: Database) -> None:
    with new.engine.begin() as connection:
        connection.exec_driver_sql(
            "CREATE FUNCTION spoil() RETURNS trigger LANGUAGE plpgsql AS"
            " $$ BEGIN IF NEW.norm = 'RM-9' THEN NEW.norm := 'LAIN'; END IF; RETURN NEW; END $$"
        )
        connection.exec_driver_sql(
            "CREATE TRIGGER spoil BEFORE INSERT ON jobs FOR EACH ROW EXECUTE FUNCTION spoil()"
        )
    with pytest.raises(MoveRefused, match=r"^Baris jobs \d+ tidak sama") as refused:
        move_everything(old.database, new)
    assert "RM-9" not in str(refused.value)
    assert set(count_rows(new).values()) == {0}
    with new.engine.begin() as connection:
        connection.exec_driver_sql("DROP FUNCTION spoil CASCADE")  # the server is all tests' own


def test_jobs_in_hand_a_filled_target_and_wrong_kinds_are_refused(old: Clinic, new: Database) -> None:
    old.hand_over(norm="RM-77")
    assert claim(old.database, owner=ME, limit=1, lease=LEASE)
    with pytest.raises(MoveRefused, match="hentikan dispatcher"):
        move_everything(old.database, new)
    old.clock.advance(minutes=5)  # whoever held them is dead
    move_everything(old.database, new)
    with pytest.raises(MoveRefused, match="tidak kosong"):
        move_everything(old.database, new)
    for pair in ((new, new), (old.database, old.database), (new, old.database)):
        with pytest.raises(MoveRefused, match="Hanya dari SQLite"):
            move_everything(*pair)


def test_a_lost_connection_leaves_nothing_behind(
    old: Clinic, new: Database, postgres: PostgresServer
) -> None:
    def tell(table: str, rows: int) -> None:
        if table == "jobs":
            postgres.cut_connections()

    with pytest.raises(DatabaseUnavailable):
        move_everything(old.database, new, tell)
    assert set(count_rows(new).values()) == {0}
    with old.database.write() as session:  # and the old one is free
        session.execute(update(Job).values(updated_at=MORNING + timedelta(days=1)))


def test_participants_are_counted_under_the_key_of_the_new_database(
    tmp_path: Path, postgres: PostgresServer
) -> None:
    def opened(url: str, keys: str) -> Database:
        return open_database(DatabaseSettings(database_url=SecretStr(url), data_keys=SecretStr(keys)))

    def mark(database: Database, norm: str) -> Any:
        body = body_of("tambah-pendaftaran")
        job_id = enqueue("tambah-pendaftaran", norm, "Pasien Contoh", body, database=database).id
        with database.read() as session:
            return session.get_one(Job, job_id, populate_existing=True).peserta

    here = opened(f"sqlite:///{tmp_path / 'lama.db'}", f"lama:{OLD}")
    there = opened(postgres.emptied(), f"baru:{NEW},lama:{OLD}")
    before = mark(here, "RM-1")
    move_everything(here, there)
    with there.read() as session:
        (moved,) = session.scalars(select(Job.peserta)).all()
    assert mark(there, "RM-2") == moved != before
    here.close()
    there.close()
    postgres.emptied()  # the key of this test is nobody else's
