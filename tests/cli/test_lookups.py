"""`bpjs peserta` and `bpjs rujukan`: asked of BPJS at once, numbers masked unless asked for."""

import getpass
import json
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from threading import Thread

import pytest

from bpjs_client.jenis import Jenis
from bpjs_client.jobs import Bpjs
from bpjs_client.settings import BpjsSettings
from bpjs_simulator.server import Simulator
from database import Database
from database.storage.models import Reveal
from database.views.reveals import NO_JOB
from tests.cli.terminal import Terminal
from tests.tasks.bodies import KUNJUNGAN, PENDAFTARAN

CARD, NIK, NOBODY = "0001234567890", "3200000000000001", "8001234567890"


def test_a_member_is_shown_with_masked_numbers(at_work: Terminal) -> None:
    shown = at_work("peserta", CARD, "--riwayat")
    assert shown.code == 0, shown.err
    assert "Klinik Contoh Sehat" in shown.out
    assert "Belum ada kunjungan." in shown.out
    assert CARD not in shown.out

    document = at_work("peserta", "-", "--lengkap", "--json", stdin=f"{CARD}\n".encode()).json
    assert document["peserta"]["noKartu"] == CARD


@pytest.fixture
def referred(simulator: Simulator) -> str:
    """The noKunjungan of a visit of CARD that ended in a referral."""
    target = {"kdSubSpesialis1": "3", "kdSarana": None}
    referral = {"tglEstRujuk": "15-09-2026", "kdppk": "0000R001", "subSpesialis": target, "khusus": None}
    ended = {"kdStatusPulang": "4", "rujukLanjut": referral, "kdTacc": 3, "alasanTacc": "J01 - contoh"}
    seen = {"noKartu": CARD, "kdDokter": "200101"}
    settings = BpjsSettings(_env_file=None, pcare_base_url=simulator.pcare_url)
    with Bpjs(settings) as bpjs:
        bpjs.send(Jenis.TAMBAH_PENDAFTARAN, PENDAFTARAN | {"noKartu": CARD})
        visit = bpjs.send(Jenis.TAMBAH_KUNJUNGAN, KUNJUNGAN | ended | seen)
    return visit.result["noKunjungan"]


def test_a_visit_is_in_the_history_and_its_referral_is_shown(at_work: Terminal, referred: str) -> None:
    history = at_work("peserta", CARD, "--riwayat")
    assert (history.code, history.err) == (0, "")
    for told in (referred, "14-09-2026", "Klinik Contoh Sehat", "J00"):
        assert told in history.out.partition("Riwayat kunjungan")[2]

    shown = at_work("rujukan", referred)
    assert (shown.code, shown.err) == (0, "")
    for told in (referred, "0000R001", "15-09-2026"):
        assert told in shown.out
    assert at_work("rujukan", referred, "--json").json["rujukan"]["noRujukan"] == referred


@pytest.fixture
def talkative(terminal: Terminal) -> Iterator[Terminal]:
    """A terminal whose BPJS names the member again in each visit."""
    member = {"noKartu": CARD, "noKTP": NIK, "noHP": "081200000001"}
    visits = {"count": 1, "list": [{"noKunjungan": "01234567K1", "peserta": member}]}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            response = visits if "kunjungan" in self.path else member
            whole = {"response": response, "metaData": {"code": 200, "message": "OK"}}
            self.send_response(200)
            self.end_headers()
            self.wfile.write(json.dumps(whole).encode())

        def log_message(self, *_words: object) -> None:
            pass

    with ThreadingHTTPServer(("127.0.0.1", 0), Handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        terminal.environ["BPJS_PCARE_BASE_URL"] = f"http://127.0.0.1:{server.server_port}"
        yield terminal
        server.shutdown()


def test_the_history_is_masked_as_the_member_is(talkative: Terminal) -> None:
    masked = talkative("peserta", CARD, "--riwayat", "--json")
    assert not any(number in masked.out for number in (CARD, NIK, "081200000001"))
    assert masked.json["riwayat"] == [{"noKunjungan": "01234567K1", "peserta": masked.json["peserta"]}]

    whole = talkative("peserta", CARD, "--riwayat", "--json", "--lengkap").json
    assert whole["riwayat"][0]["peserta"]["noKartu"] == CARD


def test_bytes_that_are_no_text_are_no_number(terminal: Terminal) -> None:
    refused = terminal("peserta", "-", stdin=b"\xff\n", PYTHONIOENCODING="utf-8")

    assert refused.complaint.startswith("Nomor harus nomor kartu BPJS")


def test_nobody_is_exit_code_one(at_work: Terminal) -> None:
    ran = at_work("peserta", NOBODY, "--json")

    assert (ran.code, ran.json) == (1, {"peserta": None})
    assert ran.err == "Tidak ada peserta dengan nomor itu di BPJS.\n"


def test_hospitals_to_refer_to_are_listed(at_work: Terminal) -> None:
    shown = at_work("rujukan", "--subspesialis", "3", "--tanggal", "2026-09-15")
    assert "Tujuan rujukan 15-09-2026" in shown.out
    assert "RS Contoh 1" in shown.out
    rows = at_work("rujukan", "--khusus", "THA", "--subspesialis", "3", "--kartu", CARD, "--json").json[
        "rows"
    ]
    assert [row["kdppk"] for row in rows] == ["0000R001", "0000R002", "0000R003"]
    typed = at_work(
        "rujukan",
        "--khusus",
        "THA",
        "--subspesialis",
        "3",
        "--kartu",
        "-",
        "--json",
        stdin=f" {CARD}\n".encode(),
    )
    assert typed.json["rows"] == rows


NONSENSE = [
    (("peserta", "123"), "Nomor harus nomor kartu BPJS"),
    (("peserta", "-"), "Nomor harus nomor kartu BPJS"),
    (("rujukan", ""), "tidak boleh kosong"),
    (("rujukan", "--khusus", "HDL", "--kartu", ""), "Nomor kartu BPJS harus 13 angka"),
    (("rujukan", "--khusus", "HDL", "--kartu", "-"), "Nomor kartu BPJS harus 13 angka"),
    (("rujukan", "--khusus", "", "--kartu", CARD, "--subspesialis", "3"), "tidak boleh kosong"),
    (("peserta",), "NOMOR belum diisi"),
    (("rujukan",), "Sebutkan nomor kunjungan"),
    (("rujukan", "1", "--subspesialis", "3"), "Sebutkan nomor kunjungan"),
    (("rujukan", "--khusus", "HDL"), "bersama --kartu"),
    (("rujukan", "--khusus", "HDL", "--kartu", CARD, "--sarana", "1"), "--sarana hanya"),
    (("rujukan", "--khusus", "THA", "--kartu", CARD), "THA dan HEM memerlukan subspesialis"),
    (("rujukan", "--subspesialis", "3", "--tanggal", "besok"), "--tanggal harus dd-MM-yyyy atau yyyy-MM-dd"),
    (("rujukan", "0123"), "Data rujukan tidak ditemukan"),
]


@pytest.mark.parametrize(("words", "complaint"), NONSENSE)
def test_nonsense_is_one_sentence(at_work: Terminal, words: tuple[str, ...], complaint: str) -> None:
    ran = at_work(*words)

    assert (ran.code, ran.out) == (2, "")
    assert complaint in ran.err
    assert ran.err.count("\n") == 1


def test_a_service_that_is_down_is_one_sentence(terminal: Terminal) -> None:
    terminal.environ["BPJS_PCARE_BASE_URL"] = "http://127.0.0.1:9"
    ran = terminal("peserta", NIK)

    assert (ran.code, ran.err) == (2, "BPJS tidak dapat dihubungi.\n")


def test_showing_a_member_whole_is_written_down_first(at_work: Terminal, kept: Database) -> None:
    at_work("peserta", "-", stdin=CARD.encode())
    assert at_work("peserta", "-", "--lengkap", stdin=CARD.encode()).code == 0
    with kept.read() as session:
        (noted,) = session.query(Reveal)
        assert (noted.job_id, noted.by) == (NO_JOB, getpass.getuser())
