"""A person's hold: nothing of it is claimed, whatever BPJS or its credential does, until its end or until lifted."""

from datetime import timedelta

import pytest

from bpjs_client.jenis import Service
from database import LineRefused
from database.errors import ConstraintViolated, JobNotFound, MoveRefused
from database.jobs.claim import Waiting, claim_one, has_work, standing
from database.services.clinic_service import ClinicService
from database.services.holds import Word, hold, hold_job, holds, lift, lift_job
from database.services.pauses import pause, resume, resume_changed
from database.services.probes import try_again
from database.services.stopped_lines import stopped_lines
from database.status import Status
from database.storage.models import HoldRow
from database.views.detail import show
from database.views.monitor import Filter, look
from tests.database.clinic import LEASE, ME, Clinic

PCARE = ClinicService("utama", "pcare")
VISITS = PCARE._replace(jenis="tambah-kunjungan")
WORD = Word("sari", "BPJS pindah server")


def until(clinic: Clinic, **after: float) -> Word:
    return Word("sari", "BPJS pindah server", clinic.clock() + timedelta(**after))


def test_of_a_held_service_nothing_is_claimed_and_of_the_other_all_is(clinic: Clinic) -> None:
    registration = clinic.hand_over("tambah-pendaftaran", "RM-1")
    entry = clinic.hand_over("tambah-antrean", "RM-2")
    hold(clinic.database, PCARE, WORD)
    assert clinic.claim() == [entry]
    assert not has_work(clinic.database)
    assert lift(clinic.database, PCARE, by="budi")
    assert has_work(clinic.database)
    assert clinic.claim() == [registration]


def test_another_clinic_goes_on(clinic: Clinic) -> None:
    clinic.hand_over("tambah-pendaftaran", "RM-1")
    theirs = clinic.hand_over("tambah-pendaftaran", "RM-2", faskes="klinik-melati")
    hold(clinic.database, PCARE, WORD)
    assert clinic.claim() == [theirs]


def test_of_a_held_jenis_nothing_is_claimed_and_its_siblings_are(clinic: Clinic) -> None:
    visit = clinic.hand_over("tambah-kunjungan", "RM-1")
    registration = clinic.hand_over("tambah-pendaftaran", "RM-2")
    hold(clinic.database, VISITS, WORD)
    assert clinic.claim() == [registration]
    assert resume(clinic.database, "utama", Service.PCARE, jenis="tambah-kunjungan", by="budi")
    assert clinic.claim() == [visit]


def test_one_job_is_held_alone(clinic: Clinic) -> None:
    held, other = (clinic.hand_over("tambah-pendaftaran", norm) for norm in ("RM-1", "RM-2"))
    hold_job(clinic.database, held, WORD)
    assert clinic.claim() == [other]
    resume(clinic.database, "utama", Service.PCARE)
    assert clinic.claim() == []
    assert lift_job(clinic.database, held, by="budi")
    assert not lift_job(clinic.database, held, by="budi")
    assert clinic.claim() == [held]


def test_a_hold_ends_by_itself_at_its_hour(clinic: Clinic) -> None:
    job_id = clinic.hand_over("tambah-pendaftaran")
    hold(clinic.database, PCARE, until(clinic, minutes=30))
    clinic.clock.advance(minutes=29)
    assert not has_work(clinic.database)
    clinic.clock.advance(minutes=1)
    assert has_work(clinic.database)
    assert holds(clinic.database) == []
    assert clinic.claim() == [job_id]


def test_neither_a_new_credential_nor_a_probe_lifts_it(clinic: Clinic) -> None:
    clinic.hand_over("tambah-pendaftaran")
    pause(clinic.database, "utama", Service.PCARE, "Kata sandi ditolak.", mark="lama")
    hold(clinic.database, PCARE, WORD)
    assert resume_changed(clinic.database, lambda _faskes, _service: "baru") == [("utama", Service.PCARE)]
    assert clinic.claim() == []
    pause(clinic.database, "utama", Service.PCARE, "Kata sandi ditolak.", mark="baru")
    try_again(clinic.database, PCARE)
    assert clinic.claim() == []
    assert len(holds(clinic.database)) == 1


def test_while_a_service_is_tried_again_the_job_that_is_held_is_not_awaited(clinic: Clinic) -> None:
    held = clinic.hand_over("tambah-kunjungan", "RM-1")
    hold_job(clinic.database, held, WORD)
    pause(clinic.database, "utama", Service.PCARE, "Ditolak.", mark="lama")
    try_again(clinic.database, PCARE)
    assert stopped_lines(clinic.database, None) == []  # nobody else waits: it flows again
    assert clinic.claim() == []


def test_lifting_it_leaves_a_refused_credential_as_it_is(clinic: Clinic) -> None:
    clinic.hand_over("tambah-pendaftaran")
    pause(clinic.database, "utama", Service.PCARE, "Kata sandi ditolak.", mark="lama")
    hold(clinic.database, PCARE, WORD)
    assert lift(clinic.database, PCARE, by="budi")
    assert clinic.claim() == []
    assert resume(clinic.database, "utama", Service.PCARE)
    assert len(clinic.claim()) == 1


def test_resuming_a_service_lifts_all_that_holds_it_but_single_jobs(clinic: Clinic) -> None:
    hold(clinic.database, PCARE, WORD)
    hold(clinic.database, VISITS, WORD)
    assert resume(clinic.database, "utama", Service.PCARE, jenis="")
    assert [row.jenis for row in holds(clinic.database)] == ["tambah-kunjungan"]
    assert resume(clinic.database, "utama", Service.PCARE)
    assert holds(clinic.database) == []
    assert not resume(clinic.database, "utama", Service.PCARE)


def test_a_second_hold_of_the_same_replaces_the_first(clinic: Clinic) -> None:
    hold(clinic.database, PCARE, until(clinic, hours=1))
    hold(clinic.database, PCARE, Word("budi", "masih pindah"))
    (row,) = holds(clinic.database)
    assert (row.by, row.reason, row.ends_at) == ("budi", "masih pindah", None)


def test_a_hold_that_is_over_makes_room_for_another(clinic: Clinic) -> None:
    hold(clinic.database, PCARE, until(clinic, minutes=1))
    clinic.clock.advance(minutes=2)
    hold(clinic.database, PCARE, WORD)
    assert len(holds(clinic.database)) == 1


def test_everybody_reads_who_holds_it_why_and_until_when(clinic: Clinic) -> None:
    job_id = clinic.hand_over("tambah-pendaftaran")
    hold(clinic.database, PCARE, until(clinic, hours=1))
    said = "dijeda oleh sari sejak 08:00:00 sampai 09:00:00: BPJS pindah server"
    assert stopped_lines(clinic.database, None) == [f"Layanan pcare {said}."]
    assert stopped_lines(clinic.database, None, clinics={"klinik-melati"}) == []
    assert standing(clinic.database, job_id).why == f"layanan pcare {said}"
    assert show(clinic.database, job_id).message == f"layanan pcare {said}"
    (row,) = look(clinic.database, Filter(), limit=9).rows
    assert row["message"] == f"layanan pcare {said}"
    one = claim_one(clinic.database, job_id, owner=ME, lease=LEASE)
    assert one == Waiting(Status.MENUNGGU, f"layanan pcare {said}")


def test_of_many_clinics_one_sentence_tells(clinic: Clinic) -> None:
    for number in range(40):
        hold(clinic.database, ClinicService(f"klinik-{number:02}", "pcare"), WORD)
    (line,) = stopped_lines(clinic.database, [f"klinik-{number:02}" for number in range(40)])
    assert line.startswith("Layanan pcare di 40 faskes (klinik-39, klinik-38, klinik-37, …) dijeda oleh sari")


def test_of_many_holds_a_few_sentences_tell(clinic: Clinic) -> None:
    for number in range(9):
        hold(clinic.database, PCARE._replace(faskes=f"k{number}"), Word(f"orang-{number}", "alasan"))
    lines = stopped_lines(clinic.database, None)
    assert (len(lines), lines[-1]) == (6, "4 penjedaan lain berlaku.")


@pytest.mark.parametrize("after", [timedelta(0), timedelta(seconds=-1)])
def test_an_end_that_is_over_is_refused(clinic: Clinic, after: timedelta) -> None:
    with pytest.raises(LineRefused, match="waktu yang akan datang"):
        hold(clinic.database, PCARE, Word("sari", "alasan", clinic.clock() + after))


def test_a_hold_needs_a_reason(clinic: Clinic) -> None:
    with pytest.raises(LineRefused, match="alasan wajib diisi"):
        hold(clinic.database, PCARE, Word("sari", "  "))


def test_what_is_finished_or_not_there_cannot_be_held(clinic: Clinic) -> None:
    done = clinic.bring_to(clinic.hand_over(), Status.TERKIRIM)
    with pytest.raises(MoveRefused, match="sudah terkirim"):
        hold_job(clinic.database, done, WORD)
    with pytest.raises(JobNotFound):
        hold_job(clinic.database, 99, WORD)
    waiting = clinic.hand_over(norm="RM-2")
    with pytest.raises(JobNotFound):
        hold_job(clinic.database, waiting, WORD, clinics={"lain"})
    with pytest.raises(JobNotFound):
        lift_job(clinic.database, waiting, by="x", clinics={"lain"})


@pytest.mark.parametrize(
    "wrong",
    [{"service": "lain"}, {"job_id": 1, "jenis": ""}, {"lifted_by": "sari"}, {"ends_at": -1}],
    ids=str,
)
def test_the_table_refuses_what_cannot_be(clinic: Clinic, wrong: dict[str, object]) -> None:
    now = clinic.clock()
    row = {
        "faskes": "utama",
        "service": "pcare",
        "jenis": "",
        "job_id": 0,
        "by": "s",
        "reason": "x",
        "since": now,
    }
    if "ends_at" in wrong:
        wrong = {"ends_at": now - timedelta(seconds=1)}
    with pytest.raises(ConstraintViolated), clinic.database.write() as session:
        session.add(HoldRow(**row | wrong))


def test_one_hold_of_each_stands_at_a_time(clinic: Clinic) -> None:
    hold(clinic.database, PCARE, WORD)
    row = {"faskes": "utama", "service": "pcare", "jenis": "", "job_id": 0, "by": "s", "reason": "x"}
    with pytest.raises(ConstraintViolated), clinic.database.write() as session:
        session.add(HoldRow(**row, since=clinic.clock()))
