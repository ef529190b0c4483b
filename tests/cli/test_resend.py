"""`bpjs resend`: corrects and sends again, now; the exit code tells how it ended."""

import json
from datetime import date
from pathlib import Path

import pytest

from bpjs_simulator.server import Simulator
from database import Database, enqueue
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


def test_a_whole_body_comes_from_a_file(failed: tuple[Terminal, int], tmp_path: Path) -> None:
    terminal, job_id = failed
    body = terminal("show", str(job_id), "--json").json["request"]
    file = tmp_path / "isi.json"
    file.write_text(json.dumps({**body, "noKartu": CARD, "kdPoli": "002"}), encoding="utf-8")

    assert terminal("resend", str(job_id), "--body", str(file)).code == 0


NONSENSE: list[tuple[tuple[str, ...], str]] = [
    (("--patch", "{x"), "--patch bukan JSON yang sah."),
    (("--patch", "[1]"), "--patch harus objek JSON."),
    (("--body", "/tidak/ada.json"), "tidak dapat dibaca."),
    (("--patch", "{}", "--body", "x"), "Pilih salah satu: --patch atau --body."),
    (("--versi", "1000"), "Pekerjaan 1 tidak ada."),
]


@pytest.mark.parametrize(("words", "complaint"), NONSENSE)
def test_nonsense_is_one_sentence(at_work: Terminal, words: tuple[str, ...], complaint: str) -> None:
    ran = at_work("resend", "1", *words, PREFECT_API_URL="http://127.0.0.1:9/api")

    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert complaint in ran.err


def test_without_prefect_the_correction_is_kept_and_the_job_waits(failed: tuple[Terminal, int]) -> None:
    terminal, job_id = failed
    ran = terminal(
        "resend", str(job_id), "--patch", '{"kdPoli": "001"}', PREFECT_API_URL="http://127.0.0.1:9/api"
    )

    assert "pekerjaan tetap tersimpan dan menunggu" in ran.complaint
    assert terminal("show", str(job_id), "--json").json["status"] == "menunggu"
