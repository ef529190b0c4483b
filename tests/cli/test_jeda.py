"""`bpjs jeda` and `bpjs resume`: a person holds a service, a jenis or a job, and lifts that again."""

import pytest

from database import Database
from database.services.holds import holds
from tests.cli.conftest import Line
from tests.cli.terminal import Terminal

WHO = ("--reason", "BPJS pindah server", "--by", "Sari")


def held(kept: Database) -> set[tuple[str, str, int]]:
    return {(row.service, row.jenis, row.job_id) for row in holds(kept)}


@pytest.mark.parametrize(
    ("words", "expected"),
    [
        ((), {("pcare", "", 0), ("antrean", "", 0)}),
        (("pcare",), {("pcare", "", 0)}),
        (("--jenis", "tambah-kunjungan"), {("pcare", "tambah-kunjungan", 0)}),
        (("--pekerjaan", "1"), {("antrean", "tambah-antrean", 1)}),
    ],
)
def test_what_is_named_is_held_and_resumed(
    terminal: Terminal, kept: Database, line: Line, words: tuple[str, ...], expected: set[object]
) -> None:
    terminal("enqueue", "-", stdin=line().encode())
    ran = terminal("jeda", *words, *WHO)
    assert (ran.code, ran.out.count(": dijeda\n"), ran.err) == (0, len(expected), "")
    assert held(kept) == expected
    assert "dilanjutkan" in terminal("resume", *words).out
    assert held(kept) == set()


def test_the_monitor_says_who_why_and_until_when(terminal: Terminal) -> None:
    assert terminal("jeda", "pcare", *WHO, "--sampai", "31-12-2999 07:30").code == 0
    assert "dijeda oleh Sari sejak" in terminal("monitor").out
    assert "sampai 31-12-2999 07:30: BPJS pindah server" in " ".join(terminal("monitor").out.split())


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (
            ("pcare", "--jenis", "tambah-antrean", *WHO),
            "Pilih salah satu: layanan, --jenis, atau --pekerjaan.",
        ),
        (("--reason", " ", "--by", "Sari"), "--reason dan --by tidak boleh kosong."),
        (
            ("pcare", *WHO, "--sampai", "nanti"),
            "--sampai harus jam 16:00, atau tanggal dan jam 31-12-2026 07:30.",
        ),
        (
            ("pcare", *WHO, "--sampai", "25:00"),
            "--sampai harus jam 16:00, atau tanggal dan jam 31-12-2026 07:30.",
        ),
        (("pcare", *WHO, "--sampai", "01-01-2020 07:30"), "sampai harus waktu yang akan datang."),
        (("--pekerjaan", "77", *WHO), "Pekerjaan 77 tidak ada."),
    ],
)
def test_nonsense_is_one_sentence(terminal: Terminal, words: tuple[str, ...], says: str) -> None:
    assert terminal("jeda", *words).complaint.endswith(says)


@pytest.mark.parametrize(
    ("words", "says"),
    [
        (("antrean", "--jenis", "tambah-kunjungan"), "tambah-kunjungan bukan jenis antrean."),
        (("pcare", "--pekerjaan", "1"), "Pilih salah satu: --pekerjaan, --jenis, atau layanan."),
    ],
)
def test_resuming_nonsense_is_one_sentence(terminal: Terminal, words: tuple[str, ...], says: str) -> None:
    assert terminal("resume", *words).complaint == says
