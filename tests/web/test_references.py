"""Referensi PCare and Antrean: searched, one clinic's alone, and read anew at somebody's word."""

from collections.abc import Sequence
from datetime import date, timedelta

import pytest

from bpjs_client.exchange import JSON
from bpjs_client.paging import Row
from bpjs_client.references import BY_NAME, Item
from database import Database
from database.people.acts import last_acts
from database.references.store import store_failure, store_reference
from database.storage.models import ScheduleDay
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


def a_session(hours: str = "08:00-12:00", **more: JSON) -> dict[str, JSON]:
    row: dict[str, JSON] = {"kodedokter": 7, "namadokter": f"dr. {HOSTILE}", "jampraktek": hours}
    return row | {"kapasitas": 30} | more


@pytest.fixture
def filled(site: Site) -> Site:
    """Two clinics with their polis, and a schedule for one of them."""
    store(site.database, "pcare/poli", [poli("001", "POLI UMUM"), poli("077", HOSTILE)])
    store(site.database, "pcare/poli", [poli("099", "RAHASIA MELATI")], "klinik-melati")
    first = today(site.database)
    days = {first + timedelta(days=ahead): ahead for ahead in range(-1, 9)}
    site.schedule(
        {
            day: {"001 POLI UMUM": [a_session(f"0{ahead + 1}:00-12:00")], "004 LAB": []}
            for day, ahead in days.items()
        }
    )
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


def test_a_schedule_that_was_never_read_says_so(site: Site) -> None:
    shown = site.logged_in("budi").get(ANTREAN).text
    assert "Jadwal belum pernah dibaca dari BPJS" in shown
    assert "Kode klinik tanpa sesi" not in shown


def the_week(site: Site, **polis: Sequence[Row] | None) -> dict[date, dict[str, Sequence[Row] | None]]:
    first = today(site.database)
    named = {f"{code[1:]} POLI {code[1:]}": sessions for code, sessions in polis.items()}
    return {first + timedelta(days=ahead): dict(named) for ahead in range(8)}


def test_own_codes_without_a_session_are_named_and_the_days_marked(site: Site) -> None:
    site.clinic.hand_over("tambah-antrean", kodepoli="001", kodedokter=7)
    site.clinic.hand_over("tambah-antrean", kodepoli="002", kodedokter=9)
    site.schedule(the_week(site, p001=[a_session()], p002=[]))
    shown = site.logged_in("budi").get(ANTREAN).text
    assert "Pendaftaran antreannya akan ditolak BPJS" in shown
    assert "poli 002" in shown
    assert "dokter 9" in shown
    assert shown.count("tanpa sesi</span>") == 8
    assert "Belum dapat dibandingkan" in shown


def test_what_a_search_leaves_out_is_not_called_missing(site: Site) -> None:
    site.clinic.hand_over("tambah-antrean", kodepoli="001", kodedokter=7)
    sari, wira = a_session(namadokter="dr. Sari"), a_session("13:00-15:00", namadokter="dr. Wira")
    site.schedule(the_week(site, p001=[wira]) | {today(site.database): {"001 POLI 001": [sari, wira]}})
    shown = site.logged_in("budi").get(ANTREAN, params={"cari": "sari"}).text
    assert "dr. Sari" in shown
    assert "dr. Wira" not in shown
    assert "tanpa sesi</span>" not in shown
    assert "tanpa jadwal dokter" not in shown


def test_what_could_not_be_read_is_not_called_missing(site: Site) -> None:
    site.clinic.hand_over("tambah-antrean", kodepoli="002", kodedokter=7)
    site.schedule(the_week(site, p001=[a_session()], p002=None))
    shown = site.logged_in("budi").get(ANTREAN).text
    assert "Belum diketahui" in shown
    assert "ditolak BPJS" not in shown
    assert shown.count("belum terbaca</span>") == 8
    assert "tanpa sesi</span>" not in shown


def test_changes_since_yesterday_are_listed_once_and_marked_each_day(site: Site) -> None:
    site.schedule(the_week(site, p001=[a_session()], p002=[a_session("13:00-15:00")]))
    with site.database.write() as session:
        for row in session.query(ScheduleDay):
            row.seen_at -= timedelta(days=1)
    site.schedule(the_week(site, p001=[a_session("09:00-12:00")], p002=[]))
    shown = site.logged_in("budi").get(ANTREAN).text
    assert "8 sesi hilang, 8 sesi jam berubah." in shown
    assert shown.count("jam berubah, dulu 08:00-12:00 (") == 1
    assert shown.count("jam berubah, dulu 08:00-12:00</bdi>") == 8
    assert shown.count(">hilang</span>") == 8
    part = site.logged_in("budi").get(ANTREAN, params={"cari": "002"}).text
    assert part.count(">hilang</span>") == 8
    assert "jam berubah, dulu 08:00-12:00</bdi>" not in part


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
