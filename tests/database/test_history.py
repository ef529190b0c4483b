"""Each attempt is recorded before its request leaves, closed once, and never changed again."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from sqlalchemy import update

from database import Database
from database.errors import ConstraintViolated, LeaseLost
from database.jobs.attempts import Asker, Evidence, LookTaken, note_look, open_attempt
from database.jobs.moves import load, move, record
from database.jobs.resend import Resend, reopen
from database.jobs.verdict import Verdict
from database.status import Status
from database.storage.models import Attempt, Job
from database.vocabulary import Outcome, Reason
from tests.database.clinic import LEASE, MORNING, Clinic, success

AGAIN = Resend(reason="BPJS sudah pulih", by="Sari")
EVIDENCE = Evidence(Outcome.SUCCESS, 201, "201", {"field": "noUrut", "message": "A12"}, "{}", 120)


def test_an_attempt_is_committed_before_anything_else(
    clinic: Clinic, database_url: str, open_at: Callable[..., Database]
) -> None:
    job_id = clinic.take(clinic.hand_over())
    number = clinic.leave(job_id)
    with open_at(database_url).read() as onlooker:
        attempt = onlooker.query(Attempt).filter_by(job_id=job_id).one()
    assert (attempt.number, attempt.finished_at, attempt.outcome) == (number, None, None)
    assert attempt.request == {"x": 1}


def test_an_attempt_says_what_left_what_came_back_and_on_whose_word(clinic: Clinic) -> None:
    asker = Asker(UUID(int=1), UUID(int=2), "Petugas", "nomor kartu salah", [{"noKartu": "diubah"}])
    job_id = clinic.take(clinic.hand_over("tambah-pendaftaran"))
    number = open_attempt(
        clinic.database, clinic.held(job_id), request={"b": 2, "a": 1}, lease=LEASE, asker=asker
    )
    clinic.clock.advance(seconds=2)
    move(clinic.database, clinic.held(job_id), success(""), attempt=number, evidence=EVIDENCE)
    (attempt,) = clinic.attempts(job_id)
    kept = {name: value for name, value in vars(attempt).items() if not name.startswith("_")}
    assert kept == {
        "id": attempt.id,
        "job_id": job_id,
        "number": 1,
        "started_at": MORNING,
        "finished_at": MORNING + timedelta(seconds=2),
        "duration_ms": 120,
        "outcome": "success",
        "http_code": 201,
        "meta_code": "201",
        "request": {"b": 2, "a": 1},
        "response": {"field": "noUrut", "message": "A12"},
        "raw": "{}",
        "flow_run_id": UUID(int=1),
        "task_run_id": UUID(int=2),
        "requested_by": "Petugas",
        "reason": "nomor kartu salah",
        "changes": [{"noKartu": "diubah"}],
    }
    assert list(attempt.request or {}) == ["b", "a"]
    job = clinic.job(job_id)
    assert (job.status, job.http_code, job.meta_code, job.attempts) == (Status.TERKIRIM, 201, "201", 1)
    assert job.sent_at == clinic.clock.now


def test_attempts_are_numbered_and_earlier_ones_stay_as_they_were(clinic: Clinic) -> None:
    job_id = clinic.hand_over()
    for code in (500, 503, 200):
        number = clinic.leave(clinic.take(job_id))
        verdict = Verdict(Status.GAGAL, Reason.REFUSED, "ditolak")
        evidence = Evidence(Outcome.REJECTED, code, str(code))
        move(clinic.database, clinic.held(job_id), verdict, attempt=number, evidence=evidence)
        reopen(clinic.database, job_id, AGAIN)
    kept = [(attempt.number, attempt.outcome, attempt.http_code) for attempt in clinic.attempts(job_id)]
    asked = ("asked-again", None)
    sent = [("rejected", code) for code in (500, 503, 200)]
    assert kept == [
        (number, *row) for number, row in enumerate((sent[0], asked, sent[1], asked, sent[2], asked), 1)
    ]


@pytest.mark.parametrize(("counted", "attempts"), [(True, 1), (False, 0)])
def test_only_what_bpjs_may_have_received_counts(clinic: Clinic, counted: bool, attempts: int) -> None:
    job_id = clinic.take(clinic.hand_over())
    clinic.finish(
        job_id, Verdict(Status.MENUNGGU, Reason.BUSY, "nanti", counted=counted), attempt=clinic.leave(job_id)
    )
    assert clinic.job(job_id).attempts == attempts
    assert len(clinic.attempts(job_id)) == 1


@pytest.mark.parametrize("column", ["outcome", "http_code", "response", "request", "requested_by", "number"])
def test_the_database_refuses_to_change_a_closed_attempt(clinic: Clinic, column: str) -> None:
    job_id = clinic.take(clinic.hand_over())
    clinic.finish(job_id, success(""), attempt=clinic.leave(job_id))
    with pytest.raises(ConstraintViolated), clinic.database.write() as session:
        session.execute(update(Attempt).values({column: 7 if column in {"http_code", "number"} else "lain"}))


def test_an_attempt_is_closed_once(clinic: Clinic) -> None:
    job_id = clinic.take(clinic.hand_over())
    number = clinic.leave(job_id)
    record(clinic.database, clinic.held(job_id), attempt=number, evidence=Evidence(Outcome.NOT_SENT))
    with pytest.raises(LeaseLost):
        record(clinic.database, clinic.held(job_id), attempt=number, evidence=Evidence(Outcome.SUCCESS))
    assert [attempt.outcome for attempt in clinic.attempts(job_id)] == ["not-sent"]
    assert clinic.status(job_id) == Status.PROSES


@pytest.mark.parametrize("changes", [{"outcome": "success"}, {"finished_at": MORNING}])
def test_a_closed_attempt_has_both_its_end_and_its_outcome(clinic: Clinic, changes: dict[str, Any]) -> None:
    clinic.leave(clinic.take(clinic.hand_over()))
    with pytest.raises(ConstraintViolated), clinic.database.write() as session:
        session.execute(update(Attempt).values(changes))


def test_two_attempts_of_one_number_cannot_be(clinic: Clinic) -> None:
    job_id = clinic.take(clinic.hand_over())
    clinic.leave(job_id)
    with pytest.raises(ConstraintViolated), clinic.database.write() as session:
        session.add(Attempt(job_id=job_id, number=1, started_at=MORNING))


@pytest.mark.parametrize(
    ("outcome", "uncertain"), [(Outcome.ABSENT, False), (Outcome.FOUND, False), (Outcome.LOOK_FAILED, True)]
)
def test_a_look_at_bpjs_is_history_but_no_attempt_at_sending(
    clinic: Clinic, outcome: Outcome, uncertain: bool
) -> None:
    job_id = clinic.take(clinic.hand_over())
    clinic.finish(job_id, Verdict(Status.TIDAK_PASTI, Reason.CUT_SHORT, "x"), attempt=clinic.leave(job_id))
    clinic.take(job_id)
    note_look(clinic.database, clinic.held(job_id), LookTaken({"look": 1}, outcome, Asker()))
    assert [attempt.outcome for attempt in clinic.attempts(job_id)] == ["rejected", outcome]
    assert clinic.job(job_id).attempts == 1
    assert load(clinic.database, clinic.held(job_id)).uncertain is uncertain


ODD = "a\x00b\ud800c"


def test_odd_characters_of_an_answer_do_not_keep_a_job_from_being_finished(clinic: Clinic) -> None:
    job_id = clinic.take(clinic.hand_over())
    verdict = Verdict(Status.GAGAL, Reason.REFUSED, ODD, result={"x": ODD})
    evidence = Evidence(Outcome.REJECTED, 200, ODD + "9" * 100, {"message": ODD}, ODD)
    move(clinic.database, clinic.held(job_id), verdict, attempt=clinic.leave(job_id), evidence=evidence)
    job = clinic.job(job_id)
    assert (job.status, job.message) == (Status.GAGAL, "a\ufffdb\ufffdc")
    assert clinic.attempts(job_id)[0].raw == "a\ufffdb\ufffdc"


def test_odd_characters_of_a_person_do_not_keep_a_request_from_leaving(clinic: Clinic) -> None:
    job_id = clinic.take(clinic.hand_over())
    asker = Asker(requested_by=ODD + "n" * 300, reason=ODD)
    open_attempt(clinic.database, clinic.held(job_id), request={"x": ODD}, lease=LEASE, asker=asker)
    (attempt,) = clinic.attempts(job_id)
    assert attempt.reason == "a\ufffdb\ufffdc"
    assert len(attempt.requested_by or "") == 200


RUN = UUID(int=7)
IN_PREFECT = Resend(reason="lewat Prefect", by="Prefect UI", flow_run_id=RUN)


@pytest.mark.parametrize("status", [Status.GAGAL, Status.MENUNGGU, Status.TIDAK_PASTI])
def test_whoever_sends_again_in_prefect_stands_in_the_history(clinic: Clinic, status: Status) -> None:
    job_id = clinic.bring_to(clinic.hand_over(), status)
    before = clinic.attempts(job_id)
    reopen(clinic.database, job_id, IN_PREFECT)
    *earlier, asked = clinic.attempts(job_id)
    assert [each.id for each in earlier] == [each.id for each in before]
    assert (asked.outcome, asked.requested_by, asked.reason) == ("asked-again", "Prefect UI", "lewat Prefect")
    assert (asked.flow_run_id, asked.started_at) == (RUN, clinic.clock.now)


@pytest.mark.parametrize("status", [Status.TERKIRIM, Status.DITUTUP, Status.PROSES])
def test_what_is_not_sent_again_gets_no_line(clinic: Clinic, status: Status) -> None:
    job_id = clinic.bring_to(clinic.hand_over(), status)
    assert reopen(clinic.database, job_id, IN_PREFECT) is status
    assert clinic.attempts(job_id) == []


def test_reopening_is_no_decision_about_what_only_a_person_can_know(clinic: Clinic) -> None:
    job_id = clinic.take(clinic.hand_over())
    verdict = Verdict(Status.TIDAK_PASTI, Reason.NEEDS_PERSON, "periksa di aplikasi BPJS")
    clinic.finish(job_id, verdict, attempt=clinic.leave(job_id))
    reopen(clinic.database, job_id, IN_PREFECT)
    assert [each.outcome for each in clinic.attempts(job_id)] == ["rejected"]
    assert clinic.job(job_id).reason == Reason.NEEDS_PERSON


def test_reopening_puts_a_failed_job_in_line_and_leaves_others_alone(clinic: Clinic) -> None:
    failed = clinic.bring_to(clinic.hand_over(), Status.GAGAL)
    sent = clinic.bring_to(clinic.hand_over(norm="RM-2"), Status.TERKIRIM)
    assert reopen(clinic.database, failed, AGAIN) == Status.MENUNGGU
    assert reopen(clinic.database, sent, AGAIN) == Status.TERKIRIM
    with clinic.database.read() as session:
        job = session.get_one(Job, failed)
    assert (job.message, job.reason, job.version) == (None, None, 4)
