"""Signing and decryption against vectors made with other tools."""

import json
from pathlib import Path
from typing import Any

import pytest
from pydantic import SecretStr

from bpjs_client.decryption import decrypt
from bpjs_client.signing import Credential, authorization, signature

VECTORS = json.loads((Path(__file__).parent.parent / "vectors" / "vectors.json").read_text())["vectors"]


def credential(vector: dict[str, Any]) -> Credential:
    return Credential(
        cons_id=vector["consid"],
        secret_key=SecretStr(vector["secret"]),
        user_key=SecretStr(""),
        username=vector["username"],
        password=SecretStr(vector["password"]),
        kd_aplikasi=vector["kd_aplikasi"],
    )


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["timestamp"])
def test_the_signature_is_what_other_tools_compute(vector: dict[str, Any]) -> None:
    assert signature(credential(vector), vector["timestamp"]) == vector["signature"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["timestamp"])
def test_the_login_header_is_what_other_tools_compute(vector: dict[str, Any]) -> None:
    assert authorization(credential(vector)) == vector["authorization"]


@pytest.mark.parametrize("vector", VECTORS, ids=lambda vector: vector["timestamp"])
def test_a_response_opens_to_what_other_tools_sealed(vector: dict[str, Any]) -> None:
    text = decrypt(vector["response"], vector["consid"], vector["secret"], vector["timestamp"])

    assert json.loads(text) == vector["json"]


def test_the_vectors_hold_characters_outside_the_bmp() -> None:
    assert any(ord(letter) > 0xFFFF for letter in json.dumps(VECTORS, ensure_ascii=False))


def test_a_credential_shows_no_secret() -> None:
    shown = repr(credential(VECTORS[0]))

    assert VECTORS[0]["secret"] not in shown
    assert VECTORS[0]["password"] not in shown
