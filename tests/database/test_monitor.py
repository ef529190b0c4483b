"""What staff watch: the cards, the table that follows the job type, and what earlier days left open."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from bpjs_client.jenis import Jenis, Service
from database.jobs.verdict import Verdict
from database.services.pauses import pause
from database.status import FILTER_WORDS, Status
from database.views.monitor import Filter, Monitor, columns, look, today
from database.vocabulary import Reason
from tests.database.clinic import Clinic

ALL = Filter()
HEAD = ["Tanggal", "Norm", "Nama Pasien"]
TAIL = ["Status", "HTTP", "Percobaan", "Pesan"]


def seen(clinic: Clinic, chosen: Filter = ALL, limit: int = 50) -> Monitor:
    return look(clinic.database, chosen, limit=limit)


def ids(clinic: Clinic, chosen: Filter) -> list[int]:
    return [row["id"] for row in seen(clinic, chosen).rows]


def row_of(clinic: Clinic, job_id: int, chosen: Filter = ALL) -> dict[str, Any]:
    (row,) = (row for row in seen(clinic, chosen).rows if row["id"] == job_id)
    return row


@pytest.fixture
def one_of_each(clinic: Clinic) -> dict[Status, int]:
    """A job in each status, each of its own patient."""
    made = {status: clinic.hand_over(norm=f"RM-{status}") for status in Status}
    for status, job_id in made.items():
        if status is not Status.MENUNGGU:
            clinic.bring_to(job_id, status)
    return made


def test_an_empty_database_shows_four_cards_of_nothing(clinic: Clinic) -> None:
    assert seen(clinic) == Monitor(
        cards={"total": 0, "menunggu": 0, "berhasil": 0, "gagal": 0},
        columns=[*HEAD, "Jenis", *TAIL],
        rows=[],
        open_before={"gagal": 0, "menunggu": 0},
        stopped_lines=[],
    )


def test_each_status_counts_in_its_card_and_what_is_closed_in_none(
    clinic: Clinic, one_of_each: dict[Status, int]
) -> None:
    assert seen(clinic).cards == {"total": 5, "menunggu": 3, "berhasil": 1, "gagal": 1}
    assert len(seen(clinic).rows) == len(one_of_each) == 6


@pytest.mark.parametrize("word", FILTER_WORDS)
def test_a_word_of_the_page_chooses_its_statuses(
    clinic: Clinic, one_of_each: dict[Status, int], word: str
) -> None:
    shown = {row["status"] for row in seen(clinic, Filter(status=word)).rows}
    expected = {
        "semua": {"menunggu", "proses", "tidak_pasti", "terkirim", "gagal", "ditutup"},
        "tidak-terkirim": {"gagal"},
        "belum-diproses": {"menunggu", "proses", "tidak_pasti"},
        "terkirim": {"terkirim"},
    }
    assert shown == expected[word]


def test_the_cards_count_what_the_filter_lets_through(clinic: Clinic, one_of_each: dict[Status, int]) -> None:
    assert seen(clinic, Filter(norm="RM-gagal")).cards == {
        "total": 1,
        "menunggu": 0,
        "berhasil": 0,
        "gagal": 1,
    }


def test_each_filter_leaves_out_the_others_and_together_they_narrow(clinic: Clinic) -> None:
    first = clinic.hand_over("tambah-antrean", "RM-1")
    other_type = clinic.hand_over("tambah-pendaftaran", "RM-1")
    other_norm = clinic.hand_over("tambah-antrean", "RM-10")
    day = today(clinic.database)
    clinic.clock.advance(days=1)
    next_day = clinic.hand_over("tambah-antrean", "RM-1")
    assert ids(clinic, ALL) == [next_day, other_norm, other_type, first]
    assert ids(clinic, Filter(jenis=Jenis.TAMBAH_ANTREAN)) == [next_day, other_norm, first]
    assert ids(clinic, Filter(norm="RM-1")) == [next_day, other_type, first]
    assert ids(clinic, Filter(tanggal=day)) == [other_norm, other_type, first]
    assert ids(clinic, Filter(Jenis.TAMBAH_ANTREAN, day, "RM-1", "belum-diproses")) == [first]
    assert ids(clinic, Filter(norm="RM-")) == []


def test_a_limit_shortens_the_table_to_the_newest_and_not_the_cards(clinic: Clinic) -> None:
    made = [clinic.hand_over(norm=f"RM-{number}") for number in range(5)]
    shown = seen(clinic, limit=2)
    assert [row["id"] for row in shown.rows] == [made[4], made[3]]
    assert shown.cards["total"] == 5


# What each job type shows between the patient and the status.
OWN_COLUMNS = {
    None: ["Jenis"],
    Jenis.TAMBAH_ANTREAN: ["Poli", "Dokter", "Jam Praktik", "No. Antrean"],
    Jenis.PANGGIL_ANTREAN: ["Poli", "Hadir (1/2)"],
    Jenis.BATAL_ANTREAN: ["Poli", "Alasan"],
    Jenis.TAMBAH_PENDAFTARAN: ["Poli", "Tgl. Daftar", "No. Urut"],
    Jenis.TAMBAH_KUNJUNGAN: ["Poli", "Tgl. Daftar", "Dokter", "Diagnosa", "No. Kunjungan"],
    Jenis.HAPUS_PENDAFTARAN: ["Poli", "Tgl. Daftar"],
    Jenis.HAPUS_KUNJUNGAN: ["Poli", "Tgl. Daftar"],
}


@pytest.mark.parametrize("jenis", [None, *Jenis])
def test_the_columns_follow_the_job_type(jenis: Jenis | None) -> None:
    assert columns(jenis) == [*HEAD, *OWN_COLUMNS[jenis], *TAIL]


@pytest.mark.parametrize("jenis", list(Jenis))
def test_a_row_holds_a_value_for_each_column_of_its_type(clinic: Clinic, jenis: Jenis) -> None:
    job_id = clinic.hand_over(jenis.value)
    row = row_of(clinic, job_id, Filter(jenis=jenis))
    assert set(OWN_COLUMNS[jenis]) <= row.keys()
    assert row["Poli"] == "001"


def test_a_row_of_any_type_holds_what_the_general_table_shows(clinic: Clinic) -> None:
    row = row_of(clinic, clinic.hand_over())
    assert row == {
        "id": row["id"],
        "tanggal": "2026-09-14",
        "norm": "RM-1",
        "nama_pasien": "Pasien Contoh",
        "jenis": "tambah-antrean",
        "status": "menunggu",
        "http_code": None,
        "attempts": 0,
        "message": "",
        "faskes": "utama",
    }


NUMBERS = {
    Jenis.TAMBAH_PENDAFTARAN: ("No. Urut", "A12"),
    Jenis.TAMBAH_KUNJUNGAN: ("No. Kunjungan", "0114U1630914Y000123"),
}


@pytest.mark.parametrize("jenis", NUMBERS)
def test_the_number_that_bpjs_gave_stands_in_its_column(clinic: Clinic, jenis: Jenis) -> None:
    job_id = clinic.hand_over(jenis.value)
    heading, number = NUMBERS[jenis]
    assert row_of(clinic, job_id, Filter(jenis=jenis))[heading] is None
    clinic.bring_to(job_id, Status.TERKIRIM)
    assert row_of(clinic, job_id, Filter(jenis=jenis))[heading] == number


def test_wrong_fields_are_named_in_the_message(clinic: Clinic) -> None:
    job_id = clinic.hand_over(kodedokter="dua")
    row = row_of(clinic, job_id)
    assert row["status"] == "gagal"
    assert row["message"].startswith("kodedokter: ")


def test_a_job_that_waits_for_another_says_for_which(clinic: Clinic) -> None:
    before = clinic.hand_over("tambah-pendaftaran")
    after = clinic.hand_over("tambah-kunjungan")
    assert row_of(clinic, after)["message"] == f"menunggu tambah-pendaftaran #{before} (menunggu)"


def test_a_job_whose_service_is_paused_says_so_and_the_head_since_when(clinic: Clinic) -> None:
    job_id = clinic.hand_over("tambah-pendaftaran")
    pause(clinic.database, "utama", Service.PCARE, "Kata sandi PCare ditolak.", mark="tanda")
    shown = seen(clinic)
    assert shown.rows[0]["id"] == job_id
    assert shown.rows[0]["message"] == "layanan pcare dijeda: Kata sandi PCare ditolak."
    assert shown.stopped_lines == ["Layanan pcare dijeda sejak 08:00:00: Kata sandi PCare ditolak."]


# How far off the next try is -> how the clinic's clock tells it, in Jakarta.
NEXT_TRIES = {
    timedelta(minutes=5): "dicoba lagi 08:05:00",
    timedelta(hours=16): "dicoba lagi 15-09-2026 00:00",
}


@pytest.mark.parametrize("wait", NEXT_TRIES)
def test_a_postponed_job_says_in_local_time_when_it_goes_again(clinic: Clinic, wait: timedelta) -> None:
    job_id = clinic.take(clinic.hand_over())
    clinic.finish(job_id, Verdict(Status.MENUNGGU, Reason.BUSY, "BPJS sibuk.", due_in=wait))
    assert row_of(clinic, job_id)["message"] == f"BPJS sibuk. · {NEXT_TRIES[wait]}"


def test_days_begin_at_midnight_of_the_clinic_and_not_of_greenwich(clinic: Clinic) -> None:
    clinic.clock.now = datetime(2026, 9, 14, 16, 59, tzinfo=UTC)
    before = clinic.hand_over(norm="RM-1")
    clinic.clock.advance(minutes=2)
    after = clinic.hand_over(norm="RM-2")
    assert [row_of(clinic, job_id)["tanggal"] for job_id in (before, after)] == ["2026-09-14", "2026-09-15"]
    assert ids(clinic, Filter(tanggal=today(clinic.database))) == [after]


def test_the_head_tells_what_earlier_days_left_open_whatever_the_filter(
    clinic: Clinic, one_of_each: dict[Status, int]
) -> None:
    assert seen(clinic).open_before == {"gagal": 0, "menunggu": 0}
    clinic.clock.advance(days=1)
    left = {"gagal": 1, "menunggu": 3}
    assert seen(clinic).open_before == left
    assert seen(clinic, Filter(norm="tidak ada")).open_before == left


def test_of_another_clinic_neither_leftovers_nor_outages_are_told(clinic: Clinic) -> None:
    clinic.bring_to(clinic.hand_over(faskes="klinik-a"), Status.GAGAL)
    pause(clinic.database, "klinik-a", Service.PCARE, "Kata sandi ditolak.", mark="tanda")
    clinic.clock.advance(days=1)
    theirs, others = (seen(clinic, Filter(faskes=faskes)) for faskes in ("klinik-a", "klinik-b"))
    assert (theirs.open_before["gagal"], len(theirs.stopped_lines)) == (1, 1)
    assert (others.open_before["gagal"], others.stopped_lines) == (0, [])
    assert seen(clinic, Filter(tanggal=today(clinic.database))).rows == []
