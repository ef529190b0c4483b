"""Codes are checked against the clinic's reference data before a job is sent, and nothing else stops it."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import pytest

from bpjs_client.exchange import JSON
from bpjs_client.references import BY_NAME, Item
from database import Database
from database.faskes_name import UTAMA
from database.references.store import store_failure, store_reference
from tests.tasks.bodies import BODIES, CARD, NIK
from tests.tasks.desk import Desk, antrean, pcare

DAY = "2026-09-14"


def pairs(*rows: str, varian: str = "") -> list[Item]:
    return [Item(varian, row.split(" ", 1)[0], row.split(" ", 1)[1], {}) for row in rows]


def session(poli: str, doctor: int, hours: str, name: str = "dr. Uji") -> Item:
    row: dict[str, JSON] = {"kodepoli": poli, "kodedokter": doctor, "jampraktek": hours}
    return Item(DAY, f"{poli}/{doctor}/{hours}", name, row)


HELD: dict[str, list[Item]] = {
    "pcare/poli": pairs("001 POLI UMUM", "002 POLI GIGI & MULUT"),
    "pcare/dokter": pairs("123456 dr. Contoh", "654321 dr. Lain"),
    "pcare/kesadaran": pairs("01 Compos mentis", "02 Somnolence"),
    "pcare/diagnosa": [
        Item("", "J00", "Selesma", {"nonSpesialis": True}),
        Item("", "J18.9", "Pneumonia", {"nonSpesialis": False}),
        *pairs(*(f"K{number:02} Gangguan cerna {number}" for number in range(30))),
    ],
    "pcare/prognosa": pairs("01 Sanam", "02 Bonam"),
    "pcare/alergi": [
        *pairs("00 Tidak Ada", "01 Seafood", varian="01"),
        *pairs("00 Tidak Ada", varian="02"),
        *pairs("00 Tidak Ada", "03 Obat Lain", varian="03"),
    ],
    "pcare/status-pulang": [
        *pairs("3 Berobat Jalan", "4 Rujuk Lanjut", varian="false"),
        *pairs("9 Lain-lain", varian="true"),
    ],
    "antrean/poli": pairs("001 POLI UMUM", "002 POLI GIGI", varian=DAY),
    "antrean/dokter": [
        session("001", 123456, "08:00-12:00"),
        session("001", 123456, "13:00-15:00"),
        session("001", 77, "08:00-12:00", "dr. Pagi"),
    ],
}
REFERRAL = {
    "kdStatusPulang": "4",
    "rujukLanjut": {
        "tglEstRujuk": "15-09-2026",
        "kdppk": "0000R000",
        "subSpesialis": {"kdSubSpesialis1": "3", "kdSarana": None},
        "khusus": None,
    },
}


def ok(request: httpx.Request) -> httpx.Response:
    if "antrean" in request.url.path:
        return antrean(200)
    visit = {"field": "noKunjungan", "message": "012345670926Y000123"}
    registration = {"field": "noUrut", "message": "B12"}
    return pcare(201, "CREATED", visit if "kunjungan" in request.url.path else registration)


@pytest.fixture
def now() -> list[datetime]:
    return [datetime(2026, 9, 14, 6, 0, tzinfo=UTC)]


@pytest.fixture
def clock(now: list[datetime]) -> Callable[[], datetime]:
    return lambda: now[0]


@pytest.fixture
def hold(database: Database) -> Callable[..., None]:
    """Stores reference data as if just synced."""

    def store(*names: str) -> None:
        for name in names or HELD:
            reference = BY_NAME[name]
            store_reference(
                database,
                UTAMA,
                reference,
                HELD[name],
                variants=[DAY] if reference.dated else None,
                started_at=database.clock(),
                seconds=1,
            )

    return store


# jenis, what is changed in a good body, then the start of each complaint.
WRONG: list[tuple[str, dict[str, Any], list[str]]] = [
    ("tambah-pendaftaran", {"kdPoli": "01"}, ["kdPoli: Tidak ada di referensi poli BPJS (mungkin: 001 POLI UMUM"]),
    ("tambah-kunjungan", {"kdPoli": "999"}, ["kdPoli: Tidak ada di referensi poli BPJS"]),
    ("tambah-kunjungan", {"kdDokter": "123465"}, ["kdDokter: Tidak ada di referensi dokter BPJS (mungkin: 123456 dr. Contoh"]),
    ("tambah-kunjungan", {"kdDiag1": "J0"}, ["kdDiag1: Tidak ada di referensi diagnosa BPJS (mungkin: J00 Selesma"]),
    ("tambah-kunjungan", {"kdDiag2": "K99", "kdDiag3": "X"}, ["kdDiag2: Tidak ada", "kdDiag3: Tidak ada"]),
    ("tambah-kunjungan", {"kdDiag1": "pneumonia"}, ["kdDiag1: Tidak ada di referensi diagnosa BPJS (mungkin: J18.9 Pneumonia"]),
    ("tambah-kunjungan", {"kdSadar": "04"}, ["kdSadar: Tidak ada di referensi kesadaran BPJS (mungkin: 01 Compos mentis"]),
    ("tambah-kunjungan", {"kdPrognosa": "05"}, ["kdPrognosa: Tidak ada"]),
    ("tambah-kunjungan", {"alergiMakan": "03"}, ["alergiMakan: Tidak ada"]),
    ("tambah-kunjungan", {"alergiUdara": "01"}, ["alergiUdara: Tidak ada"]),
    ("tambah-kunjungan", {"alergiObat": "01"}, ["alergiObat: Tidak ada"]),
    ("tambah-kunjungan", {"kdStatusPulang": "5"}, ["kdStatusPulang: Tidak ada"]),
    ("tambah-kunjungan", {**REFERRAL, "kdTacc": -1}, ["kdTacc: Wajib diisi"]),
    ("tambah-kunjungan", {**REFERRAL, "kdTacc": "-1"}, ["kdTacc: Wajib diisi"]),
    ("tambah-kunjungan", {**REFERRAL, "kdTacc": 0, "kdSadar": "03"}, ["kdSadar: Tidak ada", "kdTacc: Wajib diisi"]),
    ("tambah-antrean", {"kodepoli": "003"}, ["kodepoli: Tidak ada di referensi poli BPJS (mungkin: 001 POLI UMUM, 002 POLI GIGI)"]),
    ("panggil-antrean", {"kodepoli": "1"}, ["kodepoli: Tidak ada"]),
    ("batal-antrean", {"kodepoli": "1"}, ["kodepoli: Tidak ada"]),
    ("tambah-antrean", {"kodedokter": 123}, ["kodedokter: Tidak berpraktik di poli itu hari itu (jadwal: 123456 dr. Uji, 77 dr. Pagi)"]),
    ("tambah-antrean", {"jampraktek": "07:00-12:00"}, ["jampraktek: Bukan jam praktik dokter itu hari itu (jadwal: 08:00-12:00, 13:00-15:00)"]),
]  # fmt: skip


@pytest.mark.parametrize(("jenis", "changed", "complaints"), WRONG)
def test_an_unknown_code_is_caught_before_it_is_sent_and_named(
    database: Database, hold: Callable[..., None], jenis: str, changed: dict[str, Any], complaints: list[str]
) -> None:
    hold()
    here = Desk(database, ok)

    job_id = here.hand_over(jenis, **changed)
    here.deliver(job_id)

    job = here.job(job_id)
    assert (job.status, job.reason, job.attempts, here.requests) == ("gagal", "kode-tidak-dikenal", 0, [])
    said = (job.message or "").split("; ")
    assert len(said) == len(complaints)
    assert all(text.startswith(start) for text, start in zip(said, complaints, strict=True)), said


RIGHT: list[tuple[str, dict[str, Any]]] = [
    *((jenis, {}) for jenis in ("tambah-antrean", "panggil-antrean", "tambah-pendaftaran", "tambah-kunjungan")),
    ("tambah-kunjungan", {"kdDiag1": "J189", "kdDiag2": "j18.9", "kdDiag3": ""}),
    ("tambah-kunjungan", {"alergiMakan": "01", "alergiObat": "03"}),
    ("tambah-kunjungan", {**REFERRAL, "kdTacc": 3, "alasanTacc": "J18.9 - Pneumonia"}),
    ("tambah-kunjungan", {**REFERRAL, "kdDiag1": "J18.9", "kdTacc": -1}),
    ("tambah-antrean", {"jampraktek": "13:00-15:00"}),
    # Nothing is known of that day, and of a poli without any schedule BPJS decides.
    ("tambah-antrean", {"tanggalperiksa": "2026-10-30", "kodedokter": 1}),
    ("tambah-antrean", {"kodepoli": "002", "kodedokter": 1}),
]  # fmt: skip


@pytest.mark.parametrize(("jenis", "changed"), RIGHT)
def test_known_codes_are_sent(
    database: Database, hold: Callable[..., None], jenis: str, changed: dict[str, Any]
) -> None:
    hold()
    here = Desk(database, ok)

    here.deliver(job_id := here.hand_over(jenis, **changed))

    assert here.job(job_id).status == "terkirim", here.job(job_id).message


UNKNOWN = {"kdPoli": "999"}


def sent(here: Desk) -> bool:
    """Whether a job with an unknown code reached BPJS."""
    here.deliver(here.hand_over("tambah-pendaftaran", **UNKNOWN))
    return bool(here.requests)


def test_without_reference_data_bpjs_decides(database: Database) -> None:
    assert sent(Desk(database, ok))


def test_a_reference_that_bpjs_left_empty_refuses_nothing(database: Database) -> None:
    store_reference(
        database, UTAMA, BY_NAME["pcare/poli"], [], variants=None, started_at=database.clock(), seconds=1
    )

    assert sent(Desk(database, ok))


@pytest.mark.parametrize(("hours", "is_sent"), [(35, False), (37, True)])
def test_stale_reference_data_refuses_nothing(
    database: Database, hold: Callable[..., None], now: list[datetime], hours: int, is_sent: bool
) -> None:
    hold()
    now[0] += timedelta(hours=hours)

    assert sent(Desk(database, ok)) == is_sent


def test_a_sync_that_failed_makes_nothing_fresh(
    database: Database, hold: Callable[..., None], now: list[datetime]
) -> None:
    hold()
    now[0] += timedelta(hours=40)
    store_failure(database, UTAMA, BY_NAME["pcare/poli"], "tidak terbaca", started_at=now[0], seconds=1)

    assert sent(Desk(database, ok))


def test_one_setting_turns_the_check_off(
    database: Database, hold: Callable[..., None], monkeypatch: pytest.MonkeyPatch
) -> None:
    hold()
    monkeypatch.setenv("BPJS_CHECK_REFERENCES", "false")

    assert sent(Desk(database, ok))


def test_a_code_that_was_just_added_is_known_at_once(database: Database, hold: Callable[..., None]) -> None:
    hold()
    here = Desk(database, ok)
    assert not sent(here)
    added = [*HELD["pcare/poli"], *pairs("999 POLI BARU")]
    store_reference(
        database, UTAMA, BY_NAME["pcare/poli"], added, variants=None, started_at=database.clock(), seconds=1
    )

    here.deliver(here.hand_over("tambah-pendaftaran", norm="RM-2", **UNKNOWN))

    assert len(here.requests) == 1


def test_a_write_that_may_have_arrived_is_looked_up_and_not_refused_here(
    database: Database, hold: Callable[..., None], now: list[datetime]
) -> None:
    def lost(request: httpx.Request) -> httpx.Response:
        raise httpx.ReadTimeout("lost", request=request)

    here = Desk(database, lost)
    job_id = here.hand_over("tambah-antrean", kodepoli="003")
    here.deliver(job_id)
    hold()
    here.answer = lambda request: antrean(201, "Peserta sudah terdaftar di poli tersebut pada hari ini")
    now[0] += timedelta(minutes=5)

    here.deliver(job_id)

    assert here.job(job_id).status == "terkirim"


def test_a_complaint_quotes_nothing_that_was_typed(database: Database, hold: Callable[..., None]) -> None:
    hold()
    here = Desk(database, ok)
    job_id = here.hand_over("tambah-kunjungan", kdPoli=CARD, kdDokter=NIK, kdDiag1=NIK)

    delivered = here.deliver(job_id)

    assert here.job(job_id).status == "gagal"
    for secret in (CARD, NIK):
        assert secret not in (here.job(job_id).message or "") + delivered.text


def test_the_bodies_of_these_tests_are_known() -> None:
    assert BODIES["tambah-antrean"]["tanggalperiksa"] == DAY
