"""Compression and sealing against vectors made with other tools."""

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lzstring import decompress_from_encoded_uri_component

from bpjs_simulator.clinic import Clinic, signature
from bpjs_simulator.envelope import seal
from bpjs_simulator.lzstring_encoder import compress
from bpjs_simulator.references import References

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "vectors.json").read_text())["vectors"]
each_vector = pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["timestamp"])


def written(vector: dict[str, Any]) -> str:
    return json.dumps(vector["json"], ensure_ascii=False, separators=(",", ":"))


def clinic_of(vector: dict[str, Any]) -> Clinic:
    return Clinic(cons_id=vector["consid"], secret_key=vector["secret"])


@each_vector
def test_text_is_compressed_as_the_published_library_does(vector: dict[str, Any]) -> None:
    assert compress(written(vector)) == vector["compressed"]


@each_vector
def test_a_payload_is_sealed_as_other_tools_seal_it(vector: dict[str, Any]) -> None:
    assert seal(written(vector), clinic_of(vector), vector["timestamp"]) == vector["response"]


@each_vector
def test_the_signature_wanted_is_what_other_tools_compute(vector: dict[str, Any]) -> None:
    assert signature(clinic_of(vector), vector["timestamp"]) == vector["signature"]


# Few letters make long phrases.
@given(st.text(min_size=1) | st.text("ab", min_size=1, max_size=1000))
def test_any_text_comes_back_from_another_decoder(text: str) -> None:
    back = decompress_from_encoded_uri_component(compress(text))

    assert back.encode("utf-16-le", "surrogatepass").decode("utf-16-le") == text


@pytest.mark.parametrize(
    "text",
    [
        json.dumps(References().lists["diagnosa"], ensure_ascii=False),
        "".join(map(chr, range(1, 5000))) * 2,  # numbers grow wide, characters of both widths
        "a" * 50_000,
    ],
    ids=["a whole reference", "thousands of different characters", "one letter over and over"],
)
def test_a_long_text_comes_back_from_another_decoder(text: str) -> None:
    assert decompress_from_encoded_uri_component(compress(text)) == text


def test_a_clinic_shows_no_secret() -> None:
    clinic = Clinic()

    for secret in (clinic.secret_key, clinic.password, clinic.pcare_user_key, clinic.antrean_user_key):
        assert secret not in repr(clinic)
