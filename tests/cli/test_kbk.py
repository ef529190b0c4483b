"""`bpjs kbk`: a month's figures, what is missing with job ids and what to do, and refusals in one sentence."""

import csv
import io
from pathlib import Path

import pytest

from database import Database
from database.status import Status
from tests.cli.terminal import Terminal
from tests.database.clinic import Clinic
from tests.tasks.bodies import CARD

MONTH = ("--bulan", "2026-09")


@pytest.fixture
def month(kept: Database) -> tuple[int, int]:
    """A sick contact, a refused visit and a registration alone, all of September 2026; the ids of the last two."""
    clinic = Clinic(kept)
    for jenis in ("tambah-pendaftaran", "tambah-kunjungan"):
        clinic.bring_to(clinic.hand_over(jenis, "RM-1"), Status.TERKIRIM)
    refused = clinic.bring_to(
        clinic.hand_over("tambah-kunjungan", "RM-2", noKartu="0001000000002"), Status.GAGAL
    )
    alone = clinic.hand_over("tambah-pendaftaran", "RM-3", noKartu="0001000000003")
    return refused, clinic.bring_to(alone, Status.TERKIRIM)


def test_the_month_is_told_with_what_to_do(terminal: Terminal, month: tuple[int, int]) -> None:
    terminal.environ["BPJS_REGISTERED_MEMBERS"] = "400"
    ran = terminal("kbk", *MONTH)
    assert ran.code == 0, ran.err
    said = " ".join(ran.out.split())
    assert "KBK September 2026, batas 03-10-2026" in said
    assert "Peserta 1 orang" in said
    assert "2,5 per mil (1 dari 400 peserta terdaftar)" in said
    assert "2 (1 gagal, 1 pendaftaran tanpa kunjungan)" in said
    assert "bpjs resend ID" in said
    assert all(f"{job_id} 14-09-2026" in said for job_id in month)
    assert CARD not in ran.out


def test_json_and_files_hold_the_same(terminal: Terminal, month: tuple[int, int], tmp_path: Path) -> None:
    (found,) = terminal("kbk", *MONTH, "--json").json["faskes"]
    assert (found["peserta"], found["kontak_sakit"], found["belum"]) == (1, 1, 2)
    assert found["angka_kontak"] is None
    assert {row["id"]: row["keadaan"] for row in found["daftar_belum"]} == {
        month[0]: "gagal",
        month[1]: "pendaftaran tanpa kunjungan",
    }
    rows = list(csv.DictReader(io.StringIO(terminal("kbk", *MONTH, "--csv").out)))
    assert {int(row["Id"]) for row in rows} == set(month)
    assert terminal("kbk", *MONTH, "--xlsx", str(tmp_path / "belum.xlsx")).code == 0


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("--bulan", "2026-13"), "--bulan harus bulan yang ada, misalnya 2026-11 atau 11-2026."),
        (("--bulan", "november"), "--bulan harus bulan yang ada, misalnya 2026-11 atau 11-2026."),
        (("--bulan", "2999-01"), "--bulan belum mulai."),
        (("--faskes", "tak-ada"), "Tidak ada faskes tak-ada di sini; yang ada: utama."),
        (("--csv", "--json"), "Pilih salah satu: --csv, --xlsx, atau --json."),
    ],
)
def test_nonsense_is_one_sentence(terminal: Terminal, words: tuple[str, ...], says: str) -> None:
    assert terminal("kbk", *words).complaint == says


@pytest.mark.parametrize("typed", ["29", "0", "tiga"])
def test_a_wrong_closing_day_is_one_sentence(terminal: Terminal, typed: str) -> None:
    terminal.environ["BPJS_REPORTING_DAY"] = typed
    assert terminal("kbk").complaint.startswith("Pengaturan salah: BPJS_REPORTING_DAY")


def test_each_clinic_of_the_file_has_its_own_closing_day(terminal: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "faskes.toml"
    clinics = "[melati]\nreporting_day = 5\nregistered_members = 10\n[kenanga]\n"
    file.write_text(clinics)
    terminal.environ["BPJS_FASKES_FILE"] = str(file)
    found = {each["faskes"]: each for each in terminal("kbk", *MONTH, "--json").json["faskes"]}
    assert {name: each["batas"] for name, each in found.items()} == {
        "kenanga": "2026-10-03",
        "melati": "2026-10-05",
    }
    assert found["melati"]["angka_kontak"] == 0.0
    assert "melati" in terminal("kbk", *MONTH).out
    file.write_text(f"{clinics}reporting_day = 31\n")
    assert "kenanga.reporting_day" in terminal("kbk", *MONTH).complaint
