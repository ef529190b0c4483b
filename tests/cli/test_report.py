"""`bpjs report`: totals by type and status."""

from collections.abc import Callable

import pytest

from bpjs_client.jenis import Jenis
from database.status import Status
from tests.cli.terminal import Terminal

Line = Callable[..., str]


@pytest.mark.long
def test_the_jobs_of_a_day_are_counted_by_type_and_status(terminal: Terminal, line: Line) -> None:
    lines = [
        line("tambah-antrean", norm="RM-1"),
        line("tambah-antrean", norm="RM-2"),
        line("tambah-pendaftaran", body={"kdPoli": None}),
        line("panggil-antrean", tanggal="2026-01-31"),
    ]
    assert terminal("enqueue", "-", stdin="\n".join(lines).encode()).code == 0

    today, ever = (terminal("report", *words, "--json").json for words in ((), ("--tanggal", "semua")))
    assert today["totals"].keys() == set(Jenis)
    assert today["totals"]["tambah-antrean"] == dict.fromkeys(Status, 0) | {"menunggu": 2}
    assert today["total"] == dict.fromkeys(Status, 0) | {"menunggu": 2, "gagal": 1}
    assert (ever["tanggal"], ever["total"]["menunggu"]) == ("semua", 3)
    assert terminal("report", "--tanggal", "2026-01-31", "--json").json["total"]["menunggu"] == 1
    shown = terminal("report").out
    assert "tambah-antrean" in shown
    assert "Jumlah" in shown


@pytest.mark.parametrize("words", [("--tanggal", "kemarin"), ("--tanggal", "20260131")])
def test_a_wrong_date_is_one_sentence(terminal: Terminal, words: tuple[str, ...]) -> None:
    ran = terminal("report", *words)

    assert (ran.code, ran.out, ran.err) == (
        2,
        "",
        "--tanggal harus dd-MM-yyyy atau yyyy-MM-dd, atau semua.\n",
    )
