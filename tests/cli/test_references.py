"""`bpjs sync` and `bpjs referensi`: reference data at the terminal."""

import pytest

from bpjs_client.references import BY_NAME
from bpjs_simulator.server import Simulator
from tests.cli.terminal import Terminal
from tests.flows.prefect_server import PrefectServer

ROW = {"layanan", "jenis", "count", "added", "changed", "removed", "seconds", "error"}


@pytest.fixture
def recorded(at_work: Terminal, prefect: PrefectServer) -> Terminal:
    """With a Prefect server that runs already: starting one takes seconds."""
    at_work.environ["PREFECT_API_URL"] = prefect.api_url
    return at_work


@pytest.mark.long
def test_a_clinics_references_are_synced_and_then_found(recorded: Terminal, simulator: Simulator) -> None:
    synced = recorded("sync", "--json")
    assert synced.code == 0, synced.err
    rows = {f"{row['layanan']}/{row['jenis']}": row for row in synced.json["references"]}
    assert list(rows) == list(BY_NAME)
    assert all(row.keys() == ROW and row["error"] is None for row in rows.values())
    assert rows["pcare/diagnosa"]["count"] == simulator.ledger()["references"]["diagnosa"]

    found = recorded("referensi", "poli", "--cari", "gigi", "--json").json
    assert found["rows"] == [
        {
            "kode": "002",
            "nama": "POLI GIGI & MULUT",
            "varian": "",
            "data": {"kdPoli": "002", "nmPoli": "POLI GIGI & MULUT", "poliSakit": True},
        }
    ]
    assert len(recorded("referensi", "diagnosa", "--json").json["rows"]) == rows["pcare/diagnosa"]["count"]
    shown = recorded("referensi", "antrean/dokter", "--cari", "sari", "--limit", "2")
    assert "dr. Sari Contohwati" in shown.out
    assert "2 pertama ditampilkan" in shown.out
    assert "Tidak ada yang cocok." in recorded("referensi", "obat", "--cari", "tidak-ada-obat-ini").out


@pytest.mark.long
def test_a_reference_that_fails_is_said_and_the_exit_code_tells(
    recorded: Terminal, simulator: Simulator
) -> None:
    assert recorded("sync", "pcare/poli", "khusus").code == 0
    simulator.edit_reference("khusus", rows=[])
    ran = recorded("sync", "pcare/poli", "khusus")
    assert ran.code == 1
    assert "10 dari 10 baris hilang: tidak diterapkan" in ran.out
    assert recorded("sync", "khusus", "--paksa").code == 0


def test_a_short_name_stands_for_both_services(recorded: Terminal) -> None:
    rows = recorded("sync", "poli", "--json").json["references"]

    assert [(row["layanan"], row["jenis"]) for row in rows] == [("pcare", "poli"), ("antrean", "poli")]


NONSENSE = [
    (("sync", "poliklinik"), "Tidak ada referensi 'poliklinik'. Yang ada: pcare/diagnosa"),
    (("sync", "poli", ""), "Tidak ada referensi ''"),
    (("referensi", "x"), "Tidak ada referensi 'x'"),
    (("referensi",), "JENIS belum diisi"),
    (("referensi", "poli", "--limit", "0"), "--limit: paling kecil 1"),
]


@pytest.mark.parametrize(("words", "complaint"), NONSENSE)
def test_nonsense_is_one_sentence(terminal: Terminal, words: tuple[str, ...], complaint: str) -> None:
    ran = terminal(*words)

    assert (ran.code, ran.out) == (2, "")
    assert complaint in ran.err
    assert ran.err.count("\n") == 1


def test_a_reference_that_was_never_synced_says_how(terminal: Terminal) -> None:
    ran = terminal("referensi", "obat")

    assert ran.code == 0
    assert "belum pernah diambil; jalankan: bpjs sync pcare/obat" in ran.out
    assert terminal("referensi", "obat", "--json").json == {"rows": []}


def test_without_a_prefect_server_where_one_is_named_it_says_so(at_work: Terminal) -> None:
    at_work.environ["PREFECT_API_URL"] = "http://127.0.0.1:9/api"
    ran = at_work("sync", "poli")

    assert ran.code == 2
    assert "PREFECT_API_URL tidak dapat dihubungi" in ran.err
