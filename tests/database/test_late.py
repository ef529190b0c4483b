"""An answer that comes after its job was taken over is kept, heeded where it is clear, and told where it errs."""

from collections.abc import Callable
from datetime import timedelta

import pytest

from database.detail import show
from database.errors import LeaseLost, MoveRefused
from database.jobs.attempts import Asker, Evidence, LookTaken, note_look
from database.jobs.by_hand import Settled, close_by_hand
from database.jobs.claim import take_over
from database.jobs.late_answers import note_late
from database.jobs.moves import load
from database.jobs.resend import Resend, ask_again
from database.jobs.verdict import Verdict
from database.status import Status
from database.views.needs_person import needing_somebody
from database.vocabulary import Outcome, Reason
from tests.database.clinic import LEASE, ME, OTHER, Clinic, ending

TAKEN = (
    Evidence(Outcome.SUCCESS, 201, "201", {"message": "A1"}),
    Verdict(Status.TERKIRIM, result={"noUrut": "A1"}),
)
REFUSED = (Evidence(Outcome.REJECTED, 412, "412"), Verdict(Status.GAGAL, Reason.REFUSED, "kdPoli salah"))
FOR_PATIENT = (
    Evidence(Outcome.NEEDS_PATIENT, 401, "401"),
    Verdict(Status.MENUNGGU, Reason.NEEDS_SCREENING, "skrining", due_in=timedelta(minutes=30)),
)
NEVER_LEFT = (
    Evidence(Outcome.NOT_SENT),
    Verdict(Status.MENUNGGU, Reason.STOPPED, "belum berangkat", counted=False),
)
UNCLEAR = (Evidence(Outcome.UNKNOWN, 504), Verdict(Status.TIDAK_PASTI, Reason.NO_ANSWER, "504"))
Answer = tuple[Evidence, Verdict]


def taken_over(clinic: Clinic, jenis: str = "tambah-pendaftaran") -> tuple[int, int]:
    """A job whose request is on its way when its lease ends and another process takes over; its attempt."""
    job_id = clinic.take(clinic.hand_over(jenis))
    number = clinic.leave(job_id)
    clinic.clock.now += LEASE + timedelta(seconds=1)
    assert take_over(clinic.database) == 1
    return job_id, number


def comes(clinic: Clinic, job_id: int, number: int, answer: Answer) -> str | None:
    """The late answer; returns how it stands in the history."""
    note_late(clinic.database, job_id, number, *answer)
    last = clinic.attempts(job_id)[-1]
    assert (last.http_code, last.meta_code) == (answer[0].http_code, answer[0].meta_code)
    assert last.request == {"x": 1}
    assert f"percobaan {number}" in (last.reason or "")
    return last.outcome


def stay(_clinic: Clinic, _job_id: int) -> None:
    """Nobody has touched it since."""


def absent(clinic: Clinic, job_id: int) -> None:
    """Another process looks, does not see it, and it waits for its turn."""
    clinic.take(job_id, OTHER)
    held = clinic.held(job_id, OTHER)
    note_look(clinic.database, held, LookTaken({"x": 1}, Outcome.ABSENT, Asker()))
    clinic.finish(job_id, Verdict(Status.MENUNGGU, Reason.NOT_ITS_TURN, "x"), OTHER)


def in_other_hands(clinic: Clinic, job_id: int) -> None:
    clinic.take(job_id, OTHER)


def ended_as(status: Status, result: str | None = None) -> Callable[[Clinic, int], None]:
    """Another process sends it again, and it ends so."""

    def end(clinic: Clinic, job_id: int) -> None:
        clinic.take(job_id, OTHER)
        verdict = ending(status) if result is None else Verdict(status, result={"noUrut": result})
        clinic.finish(job_id, verdict, OTHER, attempt=clinic.leave(job_id, OTHER))

    return end


def closed(how: Settled) -> Callable[[Clinic, int], object]:
    return lambda clinic, job_id: close_by_hand(clinic.database, job_id, how, reason="x", by="Rina")


def corrected(clinic: Clinic, job_id: int) -> None:
    ask_again(clinic.database, job_id, Resend(patch={"keluhan": "lain"}, by="Rina"))


# what happened meanwhile, what comes late; what the job is then, how the answer stands in the history
CASES = (
    ("uncertain, for its patient", stay, FOR_PATIENT, Status.MENUNGGU, "late-answer"),
    ("not seen, for its patient", absent, FOR_PATIENT, Status.MENUNGGU, "late-answer"),
    (
        "delivered, for its patient",
        ended_as(Status.TERKIRIM, "A1"),
        FOR_PATIENT,
        Status.TERKIRIM,
        "late-evidence",
    ),
    ("uncertain, taken", stay, TAKEN, Status.TERKIRIM, "late-answer"),
    ("uncertain, refused", stay, REFUSED, Status.GAGAL, "late-answer"),
    ("uncertain, never left", stay, NEVER_LEFT, Status.MENUNGGU, "late-answer"),
    ("uncertain, unclear", stay, UNCLEAR, Status.TIDAK_PASTI, "late-evidence"),
    ("corrected, taken", corrected, TAKEN, Status.TIDAK_PASTI, "late-success"),
    ("corrected, refused", corrected, REFUSED, Status.TIDAK_PASTI, "late-evidence"),
    ("not seen, taken", absent, TAKEN, Status.MENUNGGU, "late-success"),
    ("not seen, refused", absent, REFUSED, Status.GAGAL, "late-answer"),
    ("in hand, taken", in_other_hands, TAKEN, Status.PROSES, "late-success"),
    ("in hand, refused", in_other_hands, REFUSED, Status.PROSES, "late-evidence"),
    ("uncertain again, refused", ended_as(Status.TIDAK_PASTI), REFUSED, Status.TIDAK_PASTI, "late-evidence"),
    ("delivered, taken", ended_as(Status.TERKIRIM, "A1"), TAKEN, Status.TERKIRIM, "late-evidence"),
    ("delivered, refused", ended_as(Status.TERKIRIM, "A1"), REFUSED, Status.TERKIRIM, "late-evidence"),
    ("closed as there, taken", closed(Settled.ALREADY_THERE), TAKEN, Status.DITUTUP, "late-evidence"),
    ("failed, refused", ended_as(Status.GAGAL), REFUSED, Status.GAGAL, "late-evidence"),
)


@pytest.mark.parametrize(
    ("meanwhile", "answer", "status", "outcome"),
    [case[1:] for case in CASES],
    ids=[case[0] for case in CASES],
)
def test_a_late_answer_settles_what_it_answers_and_is_kept_in_any_case(
    clinic: Clinic, meanwhile: Callable[[Clinic, int], None], answer: Answer, status: Status, outcome: str
) -> None:
    job_id, number = taken_over(clinic)
    meanwhile(clinic, job_id)
    before = [vars(row) for row in clinic.attempts(job_id)]
    assert comes(clinic, job_id, number, answer) == outcome
    job = clinic.job(job_id)
    assert job.status == status
    if (status, outcome) == (Status.TERKIRIM, "late-answer"):
        assert (job.result, job.sent_at, job.http_code) == ({"noUrut": "A1"}, clinic.clock.now, 201)
    assert job.reason != "bertentangan"
    kept = [row.number for row in clinic.attempts(job_id)]
    assert kept == list(range(1, len(before) + 2))  # appended, and nothing else


# what contradicts: the job as it is since, and what a person is told
CONTRADICTIONS = (
    ("delivered under another number", ended_as(Status.TERKIRIM, "A2"), Status.TERKIRIM, "noUrut A2"),
    ("failed", ended_as(Status.GAGAL), Status.GAGAL, "noUrut A1"),
    ("closed as not needed", closed(Settled.NOT_NEEDED), Status.DITUTUP, "noUrut A1"),
)


@pytest.mark.parametrize(
    ("meanwhile", "status", "told"),
    [case[1:] for case in CONTRADICTIONS],
    ids=[case[0] for case in CONTRADICTIONS],
)
def test_a_contradiction_stands_before_a_person_until_they_have_looked(
    clinic: Clinic, meanwhile: Callable[[Clinic, int], None], status: Status, told: str
) -> None:
    job_id, number = taken_over(clinic)
    meanwhile(clinic, job_id)
    assert comes(clinic, job_id, number, TAKEN) == "late-success"
    message = show(clinic.database, job_id)["message"]
    assert ("A1" in message, told in message) == (True, True)
    assert needing_somebody(clinic.database, limit=9) == [job_id]
    assert clinic.status(job_id) == status
    close_by_hand(clinic.database, job_id, Settled.ALREADY_THERE, reason="dicek", by="Rina")
    assert needing_somebody(clinic.database, limit=9) == []
    assert clinic.attempts(job_id)[-1].requested_by == "Rina"
    with pytest.raises(MoveRefused):
        close_by_hand(clinic.database, job_id, Settled.ALREADY_THERE, reason="dicek", by="Rina")


def test_a_number_heard_while_another_claim_had_the_job_is_held_against_its_end(clinic: Clinic) -> None:
    for noted, contradicts in (("A1", False), ("A2", True)):
        job_id, number = taken_over(clinic)
        clinic.take(job_id, OTHER)
        comes(clinic, job_id, number, TAKEN)
        clinic.finish(job_id, Verdict(Status.TERKIRIM, result={"noUrut": noted}), OTHER)
        assert (clinic.job(job_id).reason == "bertentangan") is contradicts
        assert (job_id in needing_somebody(clinic.database, limit=9)) is contradicts


def test_after_a_late_success_bpjs_is_looked_at_and_nothing_is_just_sent(clinic: Clinic) -> None:
    job_id, number = taken_over(clinic)
    absent(clinic, job_id)
    comes(clinic, job_id, number, TAKEN)
    job = load(clinic.database, clinic.held(clinic.take(job_id)))
    assert (job.uncertain, job.contradictions) == (True, 1)


def test_the_loser_of_a_job_is_refused_and_its_answer_heeded(clinic: Clinic) -> None:
    job_id, number = taken_over(clinic)
    with pytest.raises(LeaseLost):
        clinic.finish(job_id, TAKEN[1], ME, attempt=number)
    comes(clinic, job_id, number, TAKEN)
    assert clinic.status(job_id) == Status.TERKIRIM


def test_a_late_answer_to_a_job_that_is_gone_is_dropped(clinic: Clinic) -> None:
    note_late(clinic.database, 99, 1, *TAKEN)
    assert clinic.count() == 0


def test_what_was_written_down_in_time_is_not_written_again(clinic: Clinic) -> None:
    """The commit arrived, the word that it did was lost."""
    job_id = clinic.take(clinic.hand_over("tambah-pendaftaran"))
    number = clinic.leave(job_id)
    clinic.finish(job_id, TAKEN[1], attempt=number)
    note_late(clinic.database, job_id, number, *TAKEN)
    assert len(clinic.attempts(job_id)) == 1


def test_a_correction_that_is_taken_late_says_so_of_what_it_replaced(clinic: Clinic) -> None:
    number = {"noKunjungan": "0114U1630914Y000123"}
    first = clinic.take(clinic.hand_over("tambah-kunjungan"))
    clinic.finish(first, Verdict(Status.TERKIRIM, result=number), attempt=clinic.leave(first))
    asked = ask_again(clinic.database, first, Resend(patch={"keluhan": "lain"}, by="Rina"))
    clinic.take(asked.job_id)
    attempt = clinic.leave(asked.job_id)
    clinic.clock.now += LEASE + timedelta(seconds=1)
    take_over(clinic.database)
    taken = (Evidence(Outcome.SUCCESS, 200, "200"), Verdict(Status.TERKIRIM, result=number))
    assert comes(clinic, asked.job_id, attempt, taken) == "late-answer"
    assert (clinic.job(asked.job_id).status, clinic.job(first).reason) == ("terkirim", "diganti")


def test_a_late_wish_for_the_patient_to_act_waits_as_long_as_one_in_time(clinic: Clinic) -> None:
    job_id, number = taken_over(clinic)
    comes(clinic, job_id, number, FOR_PATIENT)
    job = clinic.job(job_id)
    assert (job.reason, job.due_at) == ("perlu-skrining", clinic.clock.now + timedelta(minutes=30))
