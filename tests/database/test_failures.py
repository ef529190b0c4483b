"""What a person is told when the database cannot be used, and what no error text ever holds."""

import threading
import traceback
from collections.abc import Callable
from pathlib import Path

import pytest
from pydantic import SecretStr
from sqlalchemy import event, text, update

from database import Database, DatabaseUnavailable, LineRefused, enqueue, open_database
from database.errors import DatabaseError
from database.jobs.attempts import Evidence
from database.jobs.moves import load
from database.jobs.verdict import Verdict
from database.settings import DatabaseSettings
from database.status import Status
from database.storage.models import Attempt, Job
from database.storage.wakeup import Waiter
from database.vocabulary import Outcome, Reason
from tests.database.clinic import Clinic, body_of, new_row
from tests.postgres import PostgresServer
from tests.tasks.bodies import CARD

PASSWORD = "rahasia-basis-data"
CLOSED_PORT = f"postgresql://petugas:{PASSWORD}@127.0.0.1:9/bpjs"

# an address that cannot be used, and a word of the sentence that says why
UNUSABLE = (
    (CLOSED_PORT, "tidak dapat dihubungi"),
    (CLOSED_PORT.replace("postgresql:", "postgres:"), "tidak dapat dihubungi"),
    (f"postgresql://petugas:{PASSWORD}@basis-data.invalid/bpjs", "tidak dikenal"),
    (f"postgresql://petugas:{PASSWORD}@127.0.0.1:pintu/bpjs", "bukan alamat"),
    (f"postgresql://petugas:{PASSWORD}:9@a@127.0.0.1:{PASSWORD}/bpjs", "bukan alamat"),
    (f"mysql://petugas:{PASSWORD}@127.0.0.1/bpjs", "harus sqlite"),
    (PASSWORD, "bukan alamat"),
    ("", "bukan alamat"),
    ("sqlite:////proc/bpjs/bpjs.db", "tidak dapat"),
    ("sqlite:////dev/null/bpjs.db", "tidak dapat"),
    ("sqlite:////tmp", "tidak dapat dibuka"),
    ("sqlite://", "harus menunjuk berkas"),
    ("sqlite:///", "harus menunjuk berkas"),
    ("sqlite:///:memory:", "harus menunjuk berkas"),
    ("sqlite:///file::memory:?uri=true", "harus menunjuk berkas"),
    ("sqlite:///file:bpjs?mode=memory&uri=true", "harus menunjuk berkas"),
    ("sqlite:////tmp/bpjs-uji.db?timeout=lama", "bukan alamat"),
    (f"postgresql://petugas:{PASSWORD}@a..b/bpjs", "bukan alamat"),
)


@pytest.mark.parametrize(("url", "word"), UNUSABLE, ids=range(len(UNUSABLE)))
def test_an_address_that_cannot_be_used_is_told_in_one_sentence_without_it(url: str, word: str) -> None:
    with pytest.raises(DatabaseUnavailable) as told:
        open_database(DatabaseSettings(database_url=SecretStr(url)))
    assert word in str(told.value)
    check_sentence(told.value)


def check_sentence(error: BaseException) -> None:
    """One sentence, and nothing of the address or of a patient in it or in the traceback."""
    said = str(error)
    assert said.endswith(".")
    assert "\n" not in said
    everything = "".join(traceback.format_exception(error)) + repr(error)
    assert PASSWORD not in everything
    assert CARD not in everything


def test_a_missing_database_of_a_server_is_named_as_the_reason(postgres: PostgresServer) -> None:
    with pytest.raises(DatabaseUnavailable, match="tidak ada") as told:
        open_database(DatabaseSettings(database_url=SecretStr(postgres.url("tidak_ada"))))
    check_sentence(told.value)


def test_a_file_that_is_no_database_is_said_to_be_none(tmp_path: Path) -> None:
    file = tmp_path / "catatan.db"
    file.write_text("bukan basis data, hanya catatan\n" * 100)
    with pytest.raises(DatabaseUnavailable, match="bukan basis data") as told:
        open_database(DatabaseSettings(database_url=SecretStr(f"sqlite:///{file}")))
    check_sentence(told.value)
    assert file.read_text().startswith("bukan basis data")


def on_connect(database: Database, pragma: str) -> None:
    """Every connection from now on lives under this pragma."""
    database.close()
    event.listen(database.engine, "connect", lambda raw, _: raw.execute(f"PRAGMA {pragma}"))


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_full_disk_loses_nothing_that_was_accepted_and_accepts_again_when_there_is_room(
    clinic: Clinic,
) -> None:
    kept = clinic.hand_over()
    with clinic.database.read() as session:
        pages = session.scalar(text("PRAGMA page_count"))
    on_connect(clinic.database, f"max_page_count={pages}")
    with pytest.raises(DatabaseUnavailable, match="penuh") as told:
        for number in range(200):
            clinic.hand_over(norm=f"RM-{number}", keterangan="x" * 2000)
    check_sentence(told.value)
    stored = clinic.count()
    assert clinic.status(kept) == Status.MENUNGGU
    on_connect(clinic.database, "max_page_count=100000")
    assert clinic.claim(limit=1) == [kept]
    clinic.hand_over(norm="RM-999")
    assert clinic.count() == stored + 1


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
def test_a_database_that_may_not_be_written_can_still_be_read(clinic: Clinic) -> None:
    job_id = clinic.hand_over()
    on_connect(clinic.database, "query_only=ON")
    with pytest.raises(DatabaseUnavailable, match="tidak dapat ditulis") as told:
        clinic.hand_over(norm="RM-2")
    check_sentence(told.value)
    assert clinic.status(job_id) == Status.MENUNGGU


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_connection_lost_in_the_middle_keeps_nothing_and_the_next_call_works(
    clinic: Clinic, postgres: PostgresServer
) -> None:
    job_id = clinic.hand_over()
    with pytest.raises(DatabaseUnavailable) as told, clinic.database.write() as session:
        session.execute(update(Job).values(norm="LAIN"))
        postgres.cut_connections()
        session.execute(update(Job).values(norm="LAIN"))
    check_sentence(told.value)
    assert clinic.job(job_id).norm == "RM-1"
    assert clinic.claim() == [job_id]


def duplicate(clinic: Clinic) -> None:
    with clinic.database.write() as session:
        session.add(new_row(kunci=CARD))
        session.add(new_row(kunci=CARD))


def spoilt(clinic: Clinic) -> None:
    with clinic.database.write() as session:
        session.add(new_row(Status.GAGAL, message=None, norm=CARD, body={"noKartu": CARD}))


def moved(clinic: Clinic) -> None:
    clinic.bring_to(clinic.hand_over(norm=CARD), Status.TERKIRIM)
    with clinic.database.write() as session:
        session.execute(update(Job).values(status="menunggu", norm=CARD))


def rewritten(clinic: Clinic) -> None:
    job_id = clinic.take(clinic.hand_over())
    clinic.finish(job_id, Verdict(Status.GAGAL, Reason.REFUSED, CARD), attempt=clinic.leave(job_id))
    with clinic.database.write() as session:
        session.execute(update(Attempt).values(request={"noKartu": CARD}))


def unknown_table(clinic: Clinic) -> None:
    with clinic.database.write() as session:
        session.execute(text(f"SELECT '{CARD}' FROM tidak_ada"))


def refused(clinic: Clinic) -> None:
    enqueue("tambah-antrean", CARD * 9, "P", body_of("tambah-antrean"), database=clinic.database)


def wrong_type(clinic: Clinic) -> None:
    enqueue("tambah-antrean", "RM-1", "P", {"nomorkartu": {CARD}}, database=clinic.database)


MISHAPS = (duplicate, spoilt, moved, rewritten, unknown_table, refused, wrong_type)


@pytest.mark.parametrize("mishap", MISHAPS)
def test_no_error_text_of_this_room_holds_a_card_number(
    clinic: Clinic, mishap: Callable[[Clinic], None]
) -> None:
    with pytest.raises((DatabaseError, LineRefused)) as told:
        mishap(clinic)
    assert CARD not in str(told.value)
    assert CARD not in repr(told.value)
    assert CARD not in "".join(traceback.format_exception(told.value))


def test_nothing_that_is_printed_of_a_job_holds_its_body(clinic: Clinic) -> None:
    job_id = clinic.take(clinic.hand_over())
    printed = f"{load(clinic.database, clinic.held(job_id, 'dispatcher-a'))!r} {clinic.job(job_id)!r} {Verdict(Status.GAGAL, 'x', CARD)!r}"
    printed += repr(Evidence(Outcome.REJECTED, response={"noKartu": CARD}, raw=CARD))
    printed += repr(DatabaseSettings(database_url=SecretStr(CLOSED_PORT)))
    assert CARD not in printed
    assert PASSWORD not in printed


@pytest.mark.parametrize("database_url", ["postgresql"], indirect=True)
def test_a_listener_whose_connection_is_cut_says_so(clinic: Clinic, postgres: PostgresServer) -> None:
    with Waiter(clinic.database) as waiter:
        postgres.cut_connections()
        with pytest.raises(DatabaseUnavailable):
            waiter.wait(threading.Event())
