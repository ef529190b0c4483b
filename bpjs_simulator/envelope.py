"""Answers as BPJS writes them: two envelopes, encrypted payloads, plain errors (contract 2)."""

import base64
import hashlib
import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import Any

from Crypto.Cipher import AES
from Crypto.Util.Padding import pad

from bpjs_simulator.clinic import Clinic
from bpjs_simulator.lzstring_encoder import compress

_HTTP = range(200, 600)


@dataclass(frozen=True)
class Answer:
    """An answer of a service: its code, its text, and the payload, which is sealed when `sealed`."""

    code: int
    message: str
    response: Any = None
    sealed: bool = False
    http: int | None = None  # None: PCare mirrors the code, Antrean says 200
    committed: bool = field(default=False, compare=False)
    meta: Mapping[str, Any] = field(default_factory=dict)  # more fields, beside message and code


def write(service: str, answer: Answer, clinic: Clinic | None, stamp: str) -> tuple[int, bytes]:
    """The HTTP status and the body of an answer."""
    response = answer.response
    if answer.sealed and clinic is not None:
        response = seal(json.dumps(response, ensure_ascii=False, separators=(",", ":")), clinic, stamp)
    meta = {"message": answer.message, "code": answer.code, **answer.meta}
    key = "metaData" if service == "pcare" else "metadata"
    body = json.dumps({"response": response, key: meta}, ensure_ascii=False).encode("utf-8", "replace")
    return status_of(service, answer), body


def status_of(service: str, answer: Answer) -> int:
    """PCare mirrors its code, Antrean says 200 whatever happened (contract 2)."""
    if answer.http is not None:
        return answer.http
    if service == "antrean":
        return 200
    return answer.code if answer.code in _HTTP else 400  # as 50000, which no HTTP status has for a number


def seal(text: str, clinic: Clinic, stamp: str) -> str:
    """LZString, AES-256-CBC with the key of this clinic and timestamp, base64 (contract 2.1, mark A)."""
    key = hashlib.sha256(f"{clinic.cons_id}{clinic.secret_key}{stamp}".encode()).digest()
    sealed = AES.new(key, AES.MODE_CBC, iv=key[:16]).encrypt(pad(_compressed(text).encode(), 16))
    return base64.b64encode(sealed).decode()


@lru_cache(maxsize=512)
def _compressed(text: str) -> str:
    # Only the key changes from request to request; compressing a page of a reference again would cost 100 ms.
    return compress(text)
