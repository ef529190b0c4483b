"""Whatever a person gets wrong is one sentence and exit 2; a wrong setting is named and never quoted."""

import getpass
import os

import pytest

from cli.person import whoever_is_here
from tests.cli.conftest import Line
from tests.cli.terminal import Terminal

SECRET = "rahasia-sekali"
WHO = ("--reason", "x", "--by", "y")
HUGE = "9" * 30

# Commands that take a clinic's name; nobody gave us a credential for this one, and it has no job here.
WITH_FASKES = (
    ("monitor",),
    ("report",),
    ("kbk",),
    ("show", "1"),
    ("resend", "--filter"),
    ("referensi", "poli"),
    ("resume",),
    ("sync",),
    ("doctor",),
    ("peserta", "0001234567890"),
    ("rujukan", "0123"),
)
# What was typed -> a part of what must be said about it.
NONSENSE: dict[tuple[str, ...], str] = {
    ("nonsens",): "Tidak ada perintah 'nonsens'",
    ("monito",): "Tidak ada perintah 'monito'; mungkin maksudnya 'monitor'. Bantuan: bpjs --help",
    ("monitor", "--tangal", "x"): "Tidak ada pilihan --tangal; mungkin maksudnya --tanggal. Bantuan",
    ("pengguna",): "AKSI belum diisi; pilihannya: tambah, ubah, hapus, daftar. Bantuan: bpjs --help",
    ("token",): "AKSI belum diisi; pilihannya: buat, daftar, cabut. Bantuan",
    ("webhook",): "AKSI belum diisi; pilihannya: buat, daftar, hapus, lanjutkan. Bantuan",
    ("web", "--port", "99999"): "--port: paling besar 65535. Bantuan",
    ("web", "--host", "192.0.2.1"): "di 192.0.2.1 port 4080 (bukan alamat komputer ini).",
    ("web", "--host", "tidak.ada.invalid"): "port 4080 (nama itu tidak dikenal).",
    ("jeda", "ngawur", *WHO): "LAYANAN: 'ngawur' bukan salah satu dari 'pcare', 'antrean'",
    ("resume", "ngawur"): "LAYANAN: 'ngawur' bukan salah satu dari 'pcare', 'antrean'",
    ("simulator", "--ledger", "/"): "--ledger: '/' sebuah map",
    ("--nonsens",): "Tidak ada pilihan --nonsens",
    ("monitor", "--nonsens"): "Tidak ada pilihan --nonsens",
    ("enqueue",): "FILE|- belum diisi",
    ("enqueue", ""): "tidak dapat dibaca",
    ("enqueue", "a", "b"): "Tidak dimengerti: b",
    ("enqueue", "tidak\nada"): "tidak ada tidak dapat dibaca: tidak ada",
    ("periksa",): "FILE|- belum diisi",
    ("periksa", ""): "tidak dapat dibaca",
    ("periksa", "a", "b"): "Tidak dimengerti: b",
    ("monitor", "--jenis", "x"): "--jenis: 'x' bukan salah satu dari 'tambah-antrean'",
    ("monitor", "--status", "x"): "--status: 'x' bukan salah satu dari 'semua'",
    ("monitor", "--tanggal", "kemarin"): "--tanggal harus dd-MM-yyyy atau yyyy-MM-dd, atau semua",
    ("monitor", "--tanggal", ""): "--tanggal harus",
    ("monitor", "--tanggal", "2026-02-30"): "--tanggal harus",
    ("monitor", "--tanggal", "20260914"): "--tanggal harus",
    ("monitor", "--tanggal", "2026-W38-1"): "--tanggal harus",
    ("monitor", "--tanggal", "31-02-2026"): "--tanggal harus",
    ("report", "--dari", "kemarin"): "--dari harus dd-MM-yyyy atau yyyy-MM-dd.",
    ("report", "--sampai", "1-2-2026"): "--sampai harus dd-MM-yyyy atau yyyy-MM-dd.",
    ("monitor", "--limit", "0"): "--limit: paling kecil 1",
    ("monitor", "--limit", HUGE): "--limit: paling besar 10000",
    ("monitor", "--limit", "banyak"): "--limit: harus bilangan bulat",
    ("monitor", "--norm"): "--norm memerlukan nilai",
    ("monitor", "--json=ya"): "--json tidak memerlukan nilai",
    ("show",): "Sebutkan nomor pekerjaan, atau --kunci",
    ("show", "satu"): "ID: harus bilangan bulat",
    ("show", "1.5"): "ID: harus bilangan bulat",
    ("show", "0"): "ID: paling kecil 1",
    ("show", HUGE): "ID: paling besar",
    ("show", str(2**63 - 1)): "tidak ada",
    ("send", "--concurrency", "0"): "--concurrency: paling kecil 1",
    ("send", "--concurrency", "201"): "--concurrency: paling besar 200",
    ("send", "--processes", "17"): "--processes: paling besar 16",
    ("send", "x"): "Tidak dimengerti: x",
    ("dispatch", "--concurrency", "x"): "--concurrency: harus bilangan bulat",
    ("simulator", "--port", "0"): "--port: paling kecil 1",
    ("simulator", "--port", "65535"): "--port: paling besar 65534",
    ("simulator", "--latency-ms", "-1"): "--latency-ms: paling kecil 0",
    ("simulator", "--fault", "drop-after"): "tulis NAMA=LAJU",
    ("simulator", "--fault", "drop-after=sering"): "tulis NAMA=LAJU",
    ("simulator", "--fault", "gempa=1"): "tidak ada gangguan 'gempa'",
    ("simulator", "--fault", "drop-after=2"): "laju 0 sampai 1",
    ("simulator", "--fault", "drop-after=nan"): "laju 0 sampai 1",
    ("doctor", "x"): "Tidak dimengerti: x",
    ("resume", "x"): "'x' bukan salah satu dari 'pcare', 'antrean'",
    **{(*words, "--faskes", "xx"): "faskes xx " for words in WITH_FASKES},
    ("tutup",): "ID belum diisi",
    ("tutup", "1"): "--reason belum diisi",
    ("tutup", "1", *WHO): "Pilih salah satu",
    ("tutup", "1", "--sudah-ada", "--tidak-perlu", *WHO): "Pilih salah satu",
    ("tutup", "1", "--sudah-ada", "--reason", " ", "--by", "y"): "tidak boleh kosong",
    ("tutup", "404", "--sudah-ada", *WHO): "Pekerjaan 404 tidak ada",
    ("tutup", HUGE, "--sudah-ada", *WHO): "ID: paling besar",
}


@pytest.mark.parametrize("typed", NONSENSE, ids=" ".join)
def test_nonsense_is_one_sentence_and_exit_2(terminal: Terminal, typed: tuple[str, ...]) -> None:
    assert NONSENSE[typed].lower() in terminal(*typed).complaint.lower()


def test_no_command_at_all_shows_the_help_and_is_a_mistake_too(terminal: Terminal) -> None:
    ran = terminal()
    assert (ran.code, ran.err) == (2, "Pilih satu perintah. Bantuan: bpjs --help\n")
    assert "enqueue" in ran.out


# Variable, its wrong value, what is said about it, and commands that need it.
SETTINGS = [
    ("BPJS_TIMEOUT_SECONDS", "abc", "harus bilangan", ["send", "dispatch", "doctor"]),
    ("BPJS_TIMEOUT_SECONDS", "61", "paling besar 60", ["send", "dispatch", "doctor"]),
    ("BPJS_TIMEOUT_SECONDS", "0", "harus lebih dari 0", ["send"]),
    ("BPJS_CHECK_REFERENCES", SECRET, "harus true atau false", ["send"]),
    ("BPJS_RUN_NAMES", SECRET, "harus 'norm' atau 'id'", ["send", "dispatch", "doctor"]),
    ("BPJS_ALERT_SUMMARY_AT", SECRET, "ditulis seperti 21:00", ["dispatch", "doctor"]),
    ("BPJS_ALERT_SILENT_MINUTES", "0", "paling kecil", ["send", "doctor"]),
    ("BPJS_PCARE_BASE_URL", f"ftp://{SECRET}", "harus alamat http", ["send", "dispatch", "doctor"]),
    ("BPJS_PCARE_BASE_URL", f"http://bpjs.example/{SECRET}", "harus https://", ["send", "dispatch", "doctor"]),
    ("BPJS_ANTREAN_BASE_URL", f"https://u:{SECRET}@bpjs.example", "tidak boleh memuat", ["send", "peserta -"]),
    ("BPJS_TIMEZONE", "Mars", "bukan nama zona waktu", ["enqueue -", "monitor", "show 1", "send"]),
    ("BPJS_DATABASE_URL", SECRET, "bukan alamat", ["enqueue -", "monitor", "show 1", "send", "dispatch"]),
    ("BPJS_DATABASE_URL", "", "bukan alamat", ["monitor"]),
    ("BPJS_DATABASE_URL", f"mysql://u:{SECRET}@h/d", "harus sqlite", ["monitor", "dispatch"]),
    ("BPJS_DATABASE_URL", f"postgresql://u:{SECRET}@h:port/d", "bukan alamat", ["monitor"]),
    ("BPJS_DATABASE_URL", f"postgresql://u:{SECRET}@127.0.0.1:9/d", "dihubungi", ["enqueue -", "monitor", "send"]),
    ("BPJS_DATABASE_URL", "sqlite:////tmp", "tidak dapat dibuka", ["enqueue -", "monitor"]),
    ("BPJS_DATABASE_URL", "sqlite:////proc/tidak/ada.db", "tidak dapat dibuat", ["monitor"]),
]  # fmt: skip


@pytest.mark.parametrize(
    ("variable", "value", "said", "command"),
    [
        (variable, value, said, command)
        for variable, value, said, commands in SETTINGS
        for command in commands
    ],
)
def test_a_wrong_setting_is_named_and_never_quoted(
    terminal: Terminal, variable: str, value: str, said: str, command: str
) -> None:
    complaint = terminal(*command.split(), **{variable: value}).complaint
    assert variable in complaint
    assert said in complaint
    assert SECRET not in complaint
    assert "127.0.0.1" not in complaint


def test_a_file_that_is_no_database_is_one_sentence(terminal: Terminal) -> None:
    (terminal.folder / "surat.txt").write_text("Dengan hormat, " * 100)
    wrong = f"sqlite:///{terminal.folder / 'surat.txt'}"
    assert "bukan basis data SQLite" in terminal("monitor", BPJS_DATABASE_URL=wrong).complaint


def test_a_file_of_settings_that_is_no_utf8_is_one_sentence(terminal: Terminal) -> None:
    (terminal.folder / ".env").write_bytes("PREFECT_HOME=./klinik-é".encode("latin-1"))
    assert "bukan teks UTF-8" in terminal("send").complaint


def test_a_wrong_setting_of_prefect_is_not_blamed_on_ours(terminal: Terminal) -> None:
    ran = terminal("send", PREFECT_LOGGING_LEVEL="nonsens")
    assert ran.code == 2
    assert "Traceback" not in ran.err
    assert "Pengaturan Prefect salah" in ran.err
    assert "BPJS_LEVEL" not in ran.err


@pytest.mark.parametrize("typed", [("enqueue", "-"), ("peserta", "-")])
def test_a_closed_stdin_is_an_empty_one(terminal: Terminal, typed: tuple[str, ...]) -> None:
    code, said = terminal.closed("<&-", *typed)
    assert code in {0, 2}
    assert "Traceback" not in said


@pytest.mark.long
@pytest.mark.parametrize("where", [">&-", ">/dev/full"])
@pytest.mark.parametrize("typed", [("monitor",), ("monitor", "--json"), ("show", "1"), ("enqueue", "-")])
def test_an_output_that_cannot_be_written_is_no_traceback(
    terminal: Terminal, line: Line, where: str, typed: tuple[str, ...]
) -> None:
    terminal("enqueue", "-", stdin=line().encode())
    code, said = terminal.closed(where, *typed, stdin=line(norm="RM-2").encode())
    assert "Traceback" not in said
    assert code == 0 if where == ">&-" else code in {0, 2}
    if typed[0] == "enqueue":
        assert terminal("monitor", "--json").json["cards"]["total"] == 2


def test_a_user_without_a_name_is_one_by_number(monkeypatch: pytest.MonkeyPatch) -> None:
    def nameless() -> str:
        raise KeyError("getpwuid(): uid not found: 54321")

    monkeypatch.setattr(getpass, "getuser", nameless)
    assert whoever_is_here() == f"uid {os.getuid()}"
