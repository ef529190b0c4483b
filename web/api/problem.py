"""Whatever is wrong with a request is told as a problem document (RFC 9457), in Indonesian."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from fastapi import Request, Response
from pydantic import BaseModel, Field

PROBLEM_JSON = "application/problem+json"
Errors = Mapping[str, list[str]]

# The kind, which stands in `type`, -> its HTTP status and title.
KINDS: Mapping[str, tuple[int, str]] = {
    "bukan-json": (400, "Isi permintaan bukan JSON"),
    "tanpa-token": (401, "Token tidak dapat dipakai"),
    "tidak-boleh": (403, "Token tidak boleh melakukan ini"),
    "tidak-ada": (404, "Tidak ada"),
    "cara-salah": (405, "Cara permintaan salah"),
    "terlalu-lama": (408, "Permintaan terlalu lama dikirim"),
    "terlalu-besar": (413, "Isi permintaan terlalu besar"),
    "bukan-tipe-json": (415, "Content-Type salah"),
    "isian-salah": (422, "Ada isian yang salah"),
    "kunci-dipakai": (422, "Kunci sudah dipakai"),
    "terlalu-banyak": (429, "Terlalu banyak permintaan sekaligus"),
    "kesalahan-kami": (500, "Kesalahan di server ini"),
    "belum-siap": (503, "Belum dapat dilayani"),
}


@dataclass(eq=False)
class Problem(Exception):
    """What is wrong: its kind, one sentence, and sentences about each field. None quotes what was sent."""

    kind: str
    detail: str
    errors: Errors = field(default_factory=dict)
    headers: Mapping[str, str] = field(default_factory=dict)

    @property
    def status(self) -> int:
        """The HTTP status."""
        return KINDS[self.kind][0]

    def document(self, request_id: str | None = None) -> dict[str, Any]:
        """As JSON; `message` and `errors` are what systems in PHP look for."""
        document = {
            "type": f"urn:bpjs-fktp:{self.kind}",
            "title": KINDS[self.kind][1],
            "status": self.status,
            "detail": self.detail,
            "message": self.detail,
            "errors": dict(self.errors),
        }
        return document if request_id is None else {**document, "request_id": request_id}


class Json(Response):
    """An answer in JSON. ASCII, for a message may hold half a letter, which is no UTF-8."""

    media_type = "application/json"

    def render(self, content: Any) -> bytes:
        """Write it."""
        return json.dumps(content, allow_nan=False, separators=(",", ":")).encode()


def answer(problem: Problem, request: Request) -> Response:
    """The problem as an answer."""
    document = problem.document(request_id(request))
    return Json(document, problem.status, headers=dict(problem.headers), media_type=PROBLEM_JSON)


def request_id(request: Request) -> str:
    """The id that stands in the answer and in the log."""
    return str(request.scope.get("bpjs.request_id", ""))


class Masalah(BaseModel):
    """Masalah, menurut RFC 9457, ditambah `message` dan `errors` seperti di Laravel."""

    type: str = Field(examples=["urn:bpjs-fktp:isian-salah"], description="Jenis masalah, untuk program.")
    title: str = Field(description="Jenis masalah, untuk orang.")
    status: int = Field(description="Status HTTP.")
    detail: str = Field(description="Satu kalimat tentang permintaan ini.")
    message: str = Field(description="Sama dengan detail.")
    errors: dict[str, list[str]] = Field(description="Isian yang salah, masing-masing dengan kalimatnya.")
    request_id: str | None = Field(default=None, description="Sama dengan X-Request-Id.")


def documented(*kinds: str) -> dict[int | str, dict[str, Any]]:
    """These problems, and those that every request may meet, for the OpenAPI document."""
    of_all = ("tanpa-token", "tidak-boleh", "isian-salah", "terlalu-banyak", "kesalahan-kami", "belum-siap")
    schema = {"$ref": f"#/components/schemas/{Masalah.__name__}"}
    told: dict[int | str, dict[str, Any]] = {
        KINDS[kind][0]: {"description": KINDS[kind][1], "content": {PROBLEM_JSON: {"schema": schema}}}
        for kind in (*of_all, *kinds)
    }
    for status in (429, 503):
        told[status]["headers"] = {"Retry-After": {"schema": {"type": "integer"}, "description": "Detik."}}
    return told
