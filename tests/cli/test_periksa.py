"""`bpjs periksa`: a file is checked before it is handed over, and whatever stands in it gets an answer."""

from pathlib import Path

import pytest
from sqlalchemy import func, select

from database import Database
from database.storage.models import Job
from tests.cli.conftest import Line
from tests.cli.terminal import Ran, Terminal
from tests.leaks import leaks
from tests.tasks.bodies import CARD, NIK

NAME = "Pasien Contoh"


def stored(database: Database) -> int:
    with database.read() as session:
        return session.scalar(select(func.count()).select_from(Job)) or 0


def check(terminal: Terminal, *lines: str, as_json: bool = True) -> Ran:
    return terminal("periksa", "-", *(["--json"] if as_json else []), stdin="\n".join(lines).encode())


def test_a_file_that_lacks_nothing_certain_ends_with_0(
    terminal: Terminal, line: Line, tmp_path: Path, kept: Database
) -> None:
    file = tmp_path / "hari-ini.jsonl"
    file.write_text(f"\n{line('tambah-kunjungan')}\r\n{line('tambah-pendaftaran')}\n")
    ran = terminal("periksa", str(file), "--json")
    assert (ran.code, ran.err) == (0, "")
    assert [each["baris"] for each in ran.json["hasil"]] == [2, 3]
    assert all(each["sah"] for each in ran.json["hasil"])
    assert {each["aturan"] for of in ran.json["hasil"] for each in of["temuan"]} == {"belum-dapat-dinilai"}
    assert stored(kept) == 0


def test_what_certainly_lacks_ends_with_1_and_says_all(terminal: Terminal, line: Line) -> None:
    ran = check(terminal, line("tambah-kunjungan", body={"suhu": "panas", "sistole": "x"}), line())
    assert ran.code == 1
    first, second = ran.json["hasil"]
    assert (first["sah"], second["sah"]) == (False, True)
    wrong = {each["isian"] for each in first["temuan"] if each["bobot"] == "pasti ditolak"}
    assert wrong == {"suhu", "sistole"}
    assert (ran.json["diperiksa"], ran.json["pasti_ditolak"]) == (2, 1)


def test_every_wrong_part_of_a_frame_is_said(terminal: Terminal, line: Line) -> None:
    ran = check(terminal, line("cuci-piring", norm=None, nama_pasien=""), line(faskes="klinik-lain"))
    assert ran.code == 1
    said = [{each["isian"] for each in of["temuan"]} for of in ran.json["hasil"]]
    assert said == [{"jenis", "norm", "nama_pasien"}, {"faskes"}]


def test_a_known_job_is_named_by_its_number(terminal: Terminal, line: Line) -> None:
    terminal("enqueue", "-", stdin=line("tambah-pendaftaran", kunci="a").encode())
    ran = check(terminal, line("tambah-pendaftaran", kunci="b"), as_json=False)
    assert ran.code == 1
    assert "Baris 1 · tambah-pendaftaran · norm RM-1" in ran.out
    assert "tambah-pendaftaran #1 sudah diserahkan dan belum selesai" in ran.out.lower()
    assert "1 pekerjaan diperiksa: 1 pasti ditolak, 0 mungkin, 0 tidak terbaca." in ran.out


NO_JOBS: dict[str, bytes] = {
    "words": b"halo",
    "half a line": b'{"jenis": "tambah',
    "a list": b"[1]",
    "not a number": b'{"norm": NaN}',
    "nested too deep": b'{"body": ' + b"[" * 200_000,
    "nested too deep, and closed": b'{"body": ' + b'{"a":' * 100_000 + b"1" + b"}" * 100_000 + b"}",
    "NUL": b"\x00",
    "NULs": b"\x00" * 100_000,
}


@pytest.mark.parametrize("sent", NO_JOBS)
@pytest.mark.parametrize("as_json", [True, False])
def test_a_line_that_is_no_json_object_ends_with_2_and_the_others_are_checked(
    terminal: Terminal, line: Line, sent: str, as_json: bool
) -> None:
    options = ["--json"] if as_json else []
    ran = terminal("periksa", "-", *options, stdin=NO_JOBS[sent] + b"\n" + line().encode())
    assert (ran.code, ran.err) == (2, "")
    if as_json:
        first, second = ran.json["hasil"]
        assert (first["sah"], set(first)) == (False, {"baris", "sah", "galat"})
        assert second["sah"]
    else:
        assert "tidak terbaca" in ran.out


def test_nul_in_a_job_is_checked_as_any_text(terminal: Terminal, line: Line) -> None:
    ran = check(
        terminal, line("tambah-kunjungan", norm="RM\x001", kunci="a\x00b", body={"kdDiag1": "J\x0000"})
    )
    assert ran.code in {0, 1}
    assert ran.err == ""


def test_what_is_no_text_or_too_large_is_refused_in_a_sentence(terminal: Terminal, tmp_path: Path) -> None:
    (tmp_path / "utf16").write_bytes('{"norm": "x"}'.encode("utf-16"))
    with (tmp_path / "besar").open("wb") as large:
        large.truncate(100 * 2**20)
    assert "bukan teks UTF-8" in terminal("periksa", "utf16").complaint
    assert "Paling besar 32 MiB" in terminal("periksa", "besar").complaint
    (tmp_path / "baris").write_bytes(b"x\n" * 60_000)
    assert "Paling banyak 50000 baris" in terminal("periksa", "baris").complaint
    assert "tidak dapat dibaca: tidak ada" in terminal("periksa", "tidak-ada").complaint
    assert "tidak dapat dibaca: itu sebuah map" in terminal("periksa", ".").complaint


def test_an_empty_file_lacks_nothing(terminal: Terminal) -> None:
    ran = check(terminal, as_json=False)
    assert (ran.code, ran.err) == (0, "")
    assert "0 pekerjaan diperiksa" in ran.out


@pytest.mark.parametrize("as_json", [True, False])
def test_neither_card_nor_name_is_printed(terminal: Terminal, line: Line, as_json: bool) -> None:
    lines = (
        line("tambah-kunjungan", norm=CARD, kunci=CARD, body={"kdDiag1": CARD, "suhu": NIK, "kdPoli": NIK}),
        line("tambah-kunjungan", norm=CARD, kunci=NIK),
        line("tambah-pendaftaran", body={"noKartu": f"{CARD}9"}),
    )
    ran = check(terminal, *lines, as_json=as_json)
    assert ran.code == 1
    assert leaks(ran.out) == set()
    for hidden in (CARD, NIK, NAME):
        assert hidden not in ran.out
