"""`bpjs doctor --protokol`: a table for people, a file of shapes for developers, and nothing is overwritten."""

import json
import stat
from datetime import UTC, datetime, timedelta

import pytest

from bpjs_client.protocol.questions import most_requests
from bpjs_simulator.server import Simulator
from tests.cli.terminal import Terminal
from tests.leaks import leaks
from tests.tasks.bodies import CARD

PROTOCOL = ("doctor", "--protokol")
REPORT = "laporan.json"


def test_it_says_how_much_it_will_ask_and_leaves_a_table_and_a_private_file(
    at_work: Terminal, simulator: Simulator
) -> None:
    day = (datetime.now(UTC) + timedelta(hours=7)).strftime("%d-%m-%Y")
    simulator.hold_pendaftaran(CARD, day, "001", keluhan="rahasia batuk")
    ran = at_work(*PROTOCOL, "--ke", REPORT)
    assert (ran.code, ran.err) == (
        0,
        f"Paling banyak {most_requests()} permintaan baca kepada BPJS, satu per satu; tidak ada yang diubah.\n",
    )
    for words in ("Nomor baris pertama", "Arti count", "BPJS di sini", "jumlah seluruh baris", REPORT):
        assert words in ran.out
    assert "Isikan di .env" not in ran.out

    file = at_work.folder / REPORT
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    text = file.read_text("utf-8")
    assert leaks(text) == set()
    for secret in ("rahasia", "PESERTA CONTOH", "Sandi#", "01234567"):
        assert secret not in text
    report = json.loads(text)
    assert report.keys() == {
        "program", "dibuat", "bpjs", "permintaan", "jawaban", "tidak_dapat_ditanyakan", "bentuk",
    }  # fmt: skip
    assert report["permintaan"] == len(report["bentuk"]) <= most_requests()
    assert simulator.ledger()["writes"] == []


def test_a_file_that_is_there_is_not_overwritten_and_nothing_is_asked(
    at_work: Terminal, simulator: Simulator
) -> None:
    (at_work.folder / REPORT).write_text("milik orang")
    before = simulator.ledger().get("reads")
    said = at_work(*PROTOCOL, "--ke", REPORT).complaint
    assert said == f"Berkas {REPORT} sudah ada dan tidak ditimpa; sebut berkas lain dengan --ke."
    assert (at_work.folder / REPORT).read_text() == "milik orang"
    assert simulator.ledger().get("reads") == before


@pytest.mark.parametrize("to", ["tidak-ada/x.json", "/"])
def test_a_file_that_cannot_be_made_is_one_sentence(at_work: Terminal, to: str) -> None:
    assert at_work(*PROTOCOL, "--ke", to).complaint.startswith(f"Berkas {to} ")


def test_without_a_name_the_file_lies_here_by_clinic_and_time(at_work: Terminal) -> None:
    at_work(*PROTOCOL)
    (file,) = at_work.folder.glob("bpjs-protokol-utama-*.json")
    assert json.loads(file.read_text())["jawaban"]


def test_what_changes_our_behaviour_is_printed_as_settings(at_work: Terminal, simulator: Simulator) -> None:
    simulator.set_options(antrean_login="refused")
    ran = at_work(*PROTOCOL)
    assert "Isikan di .env:\nBPJS_ANTREAN_LOGIN=false\n" in ran.out
    well = at_work("doctor", BPJS_ANTREAN_LOGIN="false")
    assert "✓ BPJS antrean: menjawab" in well.out
    assert "✗ BPJS antrean" in at_work("doctor").out


def test_json_is_the_report_with_its_file_and_the_settings(at_work: Terminal, simulator: Simulator) -> None:
    simulator.set_options(antrean_login="refused", page_base=1)
    document = at_work(*PROTOCOL, "--json", "--ke", REPORT).json
    assert document["env"] == {"BPJS_ANTREAN_LOGIN": "false"}
    assert document["berkas"] == REPORT
    found = {each["pertanyaan"]: each["bpjs"] for each in document["jawaban"]}
    assert found["Nomor baris pertama (start)"].startswith("1")


def test_a_refused_credential_is_told_with_1_and_tried_no_more(at_work: Terminal) -> None:
    ran = at_work(*PROTOCOL, "--ke", REPORT, BPJS_PCARE_PASSWORD="sandi-lama")
    assert ran.code == 1
    assert "Login PCare ditolak" in " ".join(ran.out.split())
    asked = [
        each
        for each in json.loads((at_work.folder / REPORT).read_text())["bentuk"]
        if each["layanan"] == "pcare"
    ]
    assert len(asked) == 1
    assert "sandi-lama" not in ran.out + ran.err


def test_ke_needs_protokol(at_work: Terminal) -> None:
    assert at_work("doctor", "--ke", REPORT).complaint == "--ke hanya untuk --protokol."


def test_settings_that_are_missing_are_named_before_anything_is_asked(terminal: Terminal) -> None:
    said = terminal(*PROTOCOL, BPJS_PCARE_BASE_URL="https://bpjs.invalid/pcare").complaint
    assert "BPJS_SECRET_KEY" in said
    assert list(terminal.folder.glob("bpjs-protokol-*")) == []
