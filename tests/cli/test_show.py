"""`bpjs show`: one job, with masked numbers unless somebody opens it, which is written down."""

import getpass
from datetime import datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from database import Database, enqueue
from database.jobs.attempts import Asker, Evidence, open_attempt
from database.jobs.claim import ClaimedJob, claim_one
from database.jobs.held_claim import Claim
from database.jobs.moves import move
from database.jobs.verdict import Verdict
from database.status import Status
from database.vocabulary import Outcome, Reason
from tests.cli.terminal import Terminal
from tests.tasks.bodies import BODIES, CARD, NIK, PHONE

LEASE = timedelta(seconds=60)
KEYS = {"id", "jenis", "status", "http_code", "attempts", "request", "response", "result", "history"}
KEYS |= {"corrects", "corrected_by"}
ATTEMPT_KEYS = {
    "number",
    "started_at",
    "duration_ms",
    "outcome",
    "http_code",
    "code",
    "request",
    "response",
    "requested_by",
    "reason",
    "changes",
}


def refused(database: Database, **evidence: Any) -> int:
    """A job that BPJS refused once; returns its id."""
    body = BODIES["tambah-antrean"]
    job_id = enqueue("tambah-antrean", "RM-1", "Pasien Contoh", body, database=database).id
    assert isinstance(claim_one(database, job_id, owner="saya", lease=LEASE), ClaimedJob)
    asker = Asker(requested_by="Sari", reason="jam diperbaiki")
    number = open_attempt(database, Claim(job_id, "saya", 1), request=body, lease=LEASE, asker=asker)
    verdict = Verdict(Status.GAGAL, Reason.REFUSED, "Jam praktik salah")
    said = Evidence(Outcome.REJECTED, http_code=200, meta_code="201", duration_ms=41, **evidence)
    move(database, Claim(job_id, "saya", 1), verdict, attempt=number, evidence=said)
    return job_id


def test_json_is_one_document_with_the_whole_history(terminal: Terminal, kept: Database) -> None:
    job_id = refused(kept, response={"metadata": {"code": 201, "message": "Jam praktik salah"}})
    ran = terminal("show", str(job_id), "--json")
    assert (ran.code, ran.err) == (0, "")
    assert ran.json.keys() >= KEYS
    assert (ran.json["status"], ran.json["http_code"], ran.json["attempts"]) == ("gagal", 200, 1)
    (attempt,) = ran.json["history"]
    assert attempt.keys() == ATTEMPT_KEYS
    assert (attempt["outcome"], attempt["requested_by"]) == ("rejected", "Sari")


def test_json_is_whole_only_when_asked_and_that_is_written_down(terminal: Terminal, kept: Database) -> None:
    job_id = str(refused(kept, response={"pesan": "salah"}, raw=None))
    masked = terminal("show", job_id, "--json")
    assert CARD not in masked.out
    assert (masked.json["request"]["kodepoli"], masked.json["reveals"]) == ("001", [])

    assert (
        terminal("show", job_id, "--json", "--buka", "--oleh", "Rina").json["request"]
        == BODIES["tambah-antrean"]
    )
    assert terminal("show", job_id, "--buka").code == 0
    first, second = terminal("show", job_id, "--json").json["reveals"]
    assert (first["by"], second["by"]) == ("Rina", getpass.getuser())
    assert datetime.fromisoformat(first["at"]).tzinfo is not None


@pytest.mark.parametrize("identifier", [CARD, NIK, PHONE])
def test_a_terminal_shows_identifiers_only_when_asked(
    terminal: Terminal, kept: Database, identifier: str
) -> None:
    answers = {"list": [{"noKartu": CARD, "nik": NIK, "nohp": PHONE}]}
    job_id = str(refused(kept, response=answers))
    masked, revealed = terminal("show", job_id).out, terminal("show", job_id, "--buka").out
    assert identifier not in masked
    assert f"•••{identifier[-3:]}" in masked
    assert revealed.count(identifier) == 2


def test_an_answer_that_is_no_json_is_masked_too(terminal: Terminal, kept: Database) -> None:
    job_id = str(refused(kept, raw=f"<html>peserta {CARD} tidak ada\r\n</html>"))
    assert CARD not in terminal("show", job_id).out
    assert "<html>peserta ••• tidak ada" in terminal("show", job_id).out
    assert f"peserta {CARD} tidak ada" in terminal("show", job_id, "--buka").out


@pytest.mark.parametrize("width", [80, 140])
def test_a_person_sees_the_facts_and_the_history(terminal: Terminal, kept: Database, width: int) -> None:
    out = terminal("show", str(refused(kept)), COLUMNS=str(width)).out
    for word in (
        "#1 tambah-antrean",
        "RM-1 Pasien Contoh",
        "Jam praktik salah",
        "200 / 201",
        "Sari",
        "Riwayat",
        "ditolak",
    ):
        assert word in out
    assert max(len(shown) for shown in out.splitlines()) <= width


def test_a_job_never_sent_says_so(terminal: Terminal, kept: Database) -> None:
    enqueue("tambah-antrean", "RM-1", "Pasien Contoh", BODIES["tambah-antrean"], database=kept)
    out = terminal("show", "1").out
    assert "Belum pernah dikirim." in out
    assert "belum ada" in out


def test_a_job_that_does_not_exist_is_one_sentence(terminal: Terminal) -> None:
    assert terminal("show", "404").complaint == "Pekerjaan 404 tidak ada."
    assert terminal("show", "404", "--json").complaint == "Pekerjaan 404 tidak ada."


def test_attempts_are_told_in_the_clinics_own_time(terminal: Terminal, kept: Database) -> None:
    job_id = refused(kept)
    (attempt,) = terminal("show", str(job_id), "--json").json["history"]
    local = datetime.fromisoformat(attempt["started_at"]).astimezone(ZoneInfo("Asia/Jayapura"))
    out = terminal("show", str(job_id), COLUMNS="80", BPJS_TIMEZONE="Asia/Jayapura").out
    assert f"{local:%d-%m-%Y %H:%M:%S}" in out
