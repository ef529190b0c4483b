"""The tabs beside Monitoring in a real browser: nothing serious for axe, nothing cut off, no message."""

import pytest
from playwright.sync_api import Browser

from bpjs_client.exchange import JSON
from bpjs_client.jenis import Service
from bpjs_client.references import BY_NAME, Item
from database.people.acts import Did, note_act
from database.references.store import store_failure, store_reference
from database.services.clinic_service import ClinicService
from database.services.holds import Word, hold
from database.services.pauses import pause
from database.views.monitor import today
from tests.web.browser.clerk import Clerk
from tests.web.browser.test_accessible import SIZES, _serious, _too_wide
from tests.web.site import Site, add

LONG = "POLI " + "Kusumawardhanahidayatullah" * 4
TABS = (
    "referensi-pcare?jenis=poli&tidak_aktif=ya",
    "referensi-pcare?jenis=poli&sinkron=pcare&setelah=0",
    "referensi-antrean",
    "laporan",
    "laporan/kbk",
    "layanan",
    "pengguna?ubah=budi",
    "pengguna/catatan",
)


def store(site: Site, name: str, items: list[Item]) -> None:
    store_reference(
        site.database,
        "utama",
        BY_NAME[name],
        items,
        variants=None,
        started_at=site.database.clock(),
        seconds=0.5,
        allow_shrink=True,
    )


@pytest.fixture
def busy(site: Site) -> Site:
    """Something to be seen on every tab."""
    polis = [Item("", f"{number:03}", f"POLI {number}", {"poliSakit": True}) for number in range(70)]
    store(site, "pcare/poli", [*polis, Item("", "999", "POLI LAMA", {})])
    store(site, "pcare/poli", [*polis, Item("", "777", LONG, {})])
    store_failure(
        site.database, "utama", BY_NAME["pcare/obat"], LONG, started_at=site.database.clock(), seconds=1
    )
    session: dict[str, JSON] = {"kodedokter": 7, "namadokter": f"dr. {LONG}", "jampraktek": "08:00-12:00"}
    day = today(site.database)
    site.schedule(
        {day: {"001 POLI UMUM": [session | {"kapasitas": 30}], f"004 {LONG}": [], "002 GIGI": None}}
    )
    site.clinic.hand_over("tambah-antrean", kodepoli="004")
    site.failed("tambah-kunjungan", tglDaftar=f"{today(site.database):%d-%m-%Y}")
    pause(site.database, "utama", Service.PCARE, "Kata sandi PCare ditolak.", mark="x")
    hold(site.database, ClinicService("utama", "antrean"), Word("budi", LONG))
    hold(site.database, ClinicService("utama", "pcare", "tambah-kunjungan"), Word("budi", "kode salah"))
    add(site.database, "dina", "x" * 64)
    note_act(site.database, Did.SYNC, by="budi", about=LONG)
    return site


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", SIZES)
def test_axe_finds_nothing_serious_on_any_tab(browser: Browser, busy: Site, size: str, scheme: str) -> None:
    context = browser.new_context(base_url=busy.url, viewport=SIZES[size], color_scheme=scheme)  # type: ignore[arg-type]
    clerk = Clerk(context, busy)
    clerk.logs_in("sari")
    found = {}
    for tab in TABS:
        clerk.page.goto(f"/bpjs-fktp/{tab}")
        found[tab] = [*_serious(clerk.page), *_too_wide(clerk.page)]
    context.close()
    assert [each for each in found.items() if each[1]] == []
    assert clerk.complaints == []


def test_typing_searches_and_what_is_typed_stays(clerk: Clerk, busy: Site) -> None:
    clerk.page.goto("/bpjs-fktp/referensi-pcare?jenis=poli")
    clerk.page.get_by_label("Cari kode atau nama").press_sequentially("kusuma")
    clerk.page.get_by_text("1–1 dari 1 baris yang cocok").wait_for()
    assert clerk.page.get_by_label("Cari kode atau nama").input_value() == "kusuma"
    assert "cari=kusuma" in clerk.page.url


def test_sinkronisasi_tells_how_far_it_is(clerk: Clerk, busy: Site) -> None:
    ordered: list[str] = []
    busy.desk.start_sync = lambda names, _faskes: ordered.extend(names)
    clerk.page.goto("/bpjs-fktp/referensi-antrean")
    clerk.page.get_by_role("button", name="Sinkronisasi").click()
    clerk.page.get_by_text("0 dari 2 referensi selesai").wait_for()
    store(busy, ordered.pop(), [])
    clerk.page.get_by_text("1 dari 2 referensi selesai").wait_for()
    store(busy, ordered.pop(), [])
    clerk.page.get_by_text("Sinkronisasi selesai").wait_for()
    clerk.page.get_by_role("link", name="Tampilkan data terbaru").click()
    clerk.page.get_by_role("button", name="Sinkronisasi").wait_for()


def test_a_service_is_held_and_let_go_on(clerk: Clerk) -> None:
    clerk.page.goto("/bpjs-fktp/layanan")
    clerk.page.get_by_label("Yang dijeda").select_option("Hanya Tambah Kunjungan")
    clerk.page.get_by_label("Alasan").fill("kode dokter salah")
    clerk.page.get_by_role("button", name="Jeda").click()
    clerk.page.get_by_text("dijeda oleh budi sejak").wait_for()
    clerk.page.get_by_role("button", name="Lanjutkan").click()
    clerk.page.get_by_text("dijeda oleh budi sejak").wait_for(state="detached")
