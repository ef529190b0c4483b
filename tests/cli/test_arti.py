"""`bpjs arti`: one text of BPJS is explained, without a database or BPJS."""

import pytest

from tests.cli.terminal import Terminal

EXPIRED = "Service Expired"


def test_it_says_what_a_text_means_and_what_to_do(terminal: Terminal) -> None:
    ran = terminal("arti", "noKartu: Belum melakukan pendaftaran pada poli tersebut.")
    assert (ran.code, ran.err) == (0, "")
    told = " ".join(ran.out.split())
    assert "Artinya PCare belum punya pendaftaran pasien ini" in told
    assert "Yang perlu dilakukan Perbaiki atau kirim ulang pendaftarannya dulu" in told
    assert "docs/bpjs-contract.md, 5e" in told


def test_json_is_one_document_with_a_row_for_each_meaning(terminal: Terminal) -> None:
    said = f"kdPoli: Tidak sesuai dengan referensi sistem.; noKartu: {EXPIRED}"
    document = terminal("arti", said, "--json").json
    assert document["dikenal"] is True
    assert [row["nama"] for row in document["arti"]] == ["referensi-sistem", "waktu-kedaluwarsa"]
    assert document["arti"][1] == {
        "nama": "waktu-kedaluwarsa",
        "arti": "Waktu permintaan dianggap kedaluwarsa.",
        "yang_perlu_dilakukan": "Periksa jam komputer.",
        "sumber": "docs/bpjs-contract.md, 6.2",
        "contoh": EXPIRED,
    }


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_words_that_nobody_has_explained_are_no_mistake_of_whoever_asks(
    terminal: Terminal, options: tuple[str, ...]
) -> None:
    ran = terminal("arti", "Ikan terbang", *options)
    assert ran.code == 1
    assert ran.err.count("Kamus belum punya arti kata-kata itu") == 1
    assert (ran.json if options else ran.out) == ({"dikenal": False, "arti": []} if options else "")


def test_a_text_may_come_on_standard_input(terminal: Terminal) -> None:
    assert "Periksa jam komputer." in terminal("arti", "-", stdin=f"{EXPIRED}\n").out


@pytest.mark.parametrize("text", ["", "  "])
def test_no_text_is_a_mistake(terminal: Terminal, text: str) -> None:
    assert terminal("arti", text).complaint == "Sebutkan kata-kata BPJS yang ingin diartikan."
