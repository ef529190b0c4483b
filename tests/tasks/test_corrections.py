"""What BPJS holds is corrected there: a visit in place, a registration by deleting it and registering again."""

from typing import Any

import httpx
import pytest

from database import Database
from database.detail import show
from database.errors import MoveRefused
from database.jobs.resend import Asked, Resend, ask_again
from tests.conftest import SQLITE
from tests.database.clinic import FakeClock
from tests.tasks.day import Day
from tests.tasks.desk import pcare
from tests.tasks.simulated import AFTER, BEFORE, SimulatedBpjs

pytestmark = SQLITE
MINUTE, HOUR = 60, 3600
DOCTOR = "200101"
SHOWN, UNSHOWN = {"kdDiag1": "A01"}, {"keluhan": "demam"}


class CorrectedDay(Day):
    """One before the simulator."""

    bpjs: SimulatedBpjs

    def visit(self, number: int, **changes: Any) -> tuple[int, int]:
        registration = self.hand_over("tambah-pendaftaran", number)
        return registration, self.hand_over("tambah-kunjungan", number, kdDokter=DOCTOR, **changes)

    def correct(self, job_id: int, **patch: Any) -> Asked:
        return ask_again(self.database, job_id, Resend(patch=patch, reason="salah ketik", by="Sari"))

    def ends(self, job_id: int) -> tuple[str, str | None]:
        job = self.job(job_id)
        return job.status, job.reason


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def here(database: Database, clock: FakeClock) -> CorrectedDay:
    return CorrectedDay(database, clock, SimulatedBpjs())


@pytest.fixture
def sent(here: CorrectedDay) -> tuple[int, int]:
    """A registration and its visit, delivered."""
    jobs = here.visit(1)
    here.pass_time(5)
    assert here.statuses(list(jobs)) == {"terkirim": 2}
    return jobs


@pytest.mark.parametrize("patch", [SHOWN, UNSHOWN], ids=str)
def test_a_delivered_visit_is_corrected_in_place_by_a_job_that_points_to_it(
    here: CorrectedDay, sent: tuple[int, int], patch: dict[str, Any]
) -> None:
    _, visit = sent
    (number,) = here.bpjs.held_visits()

    asked = here.correct(visit, **patch)
    assert "PUT kunjungan/v1" in asked.says
    assert asked.jobs != (visit,)
    assert here.ends(visit) == ("terkirim", None)  # BPJS holds its content still
    here.pass_time(5)

    assert here.ends(asked.job_id) == ("terkirim", None)
    held = here.bpjs.held_visits()
    assert {name: held[number][name] for name in patch} == patch
    assert here.job(asked.job_id).result == {"noKunjungan": number}
    assert here.ends(visit) == ("terkirim", "diganti")
    assert f"#{asked.job_id}" in (here.job(visit).message or "")
    (word, attempt) = here.desk.history(asked.job_id)
    assert (word.requested_by, word.reason, attempt.outcome) == ("Sari", "salah ketik", "success")
    assert [change["field"] for change in word.changes or []] == list(patch)
    assert show(here.database, visit)["corrected_by"] == [asked.job_id]
    assert show(here.database, asked.job_id)["corrects"] == visit


def test_without_a_correction_it_is_refused(here: CorrectedDay, sent: tuple[int, int]) -> None:
    for job_id in sent:
        with pytest.raises(MoveRefused, match="sudah terkirim"):
            ask_again(here.database, job_id, Resend(reason="lagi", by="Sari"))
        with pytest.raises(MoveRefused, match="sudah terkirim"):
            ask_again(here.database, job_id, Resend(body=here.job(job_id).body, by="Sari"))


@pytest.mark.parametrize(
    "patch", [{"kdPoli": "002"}, {"tglDaftar": "13-09-2026"}, {"noKartu": "0001000000002"}], ids=str
)
def test_another_visit_is_no_correction(
    here: CorrectedDay, sent: tuple[int, int], patch: dict[str, Any]
) -> None:
    for job_id in sent:
        with pytest.raises(MoveRefused, match="kunjungan lain"):
            here.correct(job_id, **patch)


def test_of_several_corrections_each_follows_the_newest(here: CorrectedDay, sent: tuple[int, int]) -> None:
    _, visit = sent
    first = here.correct(visit, **SHOWN).job_id
    with pytest.raises(MoveRefused, match=f"sudah diperbaiki oleh #{first}"):
        here.correct(visit, kdDiag1="A02")
    here.pass_time(5)
    second = here.correct(first, **UNSHOWN).job_id
    here.pass_time(5)

    assert [here.ends(job_id) for job_id in (visit, first, second)] == [
        ("terkirim", "diganti"),
        ("terkirim", "diganti"),
        ("terkirim", None),
    ]
    (held,) = here.bpjs.held_visits().values()
    assert (held["kdDiag1"], held["keluhan"]) == ("A01", "demam")


def test_what_is_deleted_is_not_corrected(here: CorrectedDay, sent: tuple[int, int]) -> None:
    _, visit = sent
    here.hand_over("hapus-kunjungan", 1)
    with pytest.raises(MoveRefused, match="dihapus"):
        here.correct(visit, **SHOWN)
    here.pass_time(5)
    with pytest.raises(MoveRefused, match="dihapus"):
        here.correct(visit, **SHOWN)


def test_a_deletion_behind_a_correction_deletes_the_visit_once(
    here: CorrectedDay, sent: tuple[int, int]
) -> None:
    _, visit = sent
    edit = here.correct(visit, **SHOWN).job_id
    removal = here.hand_over("hapus-kunjungan", 1)
    here.pass_time(5)
    assert [here.ends(job_id)[0] for job_id in (edit, removal)] == ["terkirim", "terkirim"]
    assert here.bpjs.held_visits() == {}
    assert here.bpjs.sent()["PUT", "kunjungan/v1"] == 1


@pytest.mark.parametrize("when", [BEFORE, AFTER])
@pytest.mark.parametrize("patch", [SHOWN, UNSHOWN], ids=str)
def test_a_correction_whose_answer_is_lost_is_settled_by_its_content(
    here: CorrectedDay, sent: tuple[int, int], patch: dict[str, Any], when: str
) -> None:
    _, visit = sent
    here.bpjs.lose.append(when)
    edit = here.correct(visit, **patch).job_id
    here.pass_time(2 * MINUTE)

    assert here.ends(edit)[0] == "terkirim"
    (held,) = here.bpjs.held_visits().values()
    assert {name: held[name] for name in patch} == patch
    # What the history shows settles it; what it does not show is sent again, which does no harm.
    seen_there = when == AFTER and patch == SHOWN
    assert here.bpjs.sent()["PUT", "kunjungan/v1"] == (1 if seen_there or when == BEFORE else 2)
    assert here.ends(visit) == ("terkirim", "diganti")


def test_a_correction_that_bpjs_refuses_says_why_and_is_corrected_itself(
    here: CorrectedDay, sent: tuple[int, int]
) -> None:
    _, visit = sent
    edit = here.correct(visit, kdDiag1="X077").job_id
    here.pass_time(5)
    assert here.ends(edit)[0] == "gagal"
    assert "kdDiag1" in (here.job(edit).message or "")
    assert here.ends(visit) == ("terkirim", None)
    assert here.correct(edit, **SHOWN).jobs == (edit,)
    here.pass_time(5)
    assert here.ends(edit)[0] == "terkirim"
    assert here.ends(visit) == ("terkirim", "diganti")


def test_a_wrong_correction_is_kept_and_its_fields_are_named(
    here: CorrectedDay, sent: tuple[int, int]
) -> None:
    asked = here.correct(sent[1], tglPulang="kemarin")
    assert asked.status == "gagal"
    assert "tglPulang" in (here.job(asked.job_id).message or "")
    assert here.bpjs.sent()["PUT", "kunjungan/v1"] == 0


def test_a_visit_that_was_removed_by_hand_meanwhile_ends_with_a_person(
    here: CorrectedDay, sent: tuple[int, int]
) -> None:
    (number,) = here.bpjs.held_visits()
    here.bpjs.lose.append(BEFORE)
    edit = here.correct(sent[1], **SHOWN).job_id
    here.pass_time(1)
    here.bpjs.double.web_app.remove_kunjungan(number)
    here.pass_time(2 * HOUR)
    assert here.ends(edit) == ("tidak_pasti", "perlu-orang")
    assert "tidak terlihat lagi" in (here.job(edit).message or "")


def test_an_old_content_is_replaced_when_a_person_sends_the_job_again(here: CorrectedDay) -> None:
    here.bpjs.lose.extend(["", AFTER])
    _, visit = here.visit(1)
    here.pass_time(1)
    here.correct(visit, **UNSHOWN)  # while nobody knows whether the first arrived
    here.pass_time(MINUTE)
    assert here.ends(visit) == ("gagal", "isi-lama")

    ask_again(here.database, visit, Resend(reason="semua", by="Sari", may_replace=False))
    here.pass_time(MINUTE)
    assert here.ends(visit) == ("gagal", "isi-lama")  # one among many is looked at by nobody

    asked = here.correct(visit)
    assert asked.jobs == (visit,)
    assert "PUT kunjungan/v1" in asked.says
    here.pass_time(MINUTE)
    assert here.ends(visit) == ("terkirim", None)
    (held,) = here.bpjs.held_visits().values()
    assert held["keluhan"] == "demam"


@pytest.mark.parametrize(
    ("jenis", "change"), [("tambah-kunjungan", UNSHOWN), ("tambah-pendaftaran", {"kunjSakit": False})]
)
def test_a_job_that_replaces_the_content_of_a_delivered_one_is_named_by_it(
    here: CorrectedDay, jenis: str, change: dict[str, Any]
) -> None:
    more = {"kdDokter": DOCTOR} if jenis == "tambah-kunjungan" else {}
    first = here.hand_over("tambah-pendaftaran", 1)
    if more:
        first = here.hand_over(jenis, 1, **more)
    here.pass_time(5)
    again = here.hand_over(jenis, 1, **more, **change)
    here.pass_time(5)
    assert here.ends(again) == ("gagal", "isi-lama")

    here.correct(again)
    here.pass_time(MINUTE)

    assert here.ends(again) == ("terkirim", None)
    assert here.ends(first) == ("terkirim", "diganti")
    assert f"#{again}" in (here.job(first).message or "")


def test_a_delivered_registration_is_deleted_and_registered_again(here: CorrectedDay) -> None:
    registration = here.hand_over("tambah-pendaftaran", 1)
    here.pass_time(5)
    (old_number,) = here.bpjs.held_registrations()
    asked = here.correct(registration, kunjSakit=False)
    assert "dihapus" in asked.says
    removal, again = asked.jobs
    visit = here.hand_over("tambah-kunjungan", 1, kdDokter=DOCTOR)
    here.pass_time(5)

    assert here.statuses([removal, again, visit]) == {"terkirim": 3}
    assert here.ends(registration) == ("terkirim", "diganti")
    assert list(here.bpjs.held_registrations()) == [(here.job(again).result or {})["noUrut"]]
    assert here.job(removal).body["noUrut"] == old_number
    order = [(r.method, r.url.path.rsplit("/", 1)[-1]) for r in here.desk.requests if r.method != "GET"]
    assert [method for method, _ in order] == ["POST", "DELETE", "POST", "POST"]


def test_a_registration_with_its_visit_at_bpjs_is_not_deleted(
    here: CorrectedDay, sent: tuple[int, int]
) -> None:
    registration, visit = sent
    with pytest.raises(MoveRefused, match=f"#{visit}"):
        here.correct(registration, kunjSakit=False)
    here.hand_over("hapus-kunjungan", 1)
    here.pass_time(5)
    asked = here.correct(registration, kunjSakit=False)
    here.pass_time(5)
    assert here.ends(asked.job_id)[0] == "terkirim"


def test_the_visit_that_waits_for_a_registration_of_old_content_follows_the_new_one(
    here: CorrectedDay,
) -> None:
    here.bpjs.lose.append(AFTER)
    registration = here.hand_over("tambah-pendaftaran", 1)
    here.pass_time(1)
    here.correct(registration, kunjSakit=False)  # while nobody knows whether the first arrived
    here.pass_time(MINUTE)
    assert here.ends(registration) == ("gagal", "isi-lama")
    visit = here.hand_over("tambah-kunjungan", 1, kdDokter=DOCTOR)
    here.pass_time(1)
    assert here.ends(visit)[0] == "menunggu"

    asked = here.correct(registration)
    assert asked.job_id == registration
    here.pass_time(MINUTE)

    assert here.statuses([*asked.jobs, visit]) == {"terkirim": 3}
    methods = [(r.method, r.url.path.split("/")[2]) for r in here.desk.requests if r.method != "GET"]
    assert methods[-3:] == [("DELETE", "pendaftaran"), ("POST", "pendaftaran"), ("POST", "kunjungan")]
    (held,) = here.bpjs.double.ledger()["pendaftaran"]
    assert held["body"]["kunjSakit"] is False


def test_what_bpjs_answers_to_a_correction_is_judged_like_any_write(
    here: CorrectedDay, sent: tuple[int, int]
) -> None:
    login = pcare(401, "username atau password salah", http=401)

    def refuse(request: httpx.Request) -> httpx.Response | None:
        return login

    here.bpjs.odd = refuse
    edit = here.correct(sent[1], **SHOWN).job_id
    here.pass_time(5)
    assert here.held() == {("pcare", ""): "paused"}
    assert here.ends(edit)[0] == "menunggu"
