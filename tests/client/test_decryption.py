"""What the decryption promises beyond the known answers."""

import json
import string
from typing import Any

import lzstring
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from bpjs_client.decryption import Undecryptable, decrypt, looks_encrypted, mended
from bpjs_client.limits import MOST_CHARACTERS
from bpjs_client.lz_string import NotPacked, UnpacksTooLarge, decompress

from .bombs import lz_bomb, sealed
from .samples import NOW, encrypt

LETTERS = string.ascii_letters + string.digits + "+-"

values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=20,
)


@settings(max_examples=80, deadline=None)
@given(values)
def test_what_was_encrypted_is_read_back_unchanged(value: Any) -> None:
    sealed = encrypt(json.dumps(value, ensure_ascii=False), "12345rahasia1789351200")

    assert json.loads(decrypt(sealed, "12345", "rahasia", "1789351200")) == value


def test_another_timestamp_does_not_open_it() -> None:
    with pytest.raises(Undecryptable):
        decrypt(encrypt('{"a": 1}', "12345rahasia1789351200"), "12345", "rahasia", "1789351201")


def test_a_text_that_was_encrypted_but_not_compressed_is_taken_as_it_is() -> None:
    sealed = encrypt('{"a": 1}', "12345rahasia1", compress=False)

    assert decrypt(sealed, "12345", "rahasia", "1") == '{"a": 1}'


@settings(max_examples=80, deadline=None)
@given(st.text(max_size=60) | st.binary(max_size=64).map(lambda data: data.hex()))
def test_garbage_is_called_undecryptable_and_nothing_else(text: str) -> None:
    with pytest.raises(Undecryptable):
        decrypt(text, "12345", "rahasia", "1")


@pytest.mark.parametrize("text", ["", "Ok", "bukan base64!", "QUJD", "CREATED"])
def test_ordinary_words_do_not_look_encrypted(text: str) -> None:
    assert not looks_encrypted(text)


texts = st.text(st.characters(exclude_categories=[]), max_size=400) | st.text("ab", max_size=2000)


@settings(max_examples=200, deadline=None)
@given(texts)
def test_what_another_library_packs_is_unpacked_as_it_does(text: str) -> None:
    packed = lzstring.compress_to_encoded_uri_component(text)

    assert decompress(packed.encode(), 4000) == mended(lzstring.decompress_from_encoded_uri_component(packed))


@settings(max_examples=200, deadline=None)
@given(st.text(LETTERS, max_size=40))
def test_what_another_library_cannot_unpack_is_not_packed(text: str) -> None:
    try:
        theirs = lzstring.decompress_from_encoded_uri_component(text)
    except (IndexError, KeyError, ValueError):
        theirs = None
    if theirs is None:
        with pytest.raises(NotPacked):
            decompress(text.encode(), 4000)
    else:
        assert decompress(text.encode(), 4000) == mended(theirs)


@given(st.integers(0, 300), st.integers(0, 300))
def test_no_more_is_unpacked_than_was_asked_for(length: int, most: int) -> None:
    packed = lzstring.compress_to_encoded_uri_component("a" * length).encode()

    if length <= most:
        assert len(decompress(packed, most)) == length
    else:
        with pytest.raises(UnpacksTooLarge):
            decompress(packed, most)


def test_a_response_that_unpacks_to_too_much_is_undecryptable() -> None:
    tokens = int((2 * MOST_CHARACTERS) ** 0.5)
    with pytest.raises(Undecryptable):
        decrypt(sealed(lz_bomb(tokens + 100)), "12345", "rahasia-simulator", str(int(NOW)))
    opened = decrypt(sealed(lz_bomb(tokens - 100)), "12345", "rahasia-simulator", str(int(NOW)))
    assert set(opened) == {" "}


def test_a_text_of_blanks_and_base64_is_opened() -> None:
    sealed = encrypt('{"a": 1}', "12345rahasia1")

    assert decrypt("\r\n ".join(sealed), "12345", "rahasia", "1") == '{"a": 1}'


def test_surrogate_pairs_are_joined_and_lone_halves_replaced() -> None:
    assert mended("\ud83d\ude00 \ud83d") == "😀 \ufffd"
