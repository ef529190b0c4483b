"""Patients who share a norm, day and poli, or a chain that the clinic named: each one's order is their own."""

import json
from typing import Any

import pytest
from sqlalchemy import update

from bpjs_client.jenis import Jenis
from database import Database, enqueue, enqueue_lines
from database.jobs.claim import claim_one
from database.jobs.moves import chain_has
from database.jobs.verdict import Verdict
from database.status import Status
from database.storage.models import Job
from database.storage.patient_mark import patient_mark
from database.views.report import reported_visits
from database.vocabulary import Reason
from tests.conftest import SQLITE
from tests.database.clinic import LEASE, ME, MORNING, Clinic, body_of, success
from tests.tasks.bodies import CARD

MOTHER, BABY, TWIN = CARD, "0009998887777", "0009998887778"
ADD, CALL = "tambah-antrean", "panggil-antrean"
REGISTER, VISIT, DROP_VISIT = "tambah-pendaftaran", "tambah-kunjungan", "hapus-kunjungan"
UNREGISTER = "hapus-pendaftaran"
NAMED = {"rantai": "keluarga-7"}


def of(card: str, jenis: str) -> dict[str, str]:
    return {"nomorkartu" if jenis.endswith("antrean") else "noKartu": card}


def send_all(clinic: Clinic) -> list[int]:
    """Claim and succeed until nothing more can be claimed; the order in which that went."""
    order: list[int] = []
    while claimed := clinic.claim():
        for job_id in claimed:
            clinic.finish(job_id, success(""))
        order += claimed
    return order


def test_the_cards_of_these_tests_have_marks_of_their_own() -> None:
    assert len({patient_mark({"noKartu": card}) for card in (MOTHER, BABY, TWIN)}) == 3


@pytest.mark.parametrize("status", [Status.GAGAL, Status.TIDAK_PASTI, Status.PROSES, Status.MENUNGGU])
@pytest.mark.parametrize("steps", [(ADD, CALL), (REGISTER, VISIT, DROP_VISIT, UNREGISTER)])
def test_nobody_waits_for_another_patient_of_the_same_norm_day_and_poli(
    clinic: Clinic, steps: tuple[str, ...], status: Status
) -> None:
    stuck = clinic.bring_to(clinic.hand_over(steps[0], **of(MOTHER, steps[0])), status)
    with clinic.database.write() as session:  # due much later
        session.execute(update(Job).where(Job.id == stuck).values(due_at=MORNING.replace(hour=23)))
    babys = [clinic.hand_over(jenis, **of(BABY, jenis)) for jenis in reversed(steps)]
    assert send_all(clinic) == babys[::-1]


def test_each_patient_keeps_one_chain_and_whoever_names_no_card_joins_the_first(clinic: Clinic) -> None:
    def chain(card: str, jenis: str = REGISTER, **changes: Any) -> str:
        return clinic.job(clinic.hand_over(jenis, **of(card, jenis), **changes)).rantai

    first, second, third = chain(MOTHER), chain(BABY), chain(TWIN)
    assert first == "RM-1|2026-09-14|001"
    assert len({first, second, third}) == 3
    again = [chain(card, VISIT) for card in (MOTHER, BABY, TWIN)]
    assert again == [first, second, third]
    assert [chain(card, ADD) for card in (BABY, MOTHER)] == [second, first]
    assert chain("", CALL) == first
    assert clinic.job(clinic.hand_over(DROP_VISIT, noKartu=None)).rantai == first


def test_a_card_stands_nowhere_in_the_clear(clinic: Clinic) -> None:
    for card in (MOTHER, BABY):
        job = clinic.job(clinic.hand_over(REGISTER, noKartu=card))
        assert card not in job.rantai
        assert 0 <= (job.pasien or 0) < 2**16


def test_jobs_of_before_the_mark_stay_in_their_chain_with_their_patient(clinic: Clinic) -> None:
    old = clinic.hand_over(REGISTER, noKartu=MOTHER)
    with clinic.database.write() as session:
        session.execute(update(Job).values(pasien=None))
    visit = clinic.hand_over(VISIT, noKartu=MOTHER)
    assert send_all(clinic) == [old, visit]


# what the clinic's chain holds, as (jenis, whose, brought to); which of those that wait are sent
SITUATIONS: list[tuple[str, list[tuple[str, str, Status]], list[int]]] = [
    ("a failed registration holds its own visit", [(REGISTER, MOTHER, Status.GAGAL), (VISIT, MOTHER, Status.MENUNGGU)], []),
    ("and not another's", [(REGISTER, MOTHER, Status.GAGAL), (VISIT, BABY, Status.MENUNGGU)], [1]),
    ("another's success frees nobody", [(REGISTER, MOTHER, Status.GAGAL), (VISIT, MOTHER, Status.MENUNGGU), (REGISTER, BABY, Status.TERKIRIM)], []),
    ("one's own success frees", [(REGISTER, MOTHER, Status.GAGAL), (VISIT, MOTHER, Status.MENUNGGU), (REGISTER, MOTHER, Status.TERKIRIM)], [1]),
    ("a failed deletion holds its own patient's", [(VISIT, MOTHER, Status.TERKIRIM), (DROP_VISIT, MOTHER, Status.GAGAL), (UNREGISTER, MOTHER, Status.MENUNGGU)], []),
    ("and not another's deletion", [(VISIT, MOTHER, Status.TERKIRIM), (DROP_VISIT, MOTHER, Status.GAGAL), (UNREGISTER, BABY, Status.MENUNGGU)], [2]),
    ("generations are each patient's own", [(REGISTER, MOTHER, Status.TERKIRIM), (REGISTER, BABY, Status.GAGAL), (UNREGISTER, MOTHER, Status.TERKIRIM), (REGISTER, MOTHER, Status.TERKIRIM), (VISIT, BABY, Status.MENUNGGU)], []),
]  # fmt: skip


@pytest.mark.parametrize(("shows", "arrivals", "expected"), SITUATIONS, ids=[row[0] for row in SITUATIONS])
def test_in_a_chain_that_the_clinic_named_for_two_failures_and_successes_are_each_ones_own(
    clinic: Clinic, shows: str, arrivals: list[tuple[str, str, Status]], expected: list[int]
) -> None:
    ids = []
    for jenis, card, status in arrivals:
        ids.append(clinic.hand_over(jenis, **of(card, jenis), **NAMED))
        if status is not Status.MENUNGGU:
            clinic.bring_to(ids[-1], status)
    assert [ids.index(job_id) for job_id in send_all(clinic)] == expected, shows


def test_a_success_counts_for_nobody_when_only_the_failure_names_no_patient(clinic: Clinic) -> None:
    failed = clinic.bring_to(clinic.hand_over(REGISTER, noKartu=MOTHER, **NAMED), Status.GAGAL)
    visit = clinic.hand_over(VISIT, noKartu=MOTHER, **NAMED)
    with clinic.database.write() as session:
        session.execute(update(Job).where(Job.id == failed).values(pasien=None))  # stored before the mark
    clinic.bring_to(clinic.hand_over(REGISTER, noKartu=BABY, **NAMED), Status.TERKIRIM)
    assert clinic.claim() == []
    waiting = claim_one(clinic.database, visit, owner=ME, lease=LEASE)
    assert getattr(waiting, "why", None) == f"menunggu {REGISTER} #{failed} (gagal)"


@pytest.mark.parametrize(("whose", "revived"), [(MOTHER, True), (BABY, False), ("", True)])
def test_a_refused_call_is_revived_by_the_add_of_its_own_patient(
    clinic: Clinic, whose: str, revived: bool
) -> None:
    call = clinic.take(clinic.hand_over(CALL, nomorkartu=MOTHER, **NAMED))
    clinic.finish(call, Verdict(Status.GAGAL, Reason.WITHOUT_ADD, "Antrean tidak ditemukan"))
    clinic.bring_to(clinic.hand_over(ADD, nomorkartu=whose, **NAMED), Status.TERKIRIM)
    assert (clinic.status(call) == Status.MENUNGGU) is revived


def test_the_add_of_another_patient_is_not_taken_for_ones_own(clinic: Clinic) -> None:
    clinic.bring_to(clinic.hand_over(ADD, nomorkartu=BABY, **NAMED), Status.TERKIRIM)
    call = clinic.hand_over(CALL, nomorkartu=MOTHER, **NAMED)
    assert not chain_has(clinic.database, call, Jenis.TAMBAH_ANTREAN, {Status.TERKIRIM})
    clinic.bring_to(clinic.hand_over(ADD, nomorkartu=MOTHER, **NAMED), Status.TERKIRIM)
    assert chain_has(clinic.database, call, Jenis.TAMBAH_ANTREAN, {Status.TERKIRIM})


@pytest.mark.parametrize("frame", [{}, NAMED])
def test_a_deleted_visit_is_not_counted_and_another_patients_is(
    clinic: Clinic, frame: dict[str, str]
) -> None:
    for card in (MOTHER, BABY):
        clinic.bring_to(clinic.hand_over(VISIT, noKartu=card, **frame), Status.TERKIRIM)
    clinic.bring_to(clinic.hand_over(DROP_VISIT, noKartu=MOTHER, **frame), Status.TERKIRIM)
    assert reported_visits(clinic.database, MORNING.date(), MORNING.date()) == 1


@pytest.mark.parametrize("frame", [{}, NAMED])
def test_a_mix_is_named_to_who_handed_it_over_and_to_staff(clinic: Clinic, frame: dict[str, str]) -> None:
    def handed(jenis: str, card: str) -> str | None:
        body = body_of(jenis, noKartu=card)
        answer = enqueue(jenis, "RM-1", "P", body, database=clinic.database, **frame)
        assert (clinic.job(answer.id).message, answer.status) == (answer.note, "menunggu")
        return answer.note

    assert handed(REGISTER, MOTHER) is None
    assert handed(VISIT, MOTHER) is None
    assert "pasien" in (handed(REGISTER, BABY) or "")


@SQLITE
def test_a_line_is_answered_with_the_mix(database: Database) -> None:
    frame = {"jenis": REGISTER, "norm": "RM-1", "nama_pasien": "P"}
    lines = [json.dumps({**frame, "body": body_of(REGISTER, noKartu=card)}) for card in (MOTHER, BABY)]
    answers = list(enqueue_lines(lines, database=database))
    assert "note" not in answers[0]
    assert "nomor kartu berbeda" in str(answers[1]["note"])
