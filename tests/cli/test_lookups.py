"""`bpjs peserta` and `bpjs rujukan`: asked of BPJS at once, numbers masked unless asked for."""

import pytest

from tests.cli.terminal import Terminal

CARD, NIK, NOBODY = "0001234567890", "3200000000000001", "8001234567890"


def test_a_member_is_shown_with_masked_numbers(at_work: Terminal) -> None:
    shown = at_work("peserta", CARD, "--riwayat")
    assert shown.code == 0, shown.err
    assert "Klinik Contoh Sehat" in shown.out
    assert "Belum ada kunjungan." in shown.out
    assert CARD not in shown.out

    document = at_work("peserta", "-", "--lengkap", "--json", stdin=f"{CARD}\n".encode()).json
    assert document["peserta"]["noKartu"] == CARD


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


NONSENSE = [
    (("peserta", "123"), "Nomor harus nomor kartu BPJS"),
    (("peserta",), "NOMOR belum diisi"),
    (("rujukan",), "Sebutkan nomor kunjungan"),
    (("rujukan", "1", "--subspesialis", "3"), "Sebutkan nomor kunjungan"),
    (("rujukan", "--khusus", "HDL"), "bersama --kartu"),
    (("rujukan", "--khusus", "HDL", "--kartu", CARD, "--sarana", "1"), "--sarana hanya"),
    (("rujukan", "--khusus", "THA", "--kartu", CARD), "THA dan HEM memerlukan subspesialis"),
    (("rujukan", "--subspesialis", "3", "--tanggal", "besok"), "--tanggal harus yyyy-MM-dd"),
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
