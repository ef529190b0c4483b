"""BPJS's words without an explanation are counted by their shape, within a scope, and name nobody."""

from datetime import timedelta

import pytest

from bpjs_client.jenis import Jenis
from database import Database
from database.jobs.verdict import Verdict
from database.status import Status
from database.views.report import Scope
from database.views.unknown_texts import unknown_texts
from database.vocabulary import Reason
from tests.database.clinic import MORNING, Clinic, FakeClock
from tests.leaks import leaks
from tests.tasks.bodies import CARD

TODAY = Scope(MORNING.date(), MORNING.date())


@pytest.fixture
def clinic(database: Database) -> Clinic:
    return Clinic(database, FakeClock())


def failed(clinic: Clinic, message: str, reason: Reason = Reason.REFUSED, **more: str) -> int:
    job_id = clinic.hand_over(more.pop("jenis", "tambah-antrean"), f"RM-{clinic.count()}", **more)
    clinic.take(job_id)
    clinic.finish(job_id, Verdict(Status.GAGAL, reason, message))
    return job_id


def test_alike_texts_are_counted_together_the_most_frequent_first(clinic: Clinic) -> None:
    failed(clinic, "Ikan 3 terbang")
    failed(clinic, "Ikan 4 terbang", jenis="tambah-pendaftaran")
    failed(clinic, "Langit runtuh", Reason.REFUSED_ALONE)
    assert unknown_texts(clinic.database, TODAY) == [("Ikan # terbang", 2), ("Langit runtuh", 1)]


def test_what_the_dictionary_explains_and_what_we_say_ourselves_are_not_counted(clinic: Clinic) -> None:
    failed(clinic, "Waktu tidak valid")
    failed(clinic, "kodepoli: Entah apa", Reason.BAD_BODY)
    failed(clinic, "segel tertukar", Reason.BAD_SEAL)
    waiting = clinic.hand_over(norm="RM-menunggu")
    clinic.take(waiting)
    clinic.finish(waiting, Verdict(Status.MENUNGGU, Reason.BUSY, "Ikan terbang"))
    assert unknown_texts(clinic.database, TODAY) == []


def test_of_a_list_of_fields_only_what_is_unknown_counts_with_its_field(clinic: Clinic) -> None:
    failed(
        clinic,
        "kdPoli: Tidak sesuai dengan referensi sistem.; kdDiag1: Sudah 3 kali",
        jenis="tambah-kunjungan",
    )
    assert unknown_texts(clinic.database, TODAY) == [("kdDiag1: Sudah # kali", 1)]


def test_nobody_is_named(clinic: Clinic) -> None:
    failed(clinic, f"Pasien Contoh ({CARD}) dan Budi tidak dikenal, norm RM-77")
    ((shape, _),) = unknown_texts(clinic.database, TODAY)
    assert leaks(shape) == set()
    assert "Contoh" not in shape
    assert "77" not in shape


def test_a_scope_leaves_the_others_out(clinic: Clinic) -> None:
    failed(clinic, "Ikan terbang", faskes="klinik-melati")
    failed(clinic, "Langit runtuh", jenis="batal-antrean")
    database, day = clinic.database, MORNING.date()
    assert unknown_texts(database, Scope(day, day, faskes="klinik-melati")) == [("Ikan terbang", 1)]
    assert unknown_texts(database, Scope(day, day, jenis=Jenis.BATAL_ANTREAN)) == [("Langit runtuh", 1)]
    assert unknown_texts(database, Scope(day + timedelta(days=1))) == []
    assert unknown_texts(database, Scope(clinics=frozenset())) == []
