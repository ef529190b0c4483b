"""`bpjs monitor`: the document that programs read and the screen that people read."""

import csv
import io
import signal
from collections.abc import Callable
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

import pytest
from openpyxl import load_workbook

from bpjs_client.jenis import Service
from database import Database, enqueue_lines
from database.jobs.verdict import Verdict
from database.services.pauses import pause
from database.status import Status
from database.vocabulary import Reason
from tests.cli.conftest import Line
from tests.cli.terminal import Terminal
from tests.database.clinic import Clinic
from tests.database.outage import names, refused, stopped, store, unknown_names, waiting

ESC = "\x1b"
SAID = "Anda belum melakukan skrining kesehatan. · minta pasien mengisinya"


def refused_for_patient(database: Database, job_id: int) -> None:
    """As delivery leaves a job whose patient must act first."""
    clinic = Clinic(database)
    clinic.take(job_id)
    verdict = Verdict(Status.MENUNGGU, Reason.NEEDS_SCREENING, SAID, due_in=timedelta(minutes=30))
    clinic.finish(job_id, verdict)


@pytest.fixture
def today() -> str:
    return f"{datetime.now(ZoneInfo('Asia/Jakarta')):%Y-%m-%d}"


@pytest.fixture
def hand_over(kept: Database) -> Callable[..., None]:
    """Hands lines over without the command: it has its own tests, and each process takes a second."""

    def enqueue(*lines: str) -> None:
        answers = list(enqueue_lines(lines, database=kept))
        assert not any("error" in answer for answer in answers), answers

    return enqueue


def test_json_is_one_document_with_cards_columns_and_rows(
    terminal: Terminal, line: Line, hand_over: Callable[..., None], today: str
) -> None:
    hand_over(line(), line(norm="RM-2", body={"kodedokter": "dua"}))
    ran = terminal("monitor", "--json")
    assert (ran.code, ran.err) == (0, "")
    assert set(ran.json) == {"cards", "columns", "rows", "hari_sebelumnya", "menunggu_pasien", "layanan"}
    assert ran.json["cards"] == {"total": 2, "menunggu": 1, "berhasil": 0, "gagal": 1}
    assert ran.json["columns"][:3] == ["Tanggal", "Norm", "Nama Pasien"]
    assert [row["id"] for row in ran.json["rows"]] == [2, 1]
    assert ran.json["rows"][1] == {
        "id": 1,
        "tanggal": today,
        "norm": "RM-1",
        "nama_pasien": "Pasien Contoh",
        "jenis": "tambah-antrean",
        "status": "menunggu",
        "http_code": None,
        "attempts": 0,
        "message": "",
        "faskes": "utama",
    }


def test_json_of_a_job_type_has_a_value_for_each_of_its_columns(
    terminal: Terminal, line: Line, hand_over: Callable[..., None]
) -> None:
    hand_over(line(), line("tambah-pendaftaran"))
    seen = terminal("monitor", "--jenis", "tambah-antrean", "--json").json
    own = ["Poli", "Dokter", "Jam Praktik", "No. Antrean"]
    assert seen["columns"][3:7] == own
    (row,) = seen["rows"]
    assert [row[name] for name in own] == ["001", "dr. Contoh", "08:00-12:00", "A-07"]


# Options -> the ids of the rows: 1 today's failed, 2 today's waiting, 3 of an earlier day.
FILTERS = {
    (): [2, 1],
    ("--tanggal", "semua"): [3, 2, 1],
    ("--tanggal", "2026-01-05"): [3],
    ("--tanggal", "05-01-2026"): [3],
    ("--tanggal", "06-01-2026"): [],
    ("--norm", "RM-2"): [2],
    ("--norm", "tidak ada"): [],
    ("--status", "tidak-terkirim"): [1],
    ("--status", "belum-diproses"): [2],
    ("--status", "terkirim"): [],
    ("--jenis", "tambah-pendaftaran"): [2],
    ("--tanggal", "semua", "--limit", "1"): [3],
    ("--jenis", "tambah-antrean", "--tanggal", "semua", "--status", "belum-diproses"): [3],
}


def test_each_filter_shows_its_jobs(terminal: Terminal, line: Line, hand_over: Callable[..., None]) -> None:
    hand_over(
        line(body={"kodedokter": "dua"}),
        line("tambah-pendaftaran", norm="RM-2"),
        line(norm="RM-3", tanggal="2026-01-05"),
    )
    shown = {
        options: [row["id"] for row in terminal("monitor", "--json", *options).json["rows"]]
        for options in FILTERS
    }
    assert shown == FILTERS


def test_it_says_beneath_the_cards_what_earlier_days_left_open(
    terminal: Terminal, line: Line, hand_over: Callable[..., None]
) -> None:
    shown = terminal("monitor").out.splitlines()
    assert shown[0].startswith("Pekerjaan ")
    assert "Gagal" in shown[1]
    assert shown[4] == "Tersisa: 0 gagal, 0 menunggu dari hari sebelumnya"
    hand_over(
        line(tanggal="2026-01-05", body={"kodedokter": "dua"}),
        line(norm="RM-2", tanggal="2026-01-05"),
        line(norm="RM-3", tanggal="2026-01-04"),
        line(norm="RM-4"),
    )
    assert (
        "Tersisa: 1 gagal, 2 menunggu dari hari sebelumnya\n"
        in terminal("monitor", "--norm", "tidak ada").out
    )
    assert terminal("monitor", "--json").json["hari_sebelumnya"] == {"gagal": 1, "menunggu": 2}


def test_where_nothing_fits_it_says_so_instead_of_an_empty_table(terminal: Terminal) -> None:
    ran = terminal("monitor", "--tanggal", "2026-01-05")
    assert ran.code == 0
    assert "Tidak ada pekerjaan pada 05-01-2026 dengan filter ini." in ran.out
    assert "Id" not in ran.out
    assert "Tidak ada pekerjaan pada semua tanggal" in terminal("monitor", "--tanggal", "semua").out


def test_a_shortened_table_says_that_there_is_more(
    terminal: Terminal, line: Line, hand_over: Callable[..., None]
) -> None:
    hand_over(*(line(norm=f"RM-{number}") for number in range(3)))
    assert "2 terbaru dari 3; --limit untuk lebih banyak." in terminal("monitor", "--limit", "2").out
    assert "terbaru dari" not in terminal("monitor", "--limit", "3").out


def test_a_paused_service_is_said_above_the_jobs(terminal: Terminal, kept: Database) -> None:
    pause(kept, "utama", Service.PCARE, "Kata sandi PCare ditolak.", mark="tanda")
    assert "Layanan pcare dijeda sejak" in terminal("monitor").out.split("Tidak ada pekerjaan")[0]
    (line,) = terminal("monitor", "--json").json["layanan"]
    assert line.endswith("Kata sandi PCare ditolak.")


def test_1500_wrong_faskes_and_500_clinics_in_an_outage_are_a_few_lines_above_the_table(
    terminal: Terminal, kept: Database, tmp_path: Path
) -> None:
    listed, unknown = names(500), unknown_names(1_500)
    (tmp_path / "faskes.toml").write_text("\n".join(f"[{name}]" for name in listed))
    store(kept, [row for text in unknown for row in (refused(text, reason=text), *waiting(text))])
    store(kept, [stopped(name, service) for name in listed for service in ("pcare", "antrean")])
    file = {"BPJS_FASKES_FILE": str(tmp_path / "faskes.toml")}

    said = terminal("monitor", "--json", **file).json["layanan"]
    above = terminal("monitor", COLUMNS="80", **file).out.split("\nId ")[0].split("Tersisa")[1].splitlines()

    assert len(said) == 3
    assert said[-1].startswith("1500 pekerjaan menunggu dari 1500 faskes yang tidak dikenal")
    assert len(above) <= 12
    assert all(len(line) <= 80 for line in above)
    (alone,) = terminal("monitor", "--json", "--faskes", "salah-ketik-7", **file).json["layanan"]
    assert alone.startswith("1 pekerjaan menunggu dari 1 faskes yang tidak dikenal, misalnya “salah-ketik-7”")


@pytest.mark.parametrize("width", [80, 110, 140])
@pytest.mark.parametrize("jenis", ["", "tambah-antrean", "tambah-kunjungan"])
def test_every_width_shows_norm_status_and_why_and_no_line_is_cut(
    terminal: Terminal, line: Line, hand_over: Callable[..., None], width: int, jenis: str
) -> None:
    hand_over(
        line(norm="RM-000123", body={"kodedokter": "dua"}),
        line("tambah-kunjungan", norm="RM-000123", body={"kdDiag1": None}),
    )
    ran = terminal("monitor", *(("--jenis", jenis) if jenis else ()), COLUMNS=str(width))
    assert max(len(shown) for shown in ran.out.splitlines()) <= width
    for word in ("RM-000123", "Status", " Gagal ", "Harus"):
        assert word in ran.out


def test_a_pipe_gets_no_colours_and_long_messages_whole(
    terminal: Terminal, line: Line, hand_over: Callable[..., None]
) -> None:
    hand_over(line(nama_pasien="Nama Yang Panjang Sekali", body={"kodedokter": "dua"}))
    out = terminal("monitor").out
    assert ESC not in out
    assert "kodedokter: Harus bilangan bulat" in out
    assert "…" not in out


@pytest.mark.parametrize(("asked", "coloured"), [({}, True), ({"NO_COLOR": "1"}, False)])
def test_colours_are_for_terminals_that_want_them(
    terminal: Terminal,
    line: Line,
    hand_over: Callable[..., None],
    asked: dict[str, str],
    coloured: bool,
) -> None:
    hand_over(line())
    out = terminal("monitor", FORCE_COLOR="1", TERM="xterm-256color", COLUMNS="140", **asked).out
    assert ("\x1b[30;4" in out or "\x1b[1;3" in out) is coloured


# Texts from outside that a terminal, or the table's own markup, would obey.
HOSTILE = (
    f"{ESC}[31mmerah",
    f"{ESC}]0;judul\x07",
    "[red]merah[/red] [/]",
    "\ud800",  # half a surrogate pair
    "\u202eterbalik",  # writing turned around
    "nol\x00",
)


@pytest.mark.parametrize("command", [("monitor", "--jenis", "tambah-antrean"), ("show", "1", "--buka")])
def test_a_text_from_outside_is_only_ever_a_text(
    terminal: Terminal, line: Line, hand_over: Callable[..., None], command: tuple[str, ...]
) -> None:
    hand_over(line(body={"namadokter": "".join(HOSTILE), "nomorantrean": "[red]9[/red]"}))
    ran = terminal(*command)
    assert (ran.code, ran.err) == (0, "")
    assert not set(ran.out) & set(f"{ESC}\x07\x00\u202e")
    assert "[red]9[/red]" in ran.out


def test_json_keeps_a_text_from_outside_as_it_came(
    terminal: Terminal, line: Line, hand_over: Callable[..., None]
) -> None:
    hand_over(line(body={"namadokter": "".join(HOSTILE)}))
    assert terminal("show", "1", "--json").json["request"]["namadokter"] == "".join(HOSTILE)
    (row,) = terminal("monitor", "--jenis", "tambah-antrean", "--json").json["rows"]
    assert row["Dokter"] == "".join(HOSTILE)


@pytest.mark.long
def test_a_terminal_without_utf_8_gets_question_marks_and_programs_still_get_json(
    terminal: Terminal, line: Line, hand_over: Callable[..., None]
) -> None:
    hand_over(line(nama_pasien="Siti ✓"))
    shown = terminal("monitor", PYTHONIOENCODING="ascii")
    assert (shown.code, shown.err) == (0, "")
    assert "Siti ?" in shown.out
    assert terminal("monitor", "--json", PYTHONIOENCODING="ascii").json["rows"][0]["nama_pasien"] == "Siti ✓"


def shown(terminal: Terminal, *words: str) -> list[str]:
    """The norms of the rows that a filter leaves, sorted."""
    return sorted(row["norm"] for row in terminal("monitor", *words, "--json").json["rows"])


def test_rows_are_filtered_by_name_clinic_and_a_field_of_the_body(terminal: Terminal, line: Line) -> None:
    lines = [
        line(norm="RM-1", nama_pasien="Sari 100%"),
        line(norm="RM-2", nama_pasien="Bima", faskes="cabang"),
        line("tambah-pendaftaran", norm="RM-3", nama_pasien="Sarita", body={"kdPoli": "002"}),
    ]
    shared = {"BPJS_SHARE_CREDENTIAL": "true"}
    assert terminal("enqueue", "-", stdin="\n".join(lines).encode(), **shared).code == 0

    assert shown(terminal, "--nama", "sari") == ["RM-1", "RM-3"]
    assert shown(terminal, "--nama", "%") == ["RM-1"]
    assert shown(terminal, "--faskes", "cabang") == ["RM-2"]
    assert shown(terminal, "--isi", "kdPoli=002") == ["RM-3"]
    assert shown(terminal, "--isi", "kdPoli=x' OR 1=1") == []
    typed = terminal("monitor", "--isi", "-", "--json", stdin=b"kdPoli=002\n").json
    assert [row["norm"] for row in typed["rows"]] == ["RM-3"]


def test_rows_go_to_a_spreadsheet_as_text(terminal: Terminal, line: Line) -> None:
    assert terminal("enqueue", "-", stdin=line(nama_pasien='=HYPERLINK("x")').encode()).code == 0

    rows = list(csv.reader(io.StringIO(terminal("monitor", "--csv").out)))

    assert rows[0][:5] == ["Id", "Tanggal", "Norm", "Nama Pasien", "Jenis"]
    assert rows[1][2:5] == ["RM-1", '\'=HYPERLINK("x")', "tambah-antrean"]


def test_a_spreadsheet_holds_text_as_text_and_numbers_as_numbers(
    terminal: Terminal, line: Line, tmp_path: Path
) -> None:
    lines = [line(norm="007", nama_pasien='=HYPERLINK("x")'), line(norm="RM-2", kunci="lain")]
    terminal("enqueue", "-", stdin="\n".join(lines).encode())
    file = tmp_path / "hari-ini.xlsx"
    ran = terminal("monitor", "--xlsx", str(file))

    assert (ran.code, ran.out, ran.err) == (0, f"2 pekerjaan tertulis di {file}\n", "")
    sheet = load_workbook(file).worksheets[0]
    heading, newest, oldest = sheet.iter_rows(values_only=True)
    assert heading[:5] == ("Id", "Tanggal", "Norm", "Nama Pasien", "Jenis")
    assert (newest[0], oldest[0]) == (2, 1)
    assert oldest[2:4] == ("007", '=HYPERLINK("x")')
    assert sheet["D3"].data_type == "s"


def test_an_export_holds_all_rows_and_says_when_it_does_not(terminal: Terminal, line: Line) -> None:
    lines = [line(kunci=f"k-{number}") for number in range(60)]
    terminal("enqueue", "-", stdin="\n".join(lines).encode())
    whole, part = terminal("monitor", "--csv"), terminal("monitor", "--csv", "--limit", "10")

    assert (whole.out.count("\n"), whole.err) == (61, "")
    assert part.out.count("\n") == 11
    assert part.err == "Hanya 10 pekerjaan terbaru; 50 lainnya tidak ikut.\n"


@pytest.mark.long
def test_watching_goes_on_until_ctrl_c(terminal: Terminal) -> None:
    with terminal.running("monitor", "--watch") as watcher:
        watcher.wait_until(lambda: watcher.said.count("Tidak ada pekerjaan") >= 2)
        assert watcher.stop(signal.SIGINT) == 130
    assert "Traceback" not in watcher.said


@pytest.mark.parametrize(
    ("words", "complaint"),
    [
        (("--isi", "kdPoli"), "--isi harus ISIAN=NILAI"),
        (("--isi", "-"), "--isi harus ISIAN=NILAI"),
        (("--csv", "--json"), "Pilih salah satu"),
        (("--xlsx", "/tidak/ada/x.xlsx"), "tidak dapat ditulis"),
    ],
)
def test_a_wrong_filter_is_one_sentence(terminal: Terminal, words: tuple[str, ...], complaint: str) -> None:
    ran = terminal("monitor", *words)

    assert (ran.code, ran.out, ran.err.count("\n")) == (2, "", 1)
    assert complaint in ran.err


def test_what_waits_for_its_patient_is_counted_whatever_its_day_and_listed(
    terminal: Terminal, line: Line, hand_over: Callable[..., None], kept: Database
) -> None:
    hand_over(line(), line(norm="RM-2", body={"nomorkartu": "0001000000002"}))
    assert "Menunggu pasien" not in terminal("monitor").out
    refused_for_patient(kept, 1)
    seen = terminal("monitor", "--tanggal", "31-12-2020")
    assert "Menunggu pasien mengisi skrining kesehatan: 1" in " ".join(seen.out.split())
    found = terminal("monitor", "--tanggal", "semua", "--status", "menunggu-pasien", "--json").json
    assert ([row["id"] for row in found["rows"]], found["menunggu_pasien"]) == ([1], 1)
    assert found["cards"] == {"total": 1, "menunggu": 1, "berhasil": 0, "gagal": 0}
    assert found["rows"][0]["message"] == SAID
    told = " ".join(terminal("show", "1").out.split())
    assert "Artinya Pasien belum mengisi skrining kesehatan tahun ini." in told


def test_what_waits_for_its_patient_is_found_for_sending_again(
    terminal: Terminal, line: Line, hand_over: Callable[..., None], kept: Database
) -> None:
    hand_over(line(), line(norm="RM-2", body={"kodedokter": "dua"}))
    refused_for_patient(kept, 1)
    words = ("resend", "--filter", "--tanggal", "semua", "--hanya-hitung")
    ran = terminal(*words, "--status", "menunggu-pasien")
    assert (ran.code, ran.out.splitlines()[0]) == (0, "1 pekerjaan yang menunggu pasien cocok.")
    assert terminal(*words).out.startswith("1 pekerjaan gagal cocok.")
    alone = terminal("resend", "1", "--status", "menunggu-pasien")
    assert (alone.code, alone.err) == (2, "--status: hanya dengan --filter.\n")
