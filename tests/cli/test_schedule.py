"""`bpjs jadwal`: the week's sessions, the codes without one, what changed, and how it stands as JSON."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest

from bpjs_client.paging import Row
from bpjs_client.schedule import PoliOfADay, ReadSchedule
from database import Database, enqueue
from database.references.schedule_days import keep_schedule
from database.storage.models import ScheduleDay
from database.views.monitor import today
from tests.cli.terminal import Terminal
from tests.tasks.bodies import BODIES

Polis = dict[str, Sequence[Row] | None]


def says(database: Database, polis: Polis, faskes: str = "utama") -> None:
    """BPJS says so of each day from now on."""
    first = today(database)
    week = [PoliOfADay(code, f"POLI {code}", sessions) for code, sessions in polis.items()]
    days = {first + timedelta(days=ahead): week for ahead in range(8)}
    keep_schedule(database, faskes, ReadSchedule(days, []))


def a_session(hours: str = "08:00-12:00", doctor: int = 7, quota: int = 30) -> dict[str, Any]:
    return {"kodedokter": doctor, "namadokter": "dr. Sari Contoh", "jampraktek": hours, "kapasitas": quota}


@pytest.fixture
def told(terminal: Terminal, kept: Database) -> Terminal:
    """Yesterday poli 001 had other hours; 002 lacks a session, 003 could not be read."""
    for code in ("001", "002", "003"):
        body = {**BODIES["tambah-antrean"], "kodepoli": code, "kodedokter": 7}
        enqueue("tambah-antrean", "RM-1", "Pasien Contoh", body, kunci=code, database=kept)
    says(kept, {"001": [a_session("07:00-11:00")], "002": []})
    with kept.write() as session:
        for row in session.query(ScheduleDay):
            row.seen_at -= timedelta(days=1)
    says(kept, {"001": [a_session()], "002": [], "003": None})
    return terminal


def test_the_week_is_shown_with_what_lacks_and_what_changed(told: Terminal) -> None:
    out = told("jadwal", COLUMNS="120").out
    assert "Kode antrean klinik tanpa sesi:\n  poli 002 · 1 pekerjaan antrean, terakhir" in out
    assert "Belum diketahui, karena belum terbaca seluruhnya:\n  poli 003" in out
    assert "  poli 001: 08:00-12:00 dr. Sari Contoh (7), kuota 30: jam berubah, dulu 07:00-11:00 (" in out
    assert "… 8 hari)" in " ".join(out.split())
    assert "tiap hari" in out
    assert "tanpa sesi" in out
    assert "belum terbaca" in out


def test_as_json_it_is_one_document(told: Terminal, kept: Database) -> None:
    found = told("jadwal", "--json").json
    assert [own["kode"] for own in found["tanpa_sesi"]] == ["002"]
    assert [own["kode"] for own in found["belum_diketahui"]] == ["003"]
    assert len(found["perubahan"]) == 8
    assert found["perubahan"][0]["dulu"]["jam"] == "07:00-11:00"
    assert [poli["kode"] for poli in found["poli"]] == ["001", "002", "003"]
    assert found["poli"][0]["hari"][0] == {
        "tanggal": today(kept).isoformat(),
        "terbaca": True,
        "sesi": [{"jam": "08:00-12:00", "kode_dokter": "7", "nama_dokter": "dr. Sari Contoh", "kuota": "30"}],
    }


def test_an_unread_schedule_and_an_unknown_clinic_are_said(terminal: Terminal) -> None:
    ran = terminal("jadwal")
    assert ran.code == 0
    assert ran.out == "Jadwal belum pernah dibaca dari BPJS. Jalankan: bpjs sync antrean/dokter\n"
    assert "Tidak ada faskes" in terminal("jadwal", "--faskes", "klinik-asing").complaint


def test_a_hostile_name_is_plain_text(terminal: Terminal, kept: Database) -> None:
    says(kept, {"001": [a_session() | {"namadokter": "\x1b[31mdr. [red]Merah[/red]"}]})
    out = terminal("jadwal", COLUMNS="120").out
    assert "\x1b" not in out
    assert "[red]Merah[/red]" in out
