"""However much BPJS or a clinic's system writes, what staff and Prefect are shown of it stays short."""

import math
from collections.abc import Callable
from zoneinfo import ZoneInfo

import httpx
import pytest

from bpjs_client.jenis import Service
from database import Database, enqueue
from database.services.pauses import pause
from database.services.stopped_services import stopped_services
from database.views.detail import JobDetail, show
from database.views.monitor import Filter, look
from tasks.prefect_ui.job_page_text import form_parameters, note
from tests.tasks.bodies import BODIES
from tests.tasks.desk import Answer, Desk, pcare

WIB = ZoneInfo("Asia/Jakarta")
MANY = 20_000
FIELDS = [{"field": f"isian{number}", "message": "Tidak sesuai."} for number in range(MANY)]
WORDS = "Ditolak karena " + "sebab " * MANY
# What BPJS answers to a registration: a field list, one long sentence, one long word, much beside a short one.
LONG: dict[str, Answer] = {
    "fields": lambda request: pcare(412, "PRECONDITION_FAILED", FIELDS),
    "a sentence": lambda request: pcare(412, WORDS),
    "a word": lambda request: pcare(412, "x" * MANY),
    "a response": lambda request: pcare(412, "Ditolak.", {"list": ["x" * 100] * MANY}),
    "a page": lambda request: httpx.Response(500, text="<html>" + "x" * MANY),
}


@pytest.fixture
def answered(database: Database) -> Callable[[Answer], tuple[Database, JobDetail]]:
    def deliver(answer: Answer) -> tuple[Database, JobDetail]:
        here = Desk(database, answer)
        here.deliver(job_id := here.hand_over("tambah-pendaftaran"))
        return database, show(database, job_id)

    return deliver


@pytest.mark.long
@pytest.mark.parametrize("answer", LONG.values(), ids=LONG)
def test_a_long_answer_is_cut_where_it_is_shown(
    answered: Callable[[Answer], tuple[Database, JobDetail]], answer: Answer
) -> None:
    database, job = answered(answer)
    (row,) = look(database, Filter(), limit=1).rows
    assert len(row["message"]) < 2_100
    assert len(note(job, "/kirim", WIB)) < 30_000
    assert sum(map(len, form_parameters(job).values())) < 10_000


@pytest.mark.long
def test_what_is_cut_where_it_is_shown_is_whole_in_the_history(
    answered: Callable[[Answer], tuple[Database, JobDetail]],
) -> None:
    _, job = answered(LONG["fields"])
    assert (job.message or "").startswith("isian0: Tidak sesuai.; isian1: ")
    assert len(job.history[0].response) == MANY
    assert "Dipotong; seluruhnya: `bpjs show`." in note(job, "/kirim", WIB)


def test_names_of_fields_without_end_make_no_message_without_end(database: Database) -> None:
    body = {**BODIES["tambah-pendaftaran"], **{f"isian{n}" * 50: math.nan for n in range(500)}}
    job_id = enqueue("tambah-pendaftaran", "RM-1", "Pasien Contoh", body, database=database).id
    message = show(database, job_id).message or ""
    assert message.startswith("isian0isian0")
    assert len(message) == 2_000
    assert message.endswith("…")


def test_of_a_body_with_20000_fields_the_page_shows_a_part(database: Database) -> None:
    body = {**BODIES["tambah-pendaftaran"], "kdPoli": 7, **{f"isian{n}": "x" for n in range(MANY)}}
    job_id = enqueue("tambah-pendaftaran", "RM-1", "Pasien Contoh", body, database=database).id
    job = show(database, job_id)
    assert job.status == "gagal"
    assert len(job.message or "") < 2_100
    assert len(note(job, "/kirim", WIB)) < 30_000


def test_a_reason_is_cut_that_every_job_of_a_paused_service_shows(database: Database) -> None:
    pause(database, "utama", Service.PCARE, WORDS, mark="tanda")
    (row,) = stopped_services(database)
    assert len(row.reason or "") <= 2_000
    assert (row.reason or "").startswith("Ditolak karena sebab ")
    assert (row.reason or "").endswith("…")
