"""The KBK report counts a month as BPJS does: each rule, in databases and with deliveries to the simulator."""

from collections.abc import Iterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
from sqlalchemy import event, select, text, update

import tasks.report.kbk
import tasks.report.kbk_words
from bpjs_client.contact import Contact
from bpjs_client.references import BY_NAME, Item
from bpjs_simulator.server import Simulator
from database import Database
from database.faskes_name import UTAMA
from database.jobs.by_hand import Settled, close_by_hand
from database.jobs.resend import Resend, ask_again
from database.references.store import store_reference
from database.status import Status
from database.storage.models import Job
from database.views.contacts import Span
from database.views.missing_contacts import Lack, Missing, list_missing
from tasks.report.kbk import Kbk, make_kbk, span_of
from tasks.report.kbk_words import closing, kbk_figures, notes, outlook, to_do
from tasks.reporting import Reporting, Reportings
from tests.conftest import POSTGRESQL
from tests.database.clinic import Clinic, FakeClock
from tests.database.test_row_seal import swap
from tests.leaks import leaks
from tests.simulator.caller import DOCTOR
from tests.tasks.screening import PatientDay, untouched
from tests.tasks.test_srbk import REFERRED, special

# Columns that differ from job to job.
VARIED = {"id", "kunci", "rantai", "faskes", "tgl_daftar"}
SEPTEMBER, DAY = date(2026, 9, 1), "14-09-2026"
TACC: dict[str, Any] = {"kdTacc": 1, "alasanTacc": "< 3 Hari"}
RRNS = "Rasio rujukan non spesialistik (RRNS)"
WELL: dict[str, Any] = {"kunjSakit": False, "kdPoli": "021", "kdTkp": "50"}


@pytest.fixture
def clock() -> FakeClock:
    return FakeClock()


@pytest.fixture
def clinic(database: Database, clock: FakeClock) -> Clinic:
    return Clinic(database, clock)


def card(number: int) -> str:
    return f"0001{number:09}"


def kbk(clinic: Clinic, month: date = SEPTEMBER, faskes: str = "utama", **reporting: Any) -> Kbk:
    (made,) = make_kbk(clinic.database, [faskes], Reportings(Reporting(**reporting)), month=month)
    return made


def missing(clinic: Clinic, month: date = SEPTEMBER) -> list[Missing]:
    return list_missing(clinic.database, span_of(month, ["utama"]), limit=100)


def delivered(clinic: Clinic, jenis: str, number: int, **changes: Any) -> int:
    norm = f"RM-{number}"
    return clinic.bring_to(clinic.hand_over(jenis, norm, noKartu=card(number), **changes), Status.TERKIRIM)


def healthy(clinic: Clinic, number: int, **changes: Any) -> int:
    return delivered(clinic, "tambah-pendaftaran", number, **{**WELL, **changes})


def sick(clinic: Clinic, number: int, day: str = DAY, /, **changes: Any) -> tuple[int, int]:
    """A registration and its visit, both delivered."""
    frame = {name: changes[name] for name in ("faskes",) if name in changes}
    registration = delivered(clinic, "tambah-pendaftaran", number, tglDaftar=day, **frame)
    return registration, delivered(clinic, "tambah-kunjungan", number, tglDaftar=day, **changes)


def test_a_participant_counts_once_a_month_and_every_contact_counts(clinic: Clinic) -> None:
    sick(clinic, 1, "01-09-2026")
    sick(clinic, 1, "14-09-2026")
    healthy(clinic, 1, tglDaftar="20-09-2026")
    sick(clinic, 2)
    found = kbk(clinic)
    assert (found.participants, found.sick, found.healthy) == (2, 3, 1)


def test_a_participant_is_known_by_the_card_and_not_by_the_norm(clinic: Clinic) -> None:
    for norm in ("RM-1", "RM-1-LAMA"):
        job_id = clinic.hand_over("tambah-pendaftaran", norm, **WELL, tglDaftar=f"1{len(norm) % 3}-09-2026")
        clinic.bring_to(job_id, Status.TERKIRIM)
    assert (kbk(clinic).participants, kbk(clinic).healthy) == (1, 2)


def test_each_clinic_counts_its_own(clinic: Clinic) -> None:
    sick(clinic, 1)
    sick(clinic, 1, faskes="klinik-melati")
    sick(clinic, 2, faskes="klinik-melati")
    assert (kbk(clinic).participants, kbk(clinic, faskes="klinik-melati").participants) == (1, 2)


def test_what_is_stored_to_count_participants_names_nobody_and_joins_no_clinics(clinic: Clinic) -> None:
    first, _ = sick(clinic, 1)
    other, _ = sick(clinic, 1, faskes="klinik-melati")
    again, _ = sick(clinic, 1, "15-09-2026")
    marks = [clinic.job(job_id).peserta for job_id in (first, again, other)]
    assert marks[0] == marks[1] != marks[2]
    assert all(isinstance(mark, int) and mark > 2**32 for mark in marks)
    queue = clinic.hand_over("tambah-antrean", "RM-9")
    assert (clinic.job(queue).peserta, clinic.job(queue).kontak) == (None, None)


def test_a_healthy_visit_is_complete_as_a_registration(clinic: Clinic) -> None:
    healthy(clinic, 1)
    assert (kbk(clinic).healthy, kbk(clinic).sick, missing(clinic)) == (1, 0, [])


def test_a_sick_registration_alone_is_no_contact_and_is_missing(clinic: Clinic) -> None:
    registration = delivered(clinic, "tambah-pendaftaran", 1)
    found, (lack,) = kbk(clinic), missing(clinic)
    assert (found.participants, found.sick, found.missing) == (0, 0, {Lack.NO_VISIT: 1})
    assert (lack.id, lack.lack) == (registration, Lack.NO_VISIT)
    assert "serahkan kunjungannya" in to_do(lack)


def test_a_deleted_registration_does_not_count_and_misses_nothing(clinic: Clinic) -> None:
    healthy(clinic, 1)
    delivered(clinic, "tambah-pendaftaran", 2)
    for number, poli in ((1, "021"), (2, "001")):
        delivered(clinic, "hapus-pendaftaran", number, kdPoli=poli, noUrut="A12")
    found = kbk(clinic)
    assert (found.participants, found.healthy, found.missing) == (0, 0, {})


def test_registered_again_after_its_deletion_it_counts_again(clinic: Clinic) -> None:
    healthy(clinic, 1)
    delivered(clinic, "hapus-pendaftaran", 1, kdPoli="021", noUrut="A12")
    healthy(clinic, 1)
    assert (kbk(clinic).participants, kbk(clinic).healthy) == (1, 1)


def test_a_deleted_visit_does_not_count_and_leaves_its_registration_without_one(clinic: Clinic) -> None:
    registration, _ = sick(clinic, 1)
    delivered(clinic, "hapus-kunjungan", 1)
    found = kbk(clinic)
    assert (found.participants, found.sick) == (0, 0)
    assert [lack.id for lack in missing(clinic)] == [registration]


def test_a_deletion_that_did_not_arrive_is_missing_and_the_visit_still_counts(clinic: Clinic) -> None:
    sick(clinic, 1)
    deletion = clinic.bring_to(clinic.hand_over("hapus-kunjungan", "RM-1", noKartu=card(1)), Status.GAGAL)
    (lack,) = missing(clinic)
    assert (kbk(clinic).sick, lack.id) == (1, deletion)
    assert to_do(lack).startswith("di BPJS masih terhitung")


@pytest.mark.parametrize("first", [WELL, {"kdPoli": "021"}], ids=["healthy", "sick"])
def test_several_jobs_of_one_card_day_and_poli_are_one_contact(clinic: Clinic, first: dict[str, Any]) -> None:
    delivered(clinic, "tambah-pendaftaran", 1, **first)
    delivered(clinic, "tambah-kunjungan", 1, kdPoli="021", **REFERRED, kdTacc=-1)
    delivered(clinic, "tambah-kunjungan", 1, kdPoli="021")
    found = kbk(clinic)
    assert (found.participants, found.sick, found.healthy, found.referrals) == (1, 1, 0, 0)


def test_a_visit_in_a_chain_of_its_own_is_the_registrations(clinic: Clinic) -> None:
    delivered(clinic, "tambah-pendaftaran", 1, rantai="R-1")
    delivered(clinic, "tambah-kunjungan", 1)
    assert (kbk(clinic).sick, missing(clinic)) == (1, [])


def test_a_visit_of_another_card_day_or_poli_is_not_the_registrations(clinic: Clinic) -> None:
    registration = delivered(clinic, "tambah-pendaftaran", 1, rantai="R-1")
    others: list[dict[str, Any]] = [{"noKartu": card(2)}, {"tglDaftar": "15-09-2026"}, {"kdPoli": "002"}]
    for changes in others:
        body = {"noKartu": card(1), **changes}
        clinic.bring_to(clinic.hand_over("tambah-kunjungan", "RM-1", **body), Status.TERKIRIM)
    assert [lack.id for lack in missing(clinic)] == [registration]


def test_a_code_with_a_space_is_the_same_poli(clinic: Clinic) -> None:
    delivered(clinic, "tambah-pendaftaran", 1)
    delivered(clinic, "tambah-kunjungan", 1, kdPoli="001 ")
    assert (kbk(clinic).sick, missing(clinic)) == (1, [])


def test_a_deletion_in_a_chain_of_its_own_deletes(clinic: Clinic) -> None:
    healthy(clinic, 1)
    delivered(clinic, "hapus-pendaftaran", 1, kdPoli="021", noUrut="A12", rantai="H-1")
    registration, _ = sick(clinic, 2)
    delivered(clinic, "hapus-kunjungan", 2, noKunjungan="0114U1630914Y000123", rantai="H-2")
    found = kbk(clinic)
    assert (found.participants, found.healthy, found.sick) == (0, 0, 0)
    assert [lack.id for lack in missing(clinic)] == [registration]
    healthy(clinic, 1)
    assert kbk(clinic).healthy == 1


def test_a_deletion_that_staff_closed_as_done_already_deletes(clinic: Clinic) -> None:
    sick(clinic, 1)
    for jenis, changes in (("hapus-kunjungan", {}), ("hapus-pendaftaran", {"noUrut": "A12"})):
        deletion = clinic.hand_over(jenis, "RM-1", noKartu=card(1), **changes)
        clinic.bring_to(deletion, Status.GAGAL)
        close_by_hand(
            clinic.database, deletion, Settled.ALREADY_THERE, reason="dihapus di PCare", by="petugas"
        )
    found = kbk(clinic)
    assert (found.participants, found.sick, found.missing) == (0, 0, {})


def test_referrals_are_counted_by_tacc(clinic: Clinic) -> None:
    sick(clinic, 1, kdStatusPulang="3", kdTacc=0)
    sick(clinic, 2, **REFERRED, kdTacc=-1)
    sick(clinic, 3, **{**REFERRED, **TACC})
    sick(clinic, 4, **special("HDL"))
    sick(clinic, 5, **{**REFERRED, **TACC, "kdTacc": "1"})
    found = kbk(clinic)
    assert (found.sick, found.referrals, found.with_tacc, found.without_tacc) == (5, 4, 2, 2)
    assert found.contacts[Contact.REFERRED_SPECIALLY] == 1
    assert found.referred_share == pytest.approx(2 / 5)
    assert kbk_figures(found)["Rujukan tanpa TACC"] == "2, 1 di antaranya ke layanan khusus"


def test_of_referrals_without_tacc_those_of_a_non_specialist_diagnosis_are_rrns(clinic: Clinic) -> None:
    sick(clinic, 1, **REFERRED, kdDiag1="j00")
    sick(clinic, 2, **REFERRED, kdDiag1="A010")
    sick(clinic, 3, **{**REFERRED, **TACC, "kdDiag1": "J00"})
    sick(clinic, 4, **special("HDL"), kdDiag1="N18")
    assert "sinkronkan dulu" in kbk_figures(kbk(clinic))[RRNS]
    sync_diagnoses(clinic)
    found = kbk(clinic)
    assert (found.non_specialist, found.rrns) == (1, 0.25)
    assert kbk_figures(found)[RRNS] == "25,0 % (1 dari 4 rujukan)"


def sync_diagnoses(clinic: Clinic, faskes: str = UTAMA) -> None:
    reference = BY_NAME["pcare/diagnosa"]
    items = [
        Item("", code, "Contoh", {"kdDiag": code, "nonSpesialis": code == "J00"})
        for code in ("J00", "A01.0", "N18")
    ]
    now = clinic.database.clock()
    store_reference(clinic.database, faskes, reference, items, variants=None, started_at=now, seconds=0.1)


def test_a_referral_that_was_handed_over_twice_is_one_in_rrns_too(clinic: Clinic) -> None:
    sick(clinic, 1, **REFERRED, kdDiag1="J00")
    delivered(clinic, "tambah-kunjungan", 1, **REFERRED, kdDiag1="J00")
    sync_diagnoses(clinic)
    assert kbk_figures(kbk(clinic))[RRNS] == "100,0 % (1 dari 1 rujukan)"


def test_too_many_referrals_of_one_clinic_are_said_and_leave_the_others_their_rrns(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    for module in (tasks.report.kbk, tasks.report.kbk_words):
        monkeypatch.setattr(module, "MOST_DIAGNOSES", 1)
    for number in (1, 2):
        sick(clinic, number, **REFERRED, kdDiag1="J00")
    sick(clinic, 1, faskes="klinik-melati", **REFERRED, kdDiag1="J00")
    sync_diagnoses(clinic, "klinik-melati")
    other, many = make_kbk(clinic.database, ["utama", "klinik-melati"], Reportings(), month=SEPTEMBER)
    assert (other.rrns, many.rrns) == (1, None)
    assert "lebih dari" in kbk_figures(many)[RRNS]


@pytest.mark.parametrize(
    ("day", "months"),
    [
        ("31-08-2026", (1, 0, 0)),
        ("01-09-2026", (0, 1, 0)),
        ("30-09-2026", (0, 1, 0)),
        ("01-10-2026", (0, 0, 1)),
    ],
)
def test_the_visits_own_day_decides_the_month(clinic: Clinic, day: str, months: tuple[int, ...]) -> None:
    sick(clinic, 1, day)
    of = [date(2026, 8, 9), SEPTEMBER, date(2026, 10, 31)]
    assert tuple(kbk(clinic, month).sick for month in of) == months


@pytest.mark.parametrize(
    ("instant", "month"),
    [
        (datetime(2026, 9, 30, 16, 59, tzinfo=UTC), 9),  # the 30th, 23:59 in Jakarta
        (datetime(2026, 9, 30, 17, 1, tzinfo=UTC), 10),  # the 1st, 00:01
    ],
)
def test_without_a_day_of_its_own_that_of_hand_over_counts_by_the_clinics_clock(
    clinic: Clinic, instant: datetime, month: int
) -> None:
    clinic.clock.now = instant
    wrong = clinic.hand_over("tambah-kunjungan", "RM-1", tglDaftar="kapan")
    found = {number: missing(clinic, date(2026, number, 1)) for number in (9, 10)}
    assert [lack.id for lack in found[month]] == [wrong]
    assert found[19 - month] == []
    assert make_kbk(clinic.database, ["utama"], Reportings(Reporting(day=1)))[0].first.month == 9


def test_a_visit_sent_in_the_next_month_belongs_to_its_own(clinic: Clinic) -> None:
    clinic.clock.now = datetime(2026, 10, 2, 3, tzinfo=UTC)
    sick(clinic, 1, "30-09-2026")
    assert (kbk(clinic).sick, kbk(clinic, date(2026, 10, 1)).sick) == (1, 0)


def test_every_kind_of_what_is_missing_is_listed_with_what_to_do(clinic: Clinic) -> None:
    refused = clinic.bring_to(clinic.hand_over("tambah-kunjungan", "RM-1", noKartu=card(1)), Status.GAGAL)
    waits = clinic.hand_over("tambah-pendaftaran", "RM-2", noKartu=card(2))
    doubt = clinic.hand_over("tambah-kunjungan", "RM-3", noKartu=card(3))
    clinic.bring_to(doubt, Status.TIDAK_PASTI)
    alone = delivered(clinic, "tambah-pendaftaran", 4)
    clinic.hand_over("tambah-antrean", "RM-5")
    listed = {lack.id: lack.lack for lack in missing(clinic)}
    assert listed == {
        refused: Lack.FAILED,
        waits: Lack.WAITING,
        doubt: Lack.UNCERTAIN,
        alone: Lack.NO_VISIT,
    }
    assert kbk(clinic).missing == dict.fromkeys(listed.values(), 1)
    assert all(to_do(lack) for lack in missing(clinic))


def test_a_registration_whose_visit_is_on_its_way_is_listed_once_by_the_visit(clinic: Clinic) -> None:
    delivered(clinic, "tambah-pendaftaran", 1)
    visit = clinic.hand_over("tambah-kunjungan", "RM-1", noKartu=card(1))
    assert [lack.id for lack in missing(clinic)] == [visit]


def test_what_a_later_job_delivered_is_missed_by_nobody(clinic: Clinic) -> None:
    clinic.bring_to(clinic.hand_over("tambah-pendaftaran", "RM-1", noKartu=card(1), **WELL), Status.GAGAL)
    healthy(clinic, 1)
    assert (kbk(clinic).healthy, missing(clinic)) == (1, [])


def test_what_staff_closed_as_there_already_is_said_and_not_counted(clinic: Clinic) -> None:
    delivered(clinic, "tambah-pendaftaran", 1)
    visit = clinic.bring_to(clinic.hand_over("tambah-kunjungan", "RM-1", noKartu=card(1)), Status.GAGAL)
    close_by_hand(clinic.database, visit, Settled.ALREADY_THERE, reason="dibuat di PCare", by="Sari")
    found = kbk(clinic)
    assert (found.sick, found.missing, found.settled) == (0, {}, 1)
    assert any(said.startswith("1 pekerjaan ditutup petugas") for said in notes(found))


def test_two_patients_of_one_chain_are_told_apart(clinic: Clinic) -> None:
    for number in (1, 2):
        for jenis in ("tambah-pendaftaran", "tambah-kunjungan"):
            clinic.bring_to(
                clinic.hand_over(jenis, f"RM-{number}", noKartu=card(number), rantai="berdua"),
                Status.TERKIRIM,
            )
    clinic.bring_to(
        clinic.hand_over("hapus-kunjungan", "RM-2", noKartu=card(2), rantai="berdua"), Status.TERKIRIM
    )
    assert (kbk(clinic).participants, len(missing(clinic))) == (1, 1)


def test_jobs_older_than_the_columns_are_filled_in_when_their_month_is_reported(clinic: Clinic) -> None:
    sick(clinic, 1, **REFERRED, **TACC)
    healthy(clinic, 1)
    sick(clinic, 2, "01-08-2026")
    whole = kbk(clinic)
    with clinic.database.write() as session:
        session.execute(update(Job).values(peserta=None, kontak=None))
    assert kbk(clinic) == whole
    with clinic.database.read() as session:
        older = session.scalars(select(Job.tgl_daftar).where(Job.kontak.is_(None)).distinct()).all()
    assert older == [date(2026, 8, 1)]


def test_older_jobs_of_which_none_names_a_card_are_filled_in_too(clinic: Clinic) -> None:
    clinic.hand_over("tambah-pendaftaran", noKartu="")
    with clinic.database.write() as session:
        session.execute(update(Job).values(peserta=None, kontak=None))
    assert kbk(clinic).missing == {Lack.FAILED: 1}


def test_what_is_filled_in_is_no_other_patients(clinic: Clinic) -> None:
    one, other = (healthy(clinic, number) for number in (1, 2))
    swap(clinic.database, "jobs", "body", one, other)
    with clinic.database.write() as session:
        session.execute(update(Job).values(peserta=None, kontak=None))
    assert (kbk(clinic).participants, kbk(clinic).contacts) == (0, {})
    assert {clinic.job(job_id).peserta for job_id in (one, other)} == {None}


def test_the_closing_day_is_the_clinics_own(clinic: Clinic) -> None:
    cases = [
        (Reporting(), date(2026, 10, 3), "batas 03-10-2026, 19 hari lagi"),
        (Reporting(day=5), date(2026, 10, 5), "batas 05-10-2026, 21 hari lagi"),
    ]
    for reporting, due, said in cases:
        (found,) = make_kbk(clinic.database, ["utama"], Reportings(own={"utama": reporting}))
        assert (found.first, found.due, closing(found)) == (SEPTEMBER, due, said)


@pytest.mark.parametrize(
    ("now", "month", "said"),
    [
        (datetime(2026, 10, 3, 16, 59, tzinfo=UTC), 9, "batas 03-10-2026, hari ini hari terakhir"),
        (datetime(2026, 10, 3, 17, 1, tzinfo=UTC), 10, "batas 03-11-2026, 30 hari lagi"),
    ],
)
def test_the_month_that_closes_next_is_shown_until_its_day_ends(
    clinic: Clinic, now: datetime, month: int, said: str
) -> None:
    clinic.clock.now = now
    (found,) = make_kbk(clinic.database, ["utama"], Reportings())
    assert (found.first.month, closing(found)) == (month, said)


def test_after_its_day_a_month_is_said_to_be_over(clinic: Clinic) -> None:
    clinic.clock.now = datetime(2026, 10, 6, 3, tzinfo=UTC)
    assert closing(kbk(clinic)) == "batas 03-10-2026 sudah lewat 3 hari"
    delivered(clinic, "tambah-pendaftaran", 1)
    assert closing(kbk(clinic)).endswith("; yang belum di BPJS mungkin tidak dihitung lagi")
    assert outlook(kbk(clinic)) == ""


def test_the_contact_rate_needs_the_registered_participants(clinic: Clinic) -> None:
    sick(clinic, 1)
    assert kbk(clinic).contact_rate is None
    assert "BPJS_REGISTERED_MEMBERS" in kbk_figures(kbk(clinic))["Angka kontak"]
    said = kbk_figures(kbk(clinic, members=8))["Angka kontak"]
    assert said == "125,0 per mil (1 dari 8 peserta terdaftar)"


def test_the_forecast_follows_the_clinics_own_days(clinic: Clinic) -> None:
    # Mondays to Fridays since the 1st, two patients a day; it is Monday the 14th, eight o'clock.
    days = [day for day in range(1, 14) if date(2026, 9, day).weekday() < 5]
    for place, day in enumerate(days):
        sick(clinic, 2 * place, f"{day:02}-09-2026")
        sick(clinic, 2 * place + 1, f"{day:02}-09-2026")
    found = kbk(clinic, members=1000)
    ahead = found.forecast
    assert ahead
    # 9 days so far; from the 14th to the 30th there are 13 more.
    assert (ahead.days_so_far, ahead.days_to_come, ahead.contacts_a_day) == (9, 13, 2.0)
    assert (ahead.contacts, ahead.participants) == (44, 44)
    assert "sekitar 44 peserta dan 44 kontak, angka kontak sekitar 44,0 per mil" in outlook(found)


def test_of_too_few_days_nothing_is_forecast(clinic: Clinic) -> None:
    for day in range(1, 5):
        sick(clinic, day, f"{day:02}-09-2026")
    sick(clinic, 9, "14-09-2026")  # today is no whole day
    found = kbk(clinic)
    assert found.forecast is None
    assert outlook(found).startswith("Belum ada perkiraan akhir bulan: perlu sedikitnya 5 hari layanan")


def test_no_number_of_a_patient_is_in_what_is_told(clinic: Clinic) -> None:
    sick(clinic, 1, **REFERRED)
    clinic.bring_to(clinic.hand_over("tambah-kunjungan", "RM-2", noKartu=card(2)), Status.GAGAL)
    told = f"{kbk(clinic)}{kbk_figures(kbk(clinic))}{missing(clinic)}"
    assert leaks(told) == set()
    assert card(1) not in told
    assert "RM-2" not in told


@POSTGRESQL
def test_a_months_questions_go_by_the_index_of_clinic_and_day(clinic: Clinic) -> None:
    """Of a hundred clinics' years, which a sequential scan would read through."""
    sick(clinic, 1)
    columns = [column.name for column in Job.__table__.columns if column.name not in VARIED]
    others = {"id": "1000 + n", "kunci": "'k' || n", "rantai": "'r' || n", "faskes": "'f' || n % 100"}
    others["tgl_daftar"] = "date '2025-10-01' + n % 365"
    names = ", ".join([*columns, *others])
    fill = f"INSERT INTO jobs ({names}) SELECT {', '.join([*columns, *others.values()])} FROM jobs, "
    asked: list[tuple[str, Any]] = []
    with clinic.database.write() as session:
        session.execute(text(f"{fill} generate_series(1, 20000) AS n WHERE jenis = 'tambah-kunjungan'"))
        session.execute(text("ANALYZE jobs"))
    event.listen(
        clinic.database.engine,
        "before_cursor_execute",
        lambda _connection, _cursor, said, values, *_more: asked.append((said, values)),
    )
    kbk(clinic, faskes="f7")
    list_missing(clinic.database, span_of(SEPTEMBER, ["f7"]), limit=10)
    questions = [(said, values) for said, values in asked if "FROM jobs" in said]
    assert len(questions) >= 8
    with clinic.database.engine.connect() as connection:
        for said, values in questions:
            plan = "\n".join(row[0] for row in connection.exec_driver_sql(f"EXPLAIN {said}", values))
            assert "Seq Scan on jobs" not in plan, plan


@pytest.fixture
def day(database: Database, clock: FakeClock) -> Iterator[PatientDay]:
    """A clinic before the simulator."""
    with Simulator() as simulator:
        yield PatientDay(database, clock, untouched, simulator=simulator)  # type: ignore[arg-type]


def visit(day: PatientDay, number: int, **changes: Any) -> tuple[int, int]:
    registration = day.hand_over("tambah-pendaftaran", number)
    return registration, day.hand_over("tambah-kunjungan", number, kdDokter=str(DOCTOR), **changes)


def counted(day: PatientDay) -> Kbk:
    (found,) = make_kbk(day.database, ["utama"], Reportings())
    return found


def test_a_corrected_visit_counts_once_with_its_new_content(day: PatientDay) -> None:
    _, treated = visit(day, 1)
    day.pass_time(600)
    assert (counted(day).sick, counted(day).referrals) == (1, 0)
    ask_again(day.database, treated, Resend(patch={**REFERRED, **TACC}, reason="rujuk", by="Sari"))
    waiting = counted(day)
    assert (waiting.sick, waiting.referrals, waiting.lacks) == (1, 0, 1)
    day.pass_time(600)
    found = counted(day)
    assert (found.participants, found.sick, found.with_tacc, found.lacks) == (1, 1, 1, 0)


def test_a_corrected_registration_counts_once(day: PatientDay) -> None:
    registration = day.hand_over("tambah-pendaftaran", 1, kunjSakit=False)
    day.pass_time(600)
    ask_again(day.database, registration, Resend(patch={"keluhan": "lain"}, reason="salah", by="Sari"))
    day.pass_time(600)
    found = counted(day)
    assert (found.participants, found.healthy, found.lacks) == (1, 1, 0)


def test_a_day_at_the_simulator_is_counted_as_it_stands_there(day: PatientDay) -> None:
    for number in (1, 2):
        visit(day, number)
    day.hand_over("tambah-pendaftaran", 1, kunjSakit=False, kdPoli="002")
    day.hand_over("tambah-pendaftaran", 3)
    day.pass_time(600)
    day.hand_over("hapus-kunjungan", 2)
    day.pass_time(600)
    assert day.simulator is not None
    ledger = day.simulator.ledger()
    found = counted(day)
    assert found.sick == len(ledger["kunjungan"]) == 1
    assert found.sick + found.healthy + found.missing[Lack.NO_VISIT] == len(ledger["pendaftaran"])
    assert (found.participants, found.healthy, found.missing) == (1, 1, {Lack.NO_VISIT: 2})


def test_a_look_back_is_a_span_of_days() -> None:
    assert span_of(date(2026, 2, 17), ["utama"]) == Span(date(2026, 2, 1), date(2026, 2, 28), ["utama"])
