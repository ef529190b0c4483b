"""One job, whole: what was asked, what came back, and every attempt in between."""

from typing import Any

import pytest

from database import JobNotFound
from database.detail import show
from database.jobs.attempts import Asker, Evidence, LookTaken, note_look, open_attempt
from database.jobs.moves import move
from database.jobs.verdict import Verdict
from database.status import Status
from database.views import detail as views
from database.views.reveals import note_reveal
from database.vocabulary import Outcome, Reason
from tests.database.clinic import LEASE, MORNING, Clinic, body_of

ANSWER = {"metadata": {"code": 201, "message": "Jam praktik salah"}}


def attempt(clinic: Clinic, job_id: int, verdict: Verdict, evidence: Evidence, **asked: Any) -> None:
    """One whole attempt: taken in hand, sent, answered."""
    clinic.take(job_id)
    asker = Asker(**{name: asked[name] for name in ("requested_by", "reason", "changes") if name in asked})
    request = asked.get("request", {"x": 1})
    number = open_attempt(clinic.database, clinic.held(job_id), request=request, lease=LEASE, asker=asker)
    move(clinic.database, clinic.held(job_id), verdict, attempt=number, evidence=evidence)


def test_a_job_never_sent_shows_its_body_and_an_empty_history(clinic: Clinic) -> None:
    job_id = clinic.hand_over("tambah-antrean")
    seen = show(clinic.database, job_id)
    assert seen == {
        "corrects": None,
        "corrected_by": [],
        "id": job_id,
        "jenis": "tambah-antrean",
        "faskes": "utama",
        "norm": "RM-1",
        "nama_pasien": "Pasien Contoh",
        "tanggal": "2026-09-14",
        "kunci": "kunci-1",
        "rantai": seen["rantai"],
        "status": "menunggu",
        "reason": None,
        "message": "",
        "http_code": None,
        "code": None,
        "attempts": 0,
        "version": seen["version"],
        "due_at": "2026-09-14T01:00:00+00:00",
        "request": body_of("tambah-antrean"),
        "response": None,
        "result": None,
        "history": [],
        "reveals": [],
    }


def test_an_attempt_is_told_with_all_that_came_back(clinic: Clinic) -> None:
    job_id = clinic.hand_over()
    refused = Verdict(Status.GAGAL, Reason.REFUSED, "Jam praktik salah")
    answer = Evidence(Outcome.REJECTED, http_code=200, meta_code="201", response=ANSWER, duration_ms=41)
    asked = {"requested_by": "Sari", "reason": "jam diperbaiki", "changes": {"jampraktek": ["8", "08:00"]}}
    attempt(clinic, job_id, refused, answer, **asked)
    assert show(clinic.database, job_id)["history"] == [
        {
            "number": 1,
            "started_at": "2026-09-14T01:00:00+00:00",
            "duration_ms": 41,
            "outcome": "rejected",
            "http_code": 200,
            "code": "201",
            "request": {"x": 1},
            "response": ANSWER,
            **asked,
        }
    ]


def test_the_job_itself_shows_how_its_last_attempt_went(clinic: Clinic) -> None:
    job_id = clinic.hand_over()
    busy = Verdict(Status.MENUNGGU, Reason.BUSY, "BPJS sibuk.")
    attempt(clinic, job_id, busy, Evidence(Outcome.TEMPORARY, http_code=429, raw="<html>sibuk</html>"))
    refused = Verdict(Status.GAGAL, Reason.REFUSED, "Jam praktik salah")
    last = Evidence(Outcome.REJECTED, http_code=200, meta_code="201", response=ANSWER)
    attempt(clinic, job_id, refused, last, request={"x": 2})
    seen = show(clinic.database, job_id)
    assert [row["number"] for row in seen["history"]] == [1, 2]
    assert (seen["status"], seen["message"], seen["attempts"]) == ("gagal", "Jam praktik salah", 2)
    assert (seen["http_code"], seen["code"]) == (200, "201")
    assert (seen["request"], seen["response"]) == ({"x": 2}, ANSWER)


def test_an_answer_that_could_not_be_read_is_shown_as_it_came(clinic: Clinic) -> None:
    job_id = clinic.hand_over()
    answer = Evidence(Outcome.UNKNOWN, http_code=504, raw="<html>Gateway Time-out</html>")
    attempt(clinic, job_id, Verdict(Status.TIDAK_PASTI, Reason.CUT_SHORT, "x"), answer)
    assert show(clinic.database, job_id)["response"] == "<html>Gateway Time-out</html>"


@pytest.mark.parametrize("outcome", [Outcome.FOUND, Outcome.ABSENT, Outcome.NOT_SEEN, Outcome.LOOK_FAILED])
def test_a_look_is_in_the_history_but_what_was_sent_stays_the_request(
    clinic: Clinic, outcome: Outcome
) -> None:
    job_id = clinic.hand_over("tambah-pendaftaran")
    lost = Evidence(Outcome.UNKNOWN, http_code=504, raw="hilang")
    attempt(clinic, job_id, Verdict(Status.TIDAK_PASTI, Reason.CUT_SHORT, "x"), lost, request={"sent": True})
    clinic.take(job_id)
    note_look(clinic.database, clinic.held(job_id), LookTaken({"looked": True}, outcome, Asker()))
    seen = show(clinic.database, job_id)
    assert [row["outcome"] for row in seen["history"]] == ["unknown", outcome]
    assert (seen["request"], seen["response"]) == ({"sent": True}, "hilang")


def test_a_delivered_job_shows_the_number_that_bpjs_gave(clinic: Clinic) -> None:
    job_id = clinic.hand_over("tambah-pendaftaran")
    taken = Verdict(Status.TERKIRIM, result={"noUrut": "B7"})
    attempt(clinic, job_id, taken, Evidence(Outcome.SUCCESS, http_code=201, meta_code="201"))
    seen = show(clinic.database, job_id)
    assert (seen["status"], seen["result"]) == ("terkirim", {"noUrut": "B7"})


def test_a_request_on_its_way_is_in_the_history_without_an_answer(clinic: Clinic) -> None:
    job_id = clinic.take(clinic.hand_over())
    clinic.leave(job_id)
    (under_way,) = show(clinic.database, job_id)["history"]
    assert (under_way["outcome"], under_way["duration_ms"]) == (None, None)
    assert under_way["started_at"] == MORNING.isoformat()


def test_a_job_that_does_not_exist_is_said_so(clinic: Clinic) -> None:
    with pytest.raises(JobNotFound, match="Pekerjaan 404 tidak ada"):
        show(clinic.database, 404)


def test_its_repr_names_nobody_and_quotes_no_body(clinic: Clinic) -> None:
    job_id = clinic.hand_over()
    refused = Verdict(Status.GAGAL, Reason.REFUSED, "Jam praktik salah")
    answer = Evidence(Outcome.REJECTED, http_code=200, meta_code="201", response=ANSWER)
    attempt(clinic, job_id, refused, answer, requested_by="Sari", reason="untuk Pasien Contoh")
    note_reveal(clinic.database, job_id, by="Rina")

    detail = views.show(clinic.database, job_id)
    shown = repr(detail)

    assert f"id={job_id}" in shown
    assert "outcome='rejected'" in shown
    said = ("Pasien Contoh", "RM-1", "Jam praktik", "Sari", "Rina", "request", "response", "kunci-1")
    assert [word for word in (*said, *body_of("tambah-antrean")) if word in shown] == []
    assert detail.as_dict() == show(clinic.database, job_id)
