"""With a ledger's file a simulator holds after a restart what it held before."""

import stat
from pathlib import Path

import pytest

from bpjs_simulator.server import LedgerUnusable, Simulator
from tests.simulator.caller import DAY, Caller, kunjungan
from tests.simulator.conftest import Running

DELETED = f"pendaftaran/peserta/0001234567891/tglDaftar/{DAY}/noUrut/"


def test_what_was_written_is_there_after_a_restart_and_the_numbers_go_on(tmp_path: Path) -> None:
    file = tmp_path / "simulator" / "ledger.jsonl"
    with Simulator(ledger=file) as first:
        clinic = Caller(first)
        clinic.register()
        deleted = clinic.register(noKartu="0001234567891")
        clinic.pcare("DELETE", f"{DELETED}{deleted}/kdPoli/001")
        visited = clinic.pcare("POST", "kunjungan/v1", kunjungan())
        clinic.pcare("POST", "kunjungan/v1", kunjungan(noKartu="0001234567899"))  # refused
        before = first.ledger()

    with Simulator(ledger=file) as second:
        after = second.ledger()
        assert visited.code == 201
        assert {name: after[name] for name in ("pendaftaran", "kunjungan", "antrean", "writes")} == {
            name: before[name] for name in ("pendaftaran", "kunjungan", "antrean", "writes")
        }
        assert Caller(second).register(noKartu="0001234567892")[1:] == "3"


def test_the_file_is_its_owners_alone(tmp_path: Path) -> None:
    file = tmp_path / "simulator" / "ledger.jsonl"
    with Simulator(ledger=file):
        assert stat.S_IMODE(file.stat().st_mode) == 0o600
        assert stat.S_IMODE(file.parent.stat().st_mode) == 0o700


def test_a_line_that_was_cut_short_is_forgotten_and_overwritten(tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    with Simulator(ledger=file) as first:
        Caller(first).register()
    whole = file.read_bytes()
    file.write_bytes(whole + b'{"at": 17')
    with Simulator(ledger=file) as second:
        assert len(second.ledger()["writes"]) == 1
    assert file.read_bytes() == whole


def test_a_reset_empties_the_file(tmp_path: Path) -> None:
    file = tmp_path / "ledger.jsonl"
    with Simulator(ledger=file) as simulator:
        Caller(simulator).register()
        simulator.reset()
    assert file.read_bytes() == b""


def test_a_file_that_cannot_be_used_is_said(tmp_path: Path) -> None:
    with pytest.raises(LedgerUnusable):
        Simulator(ledger=tmp_path)


def test_without_a_file_nothing_is_kept(running: Running, tmp_path: Path) -> None:
    running().register()
    assert list(tmp_path.iterdir()) == []
