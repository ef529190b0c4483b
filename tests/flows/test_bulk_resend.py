"""The form `kirim-ulang-massal`: looks first, then sends again in the order of the chains."""

import json
import re
from datetime import date
from typing import Any

import httpx
import pytest

from database import Database
from database.local_time import local_date
from database.views.failed import failed_jobs
from database.views.monitor import Filter
from flows.artifacts.failed_list import failed_list
from flows.forms.filter_form import Typed, read_filter
from flows.kirim_ulang_massal import kirim_ulang_massal
from tasks.composition import Composition
from tests.conftest import SQLITE
from tests.flows.bpjs import friendly
from tests.flows.prefect_server import PrefectServer
from tests.tasks.desk import Desk, pcare


class Bpjs:
    """Refuses every write until it is mended; keeps what was written since."""

    def __init__(self) -> None:
        self.broken = True
        self.refused_poli = ""
        self.taken: list[str] = []

    def __call__(self, request: httpx.Request) -> httpx.Response:
        if self.broken or json.loads(request.content or b"{}").get("kdPoli") == self.refused_poli:
            return pcare(412, "Sistem BPJS sedang diperbarui")
        self.taken.append(request.url.path.rpartition("/pcare-rest/")[2])
        return friendly(request)


@pytest.fixture
def broken(desk: Any) -> tuple[Desk, Bpjs, list[int]]:
    """Two patients' registrations that BPJS refused, with the visits behind them."""
    bpjs = Bpjs()
    here = desk(bpjs)
    ids = []
    for norm in ("RM-1", "RM-2"):
        ids.append(here.hand_over("tambah-pendaftaran", norm, kdPoli="001" if norm == "RM-1" else "002"))
        here.deliver(ids[-1])
    bpjs.broken = False
    return here, bpjs, ids


def statuses(here: Desk, ids: list[int]) -> list[str]:
    return [here.job(job_id).status for job_id in ids]


@pytest.mark.long
def test_it_counts_and_lists_and_sends_nothing_unless_told(
    broken: tuple[Desk, Bpjs, list[int]], prefect: PrefectServer
) -> None:
    here, bpjs, ids = broken
    state = kirim_ulang_massal(return_state=True)

    assert (state.name, state.message) == ("Completed", "2 pekerjaan gagal cocok; tidak ada yang dikirim")
    assert (bpjs.taken, statuses(here, ids)) == ([], ["gagal", "gagal"])
    run = {"flow_run_id": {"any_": [str(state.state_details.flow_run_id)]}}
    (page,) = prefect.query("/artifacts/filter", artifacts=run)
    assert [int(number) for number in re.findall(r"\| \[(\d+)\]", str(page["data"]))] == ids


@pytest.mark.long
def test_told_so_it_sends_each_once_and_says_how_they_ended(broken: tuple[Desk, Bpjs, list[int]]) -> None:
    here, bpjs, ids = broken
    bpjs.refused_poli = "002"
    state = kirim_ulang_massal(hanya_hitung=False, per_menit="6000", diminta_oleh="Rina", return_state=True)

    assert state.message == "1 terkirim, 1 gagal lagi"
    assert statuses(here, ids) == ["terkirim", "gagal"]
    assert bpjs.taken == ["pendaftaran"]


def test_a_filter_leaves_the_others_alone(broken: tuple[Desk, Bpjs, list[int]]) -> None:
    here, _bpjs, ids = broken
    kirim_ulang_massal(norm="RM-2", hanya_hitung=False, per_menit="6000", return_state=True)

    assert statuses(here, ids) == ["gagal", "terkirim"]
    assert kirim_ulang_massal(jenis="hapus-kunjungan", tanggal="semua", return_state=True).message == (
        "0 pekerjaan gagal cocok; tidak ada yang dikirim"
    )


def test_stopped_in_between_it_leaves_the_rest_untouched(broken: tuple[Desk, Bpjs, list[int]]) -> None:
    here, _bpjs, ids = broken
    here.at.stop.set()
    state = kirim_ulang_massal(hanya_hitung=False, return_state=True)

    assert state.message == "1 terkirim, 1 belum disentuh"
    assert statuses(here, ids) == ["terkirim", "gagal"]


@pytest.mark.long
def test_it_keeps_the_pace(broken: tuple[Desk, Bpjs, list[int]], monkeypatch: pytest.MonkeyPatch) -> None:
    here, _bpjs, _ids = broken
    waited: list[float] = []

    def wait(seconds: float) -> bool:
        waited.append(seconds)
        return False

    monkeypatch.setattr(here.at.stop, "wait", wait)
    kirim_ulang_massal(hanya_hitung=False, per_menit="30", return_state=True)

    assert len(waited) == 1
    assert 1 < waited[0] <= 2


@pytest.mark.parametrize("typed", ["05-01-2026", "2026-01-05", " 05-01-2026 "])
@SQLITE
def test_a_day_is_typed_either_way(database: Database, typed: str) -> None:
    at = Composition(open_database=lambda: database)
    assert read_filter(at, Typed(tanggal=typed)).tanggal == date(2026, 1, 5)


NONSENSE = [
    ({"jenis": "x"}, "jenis tidak dikenal"),
    ({"faskes": "klinik-lain"}, "tidak ada faskes klinik-lain di sini"),
    ({"tanggal": "kemarin"}, "tanggal harus dd-MM-yyyy atau yyyy-MM-dd, atau semua"),
    ({"per_menit": "0"}, "per_menit harus dari 1 sampai"),
    ({"per_menit": "banyak"}, "per_menit harus bilangan"),
    ({"isi": "kdPoli"}, "isi harus ISIAN=NILAI"),
    ({"pekerjaan_id": "1, dua"}, "pekerjaan_id harus bilangan"),
]


@pytest.mark.long
@pytest.mark.parametrize(("typed", "complaint"), NONSENSE)
@SQLITE
def test_nonsense_is_one_sentence(desk: Any, typed: dict[str, Any], complaint: str) -> None:
    desk(friendly)
    state = kirim_ulang_massal(**typed, return_state=True)

    assert state.name == "Failed"
    assert complaint in (state.message or "")


def test_what_was_typed_leaves_the_run_and_a_retry_means_the_same_jobs(
    broken: tuple[Desk, Bpjs, list[int]], prefect: PrefectServer
) -> None:
    here, _bpjs, ids = broken
    state = kirim_ulang_massal(
        norm="RM-2",
        nama="Contoh",
        hanya_hitung=False,
        per_menit="6000",
        alasan="alasan-rahasia",
        return_state=True,
    )
    (run,) = prefect.query(
        "/flow_runs/filter", flow_runs={"id": {"any_": [str(state.state_details.flow_run_id)]}}
    )

    assert run["parameters"] == {"pekerjaan_id": str(ids[1]), "hanya_hitung": False, "per_menit": "6000"}
    assert "alasan-rahasia" not in prefect.everything_stored()
    assert kirim_ulang_massal(**run["parameters"], return_state=True).message == (
        "0 pekerjaan gagal cocok; tidak ada yang dikirim"
    )
    assert statuses(here, ids) == ["gagal", "terkirim"]


def test_the_list_links_to_a_form_that_sends_just_these(broken: tuple[Desk, Bpjs, list[int]]) -> None:
    _here, _bpjs, ids = broken
    page = failed_list(failed_jobs(broken[0].database, Filter()), "Contoh", ids="1, 2", named=False)

    assert [f"| [{number}](/artifacts/key/pekerjaan-{number}) |" in page for number in ids] == [True, True]
    assert "RM-1" not in page
    assert "RM-1" in failed_list(failed_jobs(broken[0].database, Filter()), "Contoh", ids="1, 2", named=True)


def test_what_waits_for_its_patient_is_asked_for_by_itself(broken: tuple[Desk, Bpjs, list[int]]) -> None:
    here, _bpjs, ids = broken
    screening = pcare(401, "Anda belum melakukan skrining kesehatan.")
    today = f"{local_date(here.database, here.database.clock()):%d-%m-%Y}"
    here.answer = lambda _request: screening
    waiting = here.hand_over("tambah-pendaftaran", "RM-3", tglDaftar=today)
    here.deliver(waiting)
    assert here.job(waiting).status == "menunggu"

    here.answer = friendly
    assert kirim_ulang_massal(menunggu_pasien=True, return_state=True).message == (
        "1 pekerjaan menunggu pasien cocok; tidak ada yang dikirim"
    )
    state = kirim_ulang_massal(menunggu_pasien=True, hanya_hitung=False, per_menit="6000", return_state=True)
    assert state.message == "1 terkirim"
    assert statuses(here, [waiting, *ids]) == ["terkirim", "gagal", "gagal"]
