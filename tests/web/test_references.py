"""Referensi PCare and Antrean: searched, one clinic's alone, and read anew at somebody's word."""

from collections.abc import Sequence
from datetime import timedelta

import pytest

from bpjs_client.exchange import JSON
from bpjs_client.references import BY_NAME, Item
from database import Database
from database.people.acts import last_acts
from database.references.store import store_failure, store_reference
from database.views.monitor import today
from tests.web.site import Site, add
from web.desk import SyncUnavailable

PCARE, ANTREAN, SYNC = (
    "/bpjs-fktp/referensi-pcare",
    "/bpjs-fktp/referensi-antrean",
    "/bpjs-fktp/sinkronisasi",
)
HOSTILE = "<img src=x onerror=alert(1)>"


def store(database: Database, name: str, items: Sequence[Item], faskes: str = "utama") -> None:
    store_reference(
        database,
        faskes,
        BY_NAME[name],
        items,
        variants=None,
        started_at=database.clock(),
        seconds=0.5,
        allow_shrink=True,
    )


def poli(kode: str, nama: str) -> Item:
    return Item("", kode, nama, {"kdPoli": kode, "nmPoli": nama, "poliSakit": True})


@pytest.fixture
def filled(site: Site) -> Site:
    """Two clinics with their polis, and a schedule for one of them."""
    store(site.database, "pcare/poli", [poli("001", "POLI UMUM"), poli("077", HOSTILE)])
    store(site.database, "pcare/poli", [poli("099", "RAHASIA MELATI")], "klinik-melati")
    day = today(site.database)
    polis: list[Item] = []
    sessions: list[Item] = []
    for ahead in range(-1, 9):
        key = (day + timedelta(days=ahead)).isoformat()
        polis.append(Item(key, "001", "POLI UMUM", {}))
        hours = f"0{ahead + 1}:00-12:00"
        data: dict[str, JSON] = {
            "kodepoli": "001",
            "kodedokter": 7,
            "jampraktek": hours,
            "kapasitas": 30,
        }
        sessions.append(Item(key, f"001/7/{hours}", f"dr. {HOSTILE}", data))
    store(site.database, "antrean/poli", [*polis, Item(day.isoformat(), "004", "LAB", {})])
    store(site.database, "antrean/dokter", sessions)
    return site


def test_a_reference_is_searched_by_part_of_code_or_name(filled: Site) -> None:
    client = filled.logged_in("budi")
    whole = client.get(PCARE, params={"jenis": "poli"}).text
    assert "POLI UMUM" in whole
    assert "1–2 dari 2 baris" in whole
    assert "POLI UMUM" not in client.get(PCARE, params={"jenis": "poli", "cari": "77"}).text
    found = client.get(PCARE, params={"jenis": "poli", "cari": "umu"}).text
    assert "1–1 dari 1 baris yang cocok" in found


def test_typing_asks_for_the_part_and_keeps_the_address(filled: Site) -> None:
    client = filled.logged_in("budi")
    answer = client.get(PCARE, params={"jenis": "poli", "cari": "umu"}, headers={"HX-Request": "true"})
    assert "<html" not in answer.text
    assert answer.headers["hx-replace-url"] == f"{PCARE}?jenis=poli&cari=umu"


def test_what_bpjs_lists_no_more_is_shown_on_request(filled: Site) -> None:
    store(filled.database, "pcare/poli", [poli("001", "POLI UMUM")])
    client = filled.logged_in("budi")
    assert "077" not in client.get(PCARE, params={"jenis": "poli"}).text
    shown = client.get(PCARE, params={"jenis": "poli", "tidak_aktif": "ya"}).text
    assert "077" in shown
    assert "Tidak aktif" in shown
    assert "0 baru, 0 berubah, 1 hilang" in shown


def test_a_run_that_failed_says_so_and_the_old_rows_stay(filled: Site) -> None:
    reference = BY_NAME["pcare/poli"]
    store_failure(
        filled.database,
        "utama",
        reference,
        "PCare tidak menjawab",
        started_at=filled.database.clock(),
        seconds=1,
    )
    shown = filled.logged_in("budi").get(PCARE, params={"jenis": "poli"}).text
    assert "data lama tetap dipakai" in shown
    assert "PCare tidak menjawab" in shown
    assert "POLI UMUM" in shown


def test_pages_follow_one_another(site: Site) -> None:
    store(site.database, "pcare/poli", [poli(f"{number:03}", f"POLI {number}") for number in range(120)])
    client = site.logged_in("budi")
    third = client.get(PCARE, params={"jenis": "poli", "halaman": "3"}).text
    assert "101–120 dari 120 baris" in third
    assert "Berikutnya" not in third
    assert "Halaman ini kosong" in client.get(PCARE, params={"jenis": "poli", "halaman": "9"}).text


@pytest.mark.parametrize("page", [PCARE, ANTREAN])
def test_another_clinics_references_are_nobodys_business(filled: Site, page: str) -> None:
    refused = filled.logged_in("budi").get(page, params={"jenis": "poli", "faskes": "klinik-melati"})
    assert refused.status_code == 403
    assert "Faskes itu bukan faskes Anda" in refused.text
    assert "RAHASIA" not in refused.text
    own = filled.logged_in("tono").get(page, params={"jenis": "poli"}).text
    assert "POLI UMUM" not in own


def test_who_sees_several_clinics_chooses(filled: Site) -> None:
    add(filled.database, "wati", "utama", "klinik-melati")
    client = filled.logged_in("wati")
    assert "POLI UMUM" in client.get(PCARE, params={"jenis": "poli"}).text
    shown = client.get(PCARE, params={"jenis": "poli", "faskes": "klinik-melati"}).text
    assert "RAHASIA MELATI" in shown
    assert "POLI UMUM" not in shown


def test_an_admin_without_a_clinic_reads_one_sentence(site: Site) -> None:
    add(site.database, "wati")
    answer = site.logged_in("wati").get(PCARE)
    assert answer.status_code == 403
    assert "Akun Anda belum memiliki faskes" in answer.text


@pytest.mark.parametrize("page", [PCARE, ANTREAN])
def test_a_hostile_name_is_text(filled: Site, page: str) -> None:
    shown = filled.logged_in("budi").get(page, params={"jenis": "poli"}).text
    assert "&lt;img src=x onerror=alert(1)&gt;" in shown
    assert "<img src=x" not in shown


@pytest.mark.parametrize(
    "query",
    [
        {"jenis": "tidak-ada"},
        {"halaman": "x"},
        {"halaman": "-1"},
        {"halaman": "99999999999999999999"},
        {"cari": "%_\\'\"; DROP"},
        {"cari": "x" * 5_000},
        {"sinkron": "pcare/tidak-ada", "setelah": "1"},
        {"sinkron": "pcare", "setelah": "x"},
    ],
    ids=str,
)
@pytest.mark.parametrize("page", [PCARE, ANTREAN])
def test_nonsense_in_the_address_is_no_error(filled: Site, page: str, query: dict[str, str]) -> None:
    assert filled.logged_in("budi").get(page, params=query).status_code == 200


def test_the_schedule_is_told_for_today_and_seven_days(filled: Site) -> None:
    shown = filled.logged_in("budi").get(ANTREAN).text
    assert shown.count("kuota 30") == 8
    assert "01:00-12:00" in shown
    assert "00:00-12:00" not in shown  # yesterday
    assert "09:00-12:00" not in shown  # the eighth day
    assert "tanpa jadwal dokter" in shown


def test_the_schedule_is_searched_by_poli_or_doctor(filled: Site) -> None:
    client = filled.logged_in("budi")
    assert client.get(ANTREAN, params={"cari": "umum 7"}).text.count("kuota 30") == 8
    lab = client.get(ANTREAN, params={"cari": "lab"}).text
    assert "004" in lab
    assert "kuota 30" not in lab
    assert "Tidak ada yang cocok" in client.get(ANTREAN, params={"cari": "gigi"}).text


@pytest.mark.parametrize("asked", ["pcare/poli", "pcare", "antrean"])
def test_sinkronisasi_asks_prefect_and_is_written_down(filled: Site, asked: str) -> None:
    ordered: list[tuple[Sequence[str], str]] = []
    filled.desk.start_sync = lambda names, faskes: ordered.append((names, faskes))
    answer = filled.logged_in("budi").post(SYNC, data={"referensi": asked})
    assert answer.status_code == 303
    ((names, faskes),) = ordered
    assert faskes == "utama"
    assert names == [name for name in BY_NAME if name.startswith(asked)]
    (act,) = [act for act in last_acts(filled.database, limit=9) if act.act == "sinkronisasi"]
    assert (act.by, act.result, act.faskes) == ("budi", "ok", "utama")


def test_the_progress_counts_what_was_read_since(filled: Site) -> None:
    filled.desk.start_sync = lambda _names, _faskes: None
    client = filled.logged_in("budi")
    page = client.post(SYNC, data={"referensi": "antrean"}).headers["location"]
    assert "0 dari 2 referensi selesai" in client.get(page).text
    part = page.replace(ANTREAN, f"{SYNC}/kemajuan")
    store(filled.database, "antrean/poli", [], "klinik-melati")
    store(filled.database, "antrean/poli", [])
    now = client.get(part, headers={"HX-Request": "true"})
    assert "1 dari 2 referensi selesai" in now.text
    mark = {"HX-Request": "true", "X-Terakhir": now.headers["x-terakhir"]}
    assert client.get(part, headers=mark).status_code == 204
    store(filled.database, "antrean/dokter", [])
    done = client.get(part, headers={"HX-Request": "true"}).text
    assert "Sinkronisasi selesai" in done
    assert "hx-trigger" not in done


def test_with_prefect_away_it_says_so(filled: Site) -> None:
    client = filled.logged_in("budi")
    answer = client.post(SYNC, data={"referensi": "pcare"})
    assert answer.status_code == 503
    assert "Prefect tidak dapat dihubungi" in answer.text

    def away(_names: Sequence[str], _faskes: str) -> None:
        raise SyncUnavailable("Prefect tidak dapat dihubungi, karena kabelnya lepas.")

    filled.desk.start_sync = away
    assert "kabelnya lepas" in client.post(SYNC, data={"referensi": "pcare"}).text
    assert {act.result for act in last_acts(filled.database, limit=2)} == {"gagal"}


def test_nobody_has_anothers_references_read(filled: Site) -> None:
    ordered: list[object] = []
    filled.desk.start_sync = lambda names, faskes: ordered.append((names, faskes))
    client = filled.logged_in("budi")
    assert client.post(SYNC, data={"referensi": "pcare", "faskes": "klinik-melati"}).status_code == 403
    assert (
        client.get(
            f"{SYNC}/kemajuan", params={"sinkron": "pcare", "setelah": "0", "faskes": "klinik-melati"}
        ).status_code
        == 403
    )
    assert client.post(SYNC, data={"referensi": "rahasia"}).status_code == 422
    assert not ordered
