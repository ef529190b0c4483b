"""The clinic's copy of a reference: in step with BPJS, all of it or nothing, with a record of each run."""

import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from sqlalchemy import select, text

from bpjs_client.exchange import JSON
from bpjs_client.references import BY_NAME, Item, Reference
from database import Database
from database.faskes_name import UTAMA
from database.references.search import rows_with, search
from database.references.store import SuspiciousShrink, Synced, last_synced, store_failure, store_reference
from database.storage.dialect import is_file
from database.storage.models import ReferenceItem, Sync
from tests.conftest import KINDS

POLI, OBAT, ANTREAN = BY_NAME["pcare/poli"], BY_NAME["pcare/obat"], BY_NAME["antrean/dokter"]
START = datetime(2026, 9, 14, 5, 0, tzinfo=UTC)


@pytest.fixture
def now() -> list[datetime]:
    return [START]


@pytest.fixture
def clock(now: list[datetime]) -> Callable[[], datetime]:
    return lambda: now[0]


def poli(kode: str, nama: str = "", varian: str = "", **more: JSON) -> Item:
    nama = nama or f"POLI {kode}"
    return Item(varian, kode, nama, {"kdPoli": kode, "nmPoli": nama, **more})


TEN = [poli(f"{number:03}") for number in range(10)]


def store(database: Database, items: list[Item], reference: Reference = POLI, **other: Any) -> Synced:
    settings: dict[str, Any] = {"variants": None, "started_at": database.clock(), "seconds": 0.5, **other}
    return store_reference(database, UTAMA, reference, items, **settings)


def changes(synced: Synced) -> tuple[int, int, int, int]:
    return synced.count, synced.added, synced.changed, synced.removed


def test_what_changed_is_counted_and_what_did_not_is_left_alone(
    database: Database, now: list[datetime]
) -> None:
    assert changes(store(database, TEN)) == (10, 10, 0, 0)
    now[0] += timedelta(days=1)
    assert changes(store(database, TEN)) == (10, 0, 0, 0)
    edited = [poli("000", "POLI UMUM"), *TEN[2:], poli("777")]
    assert changes(store(database, edited)) == (10, 1, 1, 1)
    assert changes(store(database, edited)) == (10, 0, 0, 0)

    with database.read() as session:
        rows = {row.kode: row for row in session.scalars(select(ReferenceItem))}
    assert (rows["000"].changed_at, rows["000"].first_seen) == (now[0], START)
    assert (rows["005"].changed_at, rows["005"].last_seen) == (START, now[0])
    assert (rows["001"].active, rows["001"].last_seen) == (False, now[0])
    assert rows["777"].first_seen == now[0]


def test_a_row_that_comes_back_is_new_again(database: Database) -> None:
    store(database, TEN)
    store(database, TEN[1:])

    assert changes(store(database, TEN)) == (10, 1, 0, 0)
    assert len(search(database, POLI)) == 10


def test_a_drugs_stock_is_kept_but_is_no_change(database: Database) -> None:
    def drug(stock: int) -> list[Item]:
        return [Item("", "1", "Obat", {"kdObat": "1", "nmObat": "Obat", "sedia": stock})]

    store(database, drug(5), OBAT)

    assert changes(store(database, drug(4), OBAT)) == (1, 0, 0, 0)
    assert search(database, OBAT)[0].data["sedia"] == 4


@pytest.mark.parametrize("left", [0, 1, 6])
def test_a_suspicious_shrink_is_not_applied_unless_told(database: Database, left: int) -> None:
    store(database, TEN)

    with pytest.raises(SuspiciousShrink, match=f"{10 - left} dari 10 baris hilang"):
        store(database, TEN[:left])
    assert len(search(database, POLI)) == 10
    assert changes(store(database, TEN[:left], allow_shrink=True)) == (left, 0, 0, 10 - left)


def test_a_reference_that_is_all_other_codes_at_once_is_suspicious(database: Database) -> None:
    store(database, TEN)

    with pytest.raises(SuspiciousShrink):
        store(database, [poli(f"9{number:02}") for number in range(10)])


def test_thirty_percent_gone_is_applied(database: Database) -> None:
    store(database, TEN)

    assert changes(store(database, TEN[3:])) == (7, 0, 0, 3)


def test_rows_of_a_day_are_compared_within_that_day(database: Database) -> None:
    def session(day: str, doctor: int) -> Item:
        return Item(day, f"001/{doctor}/08:00-12:00", "dr. Uji", {"kodedokter": doctor})

    monday, tuesday, wednesday = "2026-09-14", "2026-09-15", "2026-09-16"
    first = [session(day, doctor) for day in (monday, tuesday) for doctor in (1, 2, 3, 4)]
    store(database, first, ANTREAN, variants=[monday, tuesday])

    later = [session(day, doctor) for day in (tuesday, wednesday) for doctor in (1, 2, 3, 5)]
    synced = store(database, later, ANTREAN, variants=[tuesday, wednesday])

    assert changes(synced) == (8, 5, 0, 1)
    monday_rows = [row for row in search(database, ANTREAN) if row.varian == monday]
    assert len(monday_rows) == 4


def test_the_same_code_in_two_variants_is_two_rows(database: Database) -> None:
    both = [poli("00", "Tidak Ada", "01"), poli("00", "Tidak Ada", "02")]

    assert changes(store(database, both)) == (2, 2, 0, 0)
    assert changes(store(database, both)) == (2, 0, 0, 0)


def test_two_syncs_at_once_count_each_new_row_once(database: Database) -> None:
    together = threading.Barrier(2)
    done: list[Synced] = []

    def sync() -> None:
        together.wait()
        done.append(store(database, TEN))

    threads = [threading.Thread(target=sync) for _ in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()

    assert sorted(synced.added for synced in done) == [0, 10]


def test_each_run_is_recorded_and_a_failed_one_says_why(database: Database, now: list[datetime]) -> None:
    store(database, TEN)
    now[0] += timedelta(hours=1)
    failed = store_failure(
        database, UTAMA, POLI, "Layanan BPJS sedang bermasalah.", started_at=now[0], seconds=3
    )

    assert changes(failed) == (0, 0, 0, 0)
    with database.read() as session:
        runs = [(run.count, run.added, run.seconds, run.error) for run in session.scalars(select(Sync))]
    assert runs == [(10, 10, 0.5, None), (0, 0, 3.0, "Layanan BPJS sedang bermasalah.")]
    assert last_synced(database, UTAMA) == {"pcare/poli": START}


DIAGNOSES = [
    Item("", "A01", "Demam tifoid", {}),
    Item("", "A01.0", "Demam tifoid berat", {}),
    Item("", "A90", "Demam dengue 100%", {}),
    Item("", "B01", "Cacar air, A01 dikecualikan", {}),
    Item("", "Z_1", "Tanda_garis 'kutip\" *", {}),
]
SEARCHES = [
    ("", ["A01", "A01.0", "A90", "B01", "Z_1"]),
    ("a01", ["A01", "A01.0", "B01"]),
    ("DEMAM berat", ["A01.0"]),
    ("tifoid demam", ["A01", "A01.0"]),
    ("ir", ["B01"]),
    ("demam x", []),
    ("100%", ["A90"]),
    ("%", ["A90"]),
    ("_", ["Z_1"]),
    ("'kutip\"", ["Z_1"]),
    ('"*', []),
    ("*", ["Z_1"]),
    ("NEAR(demam)", []),
    ("\\", []),
]


@pytest.fixture(params=["with the index of parts", "without it"])
def searched(request: pytest.FixtureRequest, database: Database) -> Database:
    store(database, DIAGNOSES, BY_NAME["pcare/diagnosa"])
    if request.param == "without it" and is_file(database.engine):
        with database.write() as session:
            for step in ("insert", "delete", "update"):
                session.execute(text(f"DROP TRIGGER reference_search_{step}"))
            session.execute(text("DROP TABLE reference_search"))
    return database


@pytest.mark.parametrize(("words", "codes"), SEARCHES)
def test_a_search_finds_parts_of_code_and_name(searched: Database, words: str, codes: list[str]) -> None:
    assert [row.kode for row in search(searched, BY_NAME["pcare/diagnosa"], words)] == codes


def test_a_renamed_row_is_found_by_its_new_name_only(database: Database) -> None:
    store(database, TEN)
    store(database, [poli("000", "KONSELING GIZI"), *TEN[1:]])

    assert [row.kode for row in search(database, POLI, "konseling")] == ["000"]
    assert search(database, POLI, "POLI 000") == []


def test_a_vanished_row_is_not_found(database: Database) -> None:
    store(database, TEN)
    store(database, TEN[1:])

    assert search(database, POLI, "000") == []
    assert rows_with(database, UTAMA, POLI, ["000", "001"]).keys() == {"001"}


def test_another_clinics_rows_are_its_own(database: Database) -> None:
    store(database, TEN)

    assert search(database, POLI, faskes="lain") == []


@pytest.mark.parametrize("database_url", KINDS[:1], indirect=True)
def test_sqlite_searches_by_its_index(database: Database) -> None:
    with database.read() as session:
        plan = session.execute(
            text("EXPLAIN QUERY PLAN SELECT rowid FROM reference_search WHERE reference_search MATCH 'demam'")
        )
        assert "VIRTUAL TABLE INDEX" in str(plan.all())
