"""A person sends a job again: corrected or not, recorded field by field, and never one that is done."""

import json
from datetime import timedelta
from typing import Any

import pytest

from database import LineRefused
from database.detail import show
from database.errors import JobNotFound, MoveRefused
from database.jobs.attempts import Asker, Evidence, open_attempt
from database.jobs.body_changes import changes_between
from database.jobs.moves import load, move
from database.jobs.resend import Resend, ask_again, merged
from database.jobs.verdict import Verdict
from database.status import Status
from database.vocabulary import Outcome, Reason
from tests.database.clinic import LEASE, Clinic, ending

REFUSED = Verdict(Status.GAGAL, Reason.REFUSED, "kdPoli: Tidak sesuai dengan referensi sistem.")


@pytest.fixture
def failed(clinic: Clinic) -> int:
    """A registration that BPJS refused."""
    job_id = clinic.take(clinic.hand_over("tambah-pendaftaran"))
    clinic.finish(job_id, REFUSED)
    return job_id


def test_as_it_is_it_is_due_at_once_with_who_and_why(clinic: Clinic, failed: int) -> None:
    assert (
        ask_again(clinic.database, failed, Resend(reason="BPJS sudah pulih", by="Rina")).status
        is Status.MENUNGGU
    )
    assert clinic.claim() == [failed]
    last = show(clinic.database, failed)["history"][-1]
    assert (last["requested_by"], last["reason"], last["changes"]) == ("Rina", "BPJS sudah pulih", None)


def test_a_patch_changes_what_it_names_and_says_so(clinic: Clinic, failed: int) -> None:
    before = show(clinic.database, failed)
    ask_again(clinic.database, failed, Resend(patch={"kdPoli": "002", "keluhan": "batuk"}))
    after = show(clinic.database, failed)

    assert clinic.job(failed).body == {**before["request"], "kdPoli": "002", "keluhan": "batuk"}
    assert after["history"][-1]["changes"] == [
        {"field": "kdPoli", "from": "001", "to": "002"},
        {"field": "keluhan", "from": None, "to": "batuk"},
    ]
    assert (after["kunci"], after["version"]) == (before["kunci"], before["version"] + 1)
    assert after["history"][:-1] == before["history"]


def test_a_whole_body_takes_the_place_of_the_old_one(clinic: Clinic, failed: int) -> None:
    body = {**clinic.job(failed).body, "kdPoli": "003"}
    ask_again(clinic.database, failed, Resend(body=body))
    assert clinic.job(failed).body == body


def test_a_wrong_correction_is_kept_and_named(clinic: Clinic, failed: int) -> None:
    assert ask_again(clinic.database, failed, Resend(patch={"tglDaftar": "kemarin"})).status is Status.GAGAL
    assert (clinic.job(failed).message or "").startswith("tglDaftar:")
    assert clinic.claim() == []


def test_a_number_that_is_none_is_kept_as_a_word_and_named(clinic: Clinic, failed: int) -> None:
    assert ask_again(clinic.database, failed, Resend(patch={"sistole": float("nan")})).status is Status.GAGAL
    job = clinic.job(failed)
    assert job.body["sistole"] == "NaN"
    assert "sistole" in (job.message or "")
    assert "NaN" in json.dumps(show(clinic.database, failed), allow_nan=False)


@pytest.mark.parametrize("status", [Status.TERKIRIM, Status.DITUTUP, Status.PROSES])
def test_what_is_done_or_in_hand_is_refused_and_stays_as_it_is(clinic: Clinic, status: Status) -> None:
    job_id = clinic.take(clinic.hand_over("tambah-pendaftaran"))
    if status is not Status.PROSES:
        clinic.finish(job_id, ending(status))
    before = show(clinic.database, job_id)

    with pytest.raises(MoveRefused, match=f"Pekerjaan {job_id} "):
        ask_again(clinic.database, job_id, Resend(patch={"kdPoli": "002"}))
    assert show(clinic.database, job_id) == before


def test_what_changed_since_it_was_looked_at_is_refused(clinic: Clinic, failed: int) -> None:
    version = clinic.job(failed).version
    ask_again(clinic.database, failed, Resend(version=version))
    with pytest.raises(MoveRefused, match="berubah sejak dilihat"):
        ask_again(clinic.database, failed, Resend(version=version))


def test_an_unknown_job_or_a_body_that_is_no_json_is_refused(clinic: Clinic, failed: int) -> None:
    with pytest.raises(JobNotFound):
        ask_again(clinic.database, 99_999, Resend())
    with pytest.raises(LineRefused):
        ask_again(clinic.database, failed, Resend(body={"x": object()}))


def lost(clinic: Clinic, jenis: str, verdict: Verdict) -> int:
    """A job whose write got no answer."""
    job_id = clinic.take(clinic.hand_over(jenis))
    body = clinic.job(job_id).body
    attempt = open_attempt(clinic.database, clinic.held(job_id), request=body, lease=LEASE, asker=Asker())
    how = Evidence(Outcome.UNKNOWN)
    move(clinic.database, clinic.held(job_id), verdict, attempt=attempt, evidence=how)
    return job_id


def test_an_uncertain_write_is_still_looked_up_first(clinic: Clinic) -> None:
    job_id = lost(clinic, "tambah-pendaftaran", ending(Status.TIDAK_PASTI))
    ask_again(clinic.database, job_id, Resend())
    clinic.take(job_id)
    assert load(clinic.database, clinic.held(job_id)).uncertain


def test_a_persons_word_settles_what_no_look_up_can(clinic: Clinic) -> None:
    waits_for_somebody = Verdict(Status.TIDAK_PASTI, Reason.NEEDS_PERSON, "?", due_in=timedelta(0))
    job_id = lost(clinic, "panggil-antrean", waits_for_somebody)
    assert clinic.claim() == []
    ask_again(clinic.database, job_id, Resend())
    clinic.take(job_id)
    assert not load(clinic.database, clinic.held(job_id)).uncertain


MERGES: list[tuple[dict[str, Any], dict[str, Any], dict[str, Any]]] = [
    ({"a": 1}, {}, {"a": 1}),
    ({"a": 1, "b": 2}, {"a": None, "c": 3}, {"b": 2, "c": 3}),
    ({"r": {"x": 1, "y": 2}}, {"r": {"x": 9, "y": None}}, {"r": {"x": 9}}),
    ({"r": None}, {"r": {"x": 1, "n": None}}, {"r": {"x": 1}}),
    ({"l": [1, 2]}, {"l": [3]}, {"l": [3]}),
]


@pytest.mark.parametrize(("body", "patch", "result"), MERGES)
def test_a_merge_patch_does_what_the_standard_says(
    body: dict[str, Any], patch: dict[str, Any], result: dict[str, Any]
) -> None:
    assert merged(body, patch) == result


def test_changes_name_inner_fields_and_tell_true_from_one() -> None:
    old = {"a": 1, "r": {"x": "1", "y": "2"}, "gone": 0}
    new = {"a": True, "r": {"x": "1", "y": "3"}, "here": None}
    assert changes_between(old, new) == [
        {"field": "a", "from": 1, "to": True},
        {"field": "r.y", "from": "2", "to": "3"},
        {"field": "gone", "from": 0},
        {"field": "here", "to": None},
    ]


def test_what_was_sent_again_lets_its_chain_go_on(clinic: Clinic, failed: int) -> None:
    visit = clinic.hand_over("tambah-kunjungan")
    assert clinic.claim() == []
    ask_again(clinic.database, failed, Resend(patch={"keluhan": "batuk"}))
    clinic.finish(clinic.take(failed), ending(Status.TERKIRIM))
    assert clinic.claim() == [visit]
