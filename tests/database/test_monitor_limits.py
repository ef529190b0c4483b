"""The monitor and a job's detail where it gets hard: a million rows, and questions no row can answer."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from sqlalchemy import event

from bpjs_client.jenis import Jenis, Service
from database import Database, JobNotFound
from database.detail import show
from database.jobs.attempts import Asker, Evidence, open_attempt
from database.jobs.by_hand import Settled, close_by_hand
from database.jobs.moves import move
from database.jobs.verdict import Verdict
from database.services.pauses import pause
from database.status import Status
from database.views.monitor import Filter, look
from database.vocabulary import Outcome, Reason
from tests.database.clinic import LEASE, Clinic

Statement = tuple[str, Any]
ANSWER = {"metadata": {"code": 201, "message": "Jam praktik salah"}}
DAY = date(2026, 9, 14)


@pytest.fixture
def asked(database: Database) -> Iterator[list[Statement]]:
    """Every statement that the database is sent, with its parameters."""
    seen: list[Statement] = []

    def note(_connection: object, _cursor: object, statement: str, parameters: Any, *_: object) -> None:
        seen.append((statement, parameters))

    event.listen(database.engine, "before_cursor_execute", note)
    yield seen
    event.remove(database.engine, "before_cursor_execute", note)


# Which index alone (no row is read) finds the newest jobs of a filter.
COVERED = [
    (Filter(status="terkirim"), "jobs_by_status"),
    (Filter(tanggal=DAY), "jobs_by_day"),
    (Filter(jenis=Jenis.TAMBAH_KUNJUNGAN, tanggal=DAY, status="terkirim"), "jobs_by_day"),
]


@pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
@pytest.mark.parametrize(("chosen", "index"), COVERED)
def test_the_newest_jobs_are_found_in_an_index_without_sorting_whole_rows(
    clinic: Clinic, asked: list[Statement], chosen: Filter, index: str
) -> None:
    look(clinic.database, chosen, limit=50)
    (statement, parameters), *more = [one for one in asked if "LIMIT" in one[0] and "body" in one[0]]
    assert not more
    with clinic.database.engine.connect() as connection:
        plan = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters).all()
    assert any(f"COVERING INDEX {index}" in step[-1] for step in plan), plan


def test_a_norm_that_no_database_can_hold_finds_nothing(clinic: Clinic) -> None:
    clinic.hand_over()
    for norm in ("\udcff\udcfe", "RM-1\x00"):
        assert look(clinic.database, Filter(norm=norm), limit=50).rows == []


@pytest.mark.parametrize("job_id", [0, -1, 2**63, -(2**63) - 1, 10**30])
def test_an_id_that_no_database_can_hold_is_a_job_that_does_not_exist(clinic: Clinic, job_id: int) -> None:
    with pytest.raises(JobNotFound, match=f"Pekerjaan {job_id} tidak ada"):
        show(clinic.database, job_id)


def test_a_job_closed_by_a_person_still_shows_what_was_sent_and_answered(clinic: Clinic) -> None:
    job_id = clinic.take(clinic.hand_over())
    number = open_attempt(
        clinic.database, clinic.held(job_id), request={"sent": True}, lease=LEASE, asker=Asker()
    )
    refused = Verdict(Status.GAGAL, Reason.REFUSED, "Jam praktik salah")
    answer = Evidence(Outcome.REJECTED, http_code=200, meta_code="201", response=ANSWER)
    move(clinic.database, clinic.held(job_id), refused, attempt=number, evidence=answer)
    close_by_hand(clinic.database, job_id, Settled.NOT_NEEDED, reason="pasien pulang", by="Sari")
    seen = show(clinic.database, job_id)
    assert (seen["request"], seen["response"]) == ({"sent": True}, ANSWER)
    assert [row["outcome"] for row in seen["history"]] == ["rejected", "settled-by-hand"]


def test_a_paused_service_of_another_clinic_is_told_with_its_name(clinic: Clinic) -> None:
    pause(clinic.database, "cabang", Service.PCARE, "Kata sandi PCare ditolak.", mark="tanda")
    (line,) = look(clinic.database, Filter(), limit=50).stopped_lines
    assert line == "Layanan pcare (cabang) dijeda sejak 08:00:00: Kata sandi PCare ditolak."


@pytest.mark.parametrize("odd", ["\x00", "\ud83d", "\ude00", "\ud83d\ude00"])
def test_a_body_of_odd_characters_does_not_hide_the_others_from_a_filter(clinic: Clinic, odd: str) -> None:
    clinic.hand_over("tambah-pendaftaran", "RM-1", keluhan=odd, kdPoli="002")
    found = clinic.hand_over("tambah-pendaftaran", "RM-2", kdPoli="002")
    clinic.hand_over("tambah-pendaftaran", "RM-3", kdPoli="003")
    rows = look(clinic.database, Filter(isi=("kdPoli", "002")), limit=50).rows
    assert rows[0]["id"] == found
    assert {row["norm"] for row in rows} <= {"RM-1", "RM-2"}
