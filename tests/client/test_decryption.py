"""What the decryption promises beyond the known answers."""

import json

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpjs_client.decryption import Undecryptable, decrypt, looks_encrypted, mended

from .samples import encrypt

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=80, deadline=None)
@given(values)
def test_what_was_encrypted_is_read_back_unchanged(value):
    sealed = encrypt(json.dumps(value, ensure_ascii=False), "12345rahasia1789351200")

    assert json.loads(decrypt(sealed, "12345", "rahasia", "1789351200")) == value


def test_another_timestamp_does_not_open_it():
    with pytest.raises(Undecryptable):
        decrypt(encrypt('{"a": 1}', "12345rahasia1789351200"), "12345", "rahasia", "1789351201")


def test_a_text_that_was_encrypted_but_not_compressed_is_taken_as_it_is():
    sealed = encrypt('{"a": 1}', "12345rahasia1", compress=False)

    assert decrypt(sealed, "12345", "rahasia", "1") == '{"a": 1}'


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=60) | st.binary(max_size=64).map(lambda data: data.hex()))
def test_garbage_is_called_undecryptable_and_nothing_else(text):
    with pytest.raises(Undecryptable):
        decrypt(text, "12345", "rahasia", "1")


@pytest.mark.parametrize("text", ["", "Ok", "bukan base64!", "QUJD", "CREATED"])
def test_ordinary_words_do_not_look_encrypted(text):
    assert not looks_encrypted(text)


def test_surrogate_pairs_are_joined_and_lone_halves_replaced():
    assert mended("\ud83d\ude00 \ud83d") == "😀 \ufffd"
