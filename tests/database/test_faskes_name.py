"""A faskes that nobody configured is any text; in a sentence it is a short word without power."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from database.faskes_name import foreign_name, is_stranger, said_name, shortened, some_names
from tests.tasks.bodies import CARD

SHOWN = {
    "klinik-melati_2": "klinik-melati_2",
    "klinik\nbaru\r\t": "klinik baru",
    "[klik](http://jahat.example/x)": "klik http jahat example…",
    "www.jahat.example": "www jahat example",
    "\U0001f600" * 64: "…",
    "": "…",
    "\x1b[31mmerah\u202e": "31mmerah",
    f"kartu {CARD}": "kartu",
    "0001_2345-67 890": "_ -",
    "k" * 64: "k" * 23 + "…",
}


@pytest.mark.parametrize("text", SHOWN)
def test_only_its_letters_and_digits_are_said(text: str) -> None:
    assert foreign_name(text) == SHOWN[text]


@given(st.text(max_size=64))
def test_whatever_it_is_nothing_of_it_has_power(text: str) -> None:
    name = foreign_name(text)
    assert 1 <= len(name) <= 24
    assert not re.search(r"[^\w…-]", name.replace(" ", ""))
    assert sum(letter.isdigit() for letter in name) < 9


def test_a_configured_name_is_said_as_it_is() -> None:
    assert said_name("klinik.melati (2)", ["klinik.melati (2)"]) == "klinik.melati (2)"
    assert said_name("klinik.melati (2)", ["lain"]) == "klinik melati 2"
    assert (said_name("utama", None), said_name("cabang", None)) == ("utama", "cabang")


def test_without_a_file_nobody_is_a_stranger() -> None:
    assert [is_stranger("cabang", known) for known in (None, ["cabang"], ["utama"], [])] == [
        False,
        False,
        True,
        True,
    ]


def test_of_many_three_are_named() -> None:
    assert some_names(["a", "b", "c"], None) == "a, b, c"
    assert some_names(["a", "b", "c", "d"], None) == "a, b, c, …"


def test_a_text_is_cut_on_one_line() -> None:
    assert shortened("a \n b", 3) == "a b"
    assert shortened("kata" * 10, 6) == "katak…"
