"""`bpjs resend`: corrects and sends again, now; the exit code tells how it ended."""

import json
import re
from datetime import date
from pathlib import Path

import httpx
import pytest

from bpjs_simulator.server import Simulator
from database import Database, enqueue
from database.jobs.resend import Resend, ask_again
from tests.chaos.patients import Patient
from tests.cli.terminal import Terminal
from tests.flows.prefect_server import PrefectServer

CARD = Patient(0, date.today()).card


@pytest.fixture
def failed(at_work: Terminal, kept: Database, prefect: PrefectServer) -> tuple[Terminal, int]:
    """A registration for a poli that BPJS does not have, refused."""
    at_work.environ["PREFECT_API_URL"] = prefect.api_url
    line = next(line for line in Patient(0, date.today()).lines() if line["jenis"] == "tambah-pendaftaran")
    body = {**line["body"], "kdPoli": "999"}
    job_id = enqueue(line["jenis"], line["norm"], line["nama_pasien"], body, database=kept).id
    assert at_work("send").code == 0
    assert at_work("show", str(job_id), "--json").json["status"] == "gagal"
    return at_work, job_id


def test_a_job_is_sent_again_corrected(failed: tuple[Terminal, int], simulator: Simulator) -> None:
    terminal, job_id = failed
    again = terminal("resend", str(job_id))
    assert (again.code, "kdPoli" in again.out) == (1, True)

    ran = terminal(
        "resend", str(job_id), "--patch", '{"kdPoli": "001"}', "--reason", "salah", "--by", "Rina", "--json"
    )
    assert ran.code == 0, ran.err
    assert (ran.json["status"], ran.json["result"].keys()) == ("terkirim", {"noUrut"})
    assert [row["kdPoli"] for row in simulator.ledger()["pendaftaran"]] == ["001"]
    asked = [each for each in terminal("show", str(job_id), "--json").json["history"] if each["changes"]]
    assert [(each["requested_by"], each["reason"]) for each in asked] == [("Rina", "salah")]

    late = terminal("resend", str(job_id))
    assert (late.code, late.out) == (2, "")
    assert late.err == f"Pekerjaan {job_id} sudah terkirim: tidak dikirim ulang.\n"


@pytest.mark.long
def test_what_is_delivered_is_corrected_there_after_saying_what_will_be_done(
    failed: tuple[Terminal, int], simulator: Simulator
) -> None:
    terminal, first = failed
    assert terminal("resend", str(first), "--patch", '{"kdPoli": "001"}').code == 0

    ran = terminal("resend", str(first), "--patch", '{"kunjSakit": false}', "--reason", "salah", "--json")
    assert (ran.code, ran.json["status"]) == (0, "terkirim"), ran.err
    assert ran.err.startswith(
        "Pendaftaran ini sudah ada di BPJS: akan dihapus di sana, lalu didaftarkan lagi"
    )
    assert [row["body"]["kunjSakit"] for row in simulator.ledger()["pendaftaran"]] == [False]

    older, newer = (terminal("show", str(job_id), "--json").json for job_id in (first, ran.json["id"]))
    assert newer["corrects"] == first
    assert newer["id"] in older["corrected_by"]
    assert older["status"] == "terkirim"
    assert re.search(rf"Memperbaiki +#{first}\b", terminal("show", str(newer["id"])).out)
    late = terminal("resend", str(first), "--patch", '{"keluhan": "demam"}')
    assert (late.code, "perbaiki yang itu" in late.err) == (2, True)


@pytest.mark.long
def test_a_whole_body_comes_from_a_file(failed: tuple[Terminal, int], tmp_path: Path) -> None:
    terminal, job_id = failed
    body = terminal("show", str(job_id), "--json").json["request"]
    file = tmp_path / "isi.json"
    file.write_text(json.dumps({**body, "noKartu": CARD, "kdPoli": "002"}), encoding="utf-8")

    assert terminal("resend", str(job_id), "--body", str(file)).code == 0


@pytest.mark.long
@pytest.mark.parametrize("option", ["--patch", "--body"])
def test_a_correction_comes_on_standard_input(failed: tuple[Terminal, int], option: str) -> None:
    terminal, job_id = failed
    body = terminal("show", str(job_id), "--json").json["request"] if option == "--body" else {}
    typed = json.dumps({**body, "noKartu": CARD, "kdPoli": "001"}).encode()
    assert terminal("resend", str(job_id), option, "-", stdin=b"\xff").err == (
        f"{'Perbaikan' if option == '--patch' else 'Isi lengkap'} (JSON) pada stdin bukan teks UTF-8.\n"
    )
    assert terminal("resend", str(job_id), option, "-", stdin=typed).code == 0


NONSENSE: list[tuple[tuple[str, ...], str]] = [
    (("--patch", "{x"), "--patch bukan JSON yang sah."),
    (("--patch", "[1]"), "--patch harus objek JSON."),
    (("--patch", "-"), "--patch bukan JSON yang sah."),
    (("--body", "-"), "--body bukan JSON yang sah."),
    (("--body", "/tidak/ada.json"), "tidak dapat dibaca."),
    (("--patch", "{}", "--body", "x"), "Pilih salah satu: --patch atau --body."),
    (("--versi", "1000"), "Pekerjaan 1 tidak ada."),
]


@pytest.mark.parametrize(("words", "complaint"), NONSENSE)
def test_nonsense_is_one_sentence(at_work: Terminal, words: tuple[str, ...], complaint: str) -> None:
    ran = at_work("resend", "1", *words, PREFECT_API_URL="http://127.0.0.1:9/api")

    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert complaint in ran.err


@pytest.mark.long
def test_without_prefect_the_correction_is_kept_and_the_job_waits(failed: tuple[Terminal, int]) -> None:
    terminal, job_id = failed
    ran = terminal(
        "resend", str(job_id), "--patch", '{"kdPoli": "001"}', PREFECT_API_URL="http://127.0.0.1:9/api"
    )

    assert "pekerjaan tetap tersimpan dan menunggu" in ran.complaint
    assert terminal("show", str(job_id), "--json").json["status"] == "menunggu"


@pytest.fixture
def refused(failed: tuple[Terminal, int], kept: Database) -> tuple[Terminal, list[int]]:
    """Two registrations that were refused for their poli."""
    terminal, first = failed
    line = next(line for line in Patient(1, date.today()).lines() if line["jenis"] == "tambah-pendaftaran")
    body = {**line["body"], "kdPoli": "999"}
    second = enqueue(line["jenis"], line["norm"], line["nama_pasien"], body, database=kept).id
    assert terminal("send").code == 0
    return terminal, [first, second]


@pytest.mark.long
def test_many_are_counted_first_and_nothing_is_sent_unasked(
    refused: tuple[Terminal, list[int]], simulator: Simulator
) -> None:
    terminal, _ids = refused
    sent = len(simulator.ledger()["writes"])
    counted = terminal("resend", "--filter")

    assert (counted.code, counted.err) == (
        0,
        "Tidak ada yang dikirim; tambahkan --ya untuk mengirim tanpa ditanya.\n",
    )
    assert "2 pekerjaan gagal cocok." in counted.out
    only = terminal("resend", "--filter", "--hanya-hitung", "--json")
    assert only.json == {
        "found": 2,
        "terkirim": 0,
        "gagal_lagi": 0,
        "menunggu": 0,
        "dilewati": 0,
        "belum_disentuh": 2,
    }
    assert len(simulator.ledger()["writes"]) == sent


@pytest.mark.long
def test_many_are_sent_and_those_that_fail_again_are_counted(
    refused: tuple[Terminal, list[int]], simulator: Simulator, kept: Database
) -> None:
    terminal, ids = refused
    added = {"name": "poli", "add": [{"kdPoli": "999", "nmPoli": "POLI BARU", "poliSakit": True}]}
    httpx.post(f"{simulator.control_url}/control/references", json=added).raise_for_status()
    ask_again(kept, ids[1], Resend(patch={"noKartu": ""}))  # wrong from the start now
    ran = terminal(
        "resend", "--filter", "--jenis", "tambah-pendaftaran", "--per-menit", "6000", "--ya", "--json",
        "--by", "Rina", "--reason", "poli baru",
    )  # fmt: skip

    assert (ran.code, ran.json["terkirim"], ran.json["gagal_lagi"]) == (1, 1, 1), ran.err
    assert [terminal("show", str(job), "--json").json["status"] for job in ids] == ["terkirim", "gagal"]
    asked = [each for each in terminal("show", str(ids[0]), "--json").json["history"] if each["requested_by"]]
    assert [(each["requested_by"], each["reason"]) for each in asked] == [("Rina", "poli baru")]


def test_a_filter_that_finds_nothing_is_no_failure(at_work: Terminal) -> None:
    ran = at_work("resend", "--filter", "--norm", "RM-TIDAK-ADA", "--ya")
    assert (ran.code, ran.out) == (0, "0 pekerjaan gagal cocok.\n")


MIXED: list[tuple[tuple[str, ...], str]] = [
    ((), "Sebutkan nomor pekerjaan, atau --filter untuk banyak sekaligus."),
    (("1", "--filter"), "ID: tidak bersama --filter."),
    (("--filter", "--patch", "{}", "--versi", "2"), "--patch, --versi: tidak bersama --filter."),
    (("1", "--norm", "RM-1", "--ya"), "--norm, --ya: hanya dengan --filter."),
    (("--filter", "--tanggal", "kemarin"), "--tanggal harus dd-MM-yyyy atau yyyy-MM-dd, atau semua."),
    (("--filter", "--isi", "x"), "--isi harus ISIAN=NILAI, misalnya kdPoli=001."),
]


@pytest.mark.parametrize(("words", "complaint"), MIXED)
def test_what_does_not_go_together_is_one_sentence(
    terminal: Terminal, words: tuple[str, ...], complaint: str
) -> None:
    assert terminal("resend", *words).complaint == complaint
