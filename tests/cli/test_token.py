"""`bpjs token`: made, listed and revoked; the secret is shown once."""

import re

import pytest

from cli.person import whoever_is_here
from database import Database
from database.errors import TokenRefused
from database.people.acts import last_acts
from database.people.tokens import Ability, all_tokens, token_of
from tests.cli.here import bpjs
from tests.cli.terminal import Terminal


def test_the_text_is_shown_once_and_works_until_it_is_revoked(terminal: Terminal, kept: Database) -> None:
    environ = {**terminal.environ, "COLUMNS": "60"}
    ran = bpjs("token", "buat", "--nama", "SIMRS", environ=environ)
    text = ran.out.splitlines()[-1]
    found = token_of(kept, text)
    assert (found.faskes, found.name, found.abilities) == ("utama", "SIMRS", frozenset(Ability))
    assert f"Token {found.id}: faskes utama, boleh serah, baca, sampai " in ran.out

    wide = {**terminal.environ, "COLUMNS": "160"}
    listed = bpjs("token", "daftar", environ=wide).out
    assert re.search(rf"{found.id}\W+SIMRS\W+utama\W+serah, baca\W", listed)
    assert "berlaku" in listed
    assert text not in listed
    assert text.rpartition("_")[2] not in listed

    assert (
        bpjs("token", "cabut", found.id, environ=environ).out == f"Token {found.id} (faskes utama) dicabut.\n"
    )
    with pytest.raises(TokenRefused):
        token_of(kept, text)
    assert "dicabut" in bpjs("token", "daftar", environ=wide).out

    acts = list(reversed(last_acts(kept, limit=9)))
    assert [(act.act, act.about, act.faskes) for act in acts] == [
        ("buat-token", found.id, "utama"),
        ("cabut-token", found.id, "utama"),
    ]
    assert {act.by for act in acts} == {whoever_is_here()}


def test_it_may_less_and_for_a_shorter_time_when_told_so(terminal: Terminal, kept: Database) -> None:
    bpjs("token", "buat", "--boleh", "baca", "--hari", "1", environ=terminal.environ)
    (made,) = all_tokens(kept)
    assert made.abilities == frozenset({Ability.READ})
    assert (made.expires_at - made.created_at).days == 1


def test_the_list_says_how_to_begin(terminal: Terminal) -> None:
    assert "Belum ada token: bpjs token buat" in bpjs("token", "daftar", environ=terminal.environ).out


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("buat", "--faskes", "siapa"), "Tidak ada faskes siapa di sini"),
        (("buat", "--hari", "0"), "--hari: paling kecil 1"),
        (("buat", "--hari", "4000"), "--hari: paling besar 3650"),
        (("buat", "--boleh", "semua"), "--boleh: 'semua' bukan salah satu dari"),
        (("buat", "--nama", "x" * 101), "Nama token paling panjang 100"),
        (("cabut",), "Sebutkan ID token yang dicabut"),
        (("cabut", "0" * 12), "Tidak ada token dengan ID itu."),
        (("cabut", "bpjs_x"), "Tidak ada token dengan ID itu."),
        (("cuci",), "AKSI: 'cuci' bukan salah satu dari"),
    ],
)
def test_what_cannot_be_is_one_sentence(
    terminal: Terminal, kept: Database, words: tuple[str, ...], said: str
) -> None:
    assert said in bpjs("token", *words, environ=terminal.environ).complaint
    assert all_tokens(kept) == []
