"""A job as a clinic's system sends it: its frame is read, and whatever is wrong is told by field."""

from collections.abc import Mapping, Sequence
from typing import Any

from bpjs_client.bodies import FieldError
from bpjs_client.jenis import Jenis
from database import Database, LineRefused
from database.jobs.handover import FRAME, NewJob, admitted, one_line, read_line, wrong_parts
from database.people.tokens import Token
from web.api.problem import Errors, Problem

_PRINTABLE = range(0x20, 0x7F)


def read_job(database: Database, item: object, token: Token, key: str | None = None) -> NewJob:
    """The job of the token's clinic; `key`: the header Idempotency-Key. Raises Problem."""
    if not isinstance(item, Mapping):
        raise Problem("isian-salah", "Pekerjaan harus objek JSON.")
    wrong: dict[str, list[str]] = {name: [f"{why}."] for name, why in wrong_parts(item).items()}
    if not set(item) <= set(FRAME):
        known = ", ".join(FRAME)
        wrong["pekerjaan"] = [f"Ada isian yang tidak dikenal; yang dikenal: {known}."]
    faskes = item.get("faskes")
    if faskes is not None and faskes not in ("", token.faskes):
        wrong["faskes"] = ["faskes ditentukan oleh token: kosongkan, atau isi sama."]
    line = {**item, "faskes": token.faskes}
    if key is not None and "kunci" not in wrong:
        line["kunci"], why = _one_key(item.get("kunci"), key)
        wrong |= {"kunci": [why]} if why else {}
    if wrong:
        raise refused(wrong)
    try:
        return admitted(database, read_line(line))
    except LineRefused as unknown:
        raise refused({"faskes": [f"{unknown}."]}) from None


def refused(wrong: Errors) -> Problem:
    """That these fields are wrong."""
    return Problem("isian-salah", f"Isian salah: {', '.join(wrong)}.", wrong)


def body_errors(wrong: Sequence[FieldError]) -> dict[str, list[str]]:
    """The wrong fields of a body, as `body.kdPoli`."""
    told: dict[str, list[str]] = {}
    for error in wrong:
        told.setdefault(f"body.{error.field}", []).append(error.message)
    return told


def _one_key(kunci: object, key: str) -> tuple[str | None, str | None]:
    """The kunci that the header names, and what is wrong with it."""
    if not key or any(ord(letter) not in _PRINTABLE for letter in key):
        return None, "Idempotency-Key harus huruf ASCII yang dapat dicetak."
    bare = key[1:-1] if len(key) > 2 and key[0] == key[-1] == '"' else key  # noqa: PLR2004 - as the draft has it
    if kunci is not None and kunci != "" and one_line(str(kunci)) != one_line(bare):
        return None, "kunci dan Idempotency-Key harus sama, atau sebutkan satu saja."
    why = wrong_parts({"kunci": bare}).get("kunci")
    return bare, f"{why}." if why else None


def schema() -> dict[str, Any]:
    """A job, for the OpenAPI document."""
    texts = {
        "norm": (64, "Nomor rekam medis."),
        "nama_pasien": (200, "Untuk dicari staf."),
        "kunci": (
            200,
            "Nama pekerjaan ini di sistem Anda, bukan nomor kartu; bawaan: dari isinya.",
        ),
        "rantai": (300, "Kunjungan pekerjaan ini; tanpa itu: norm, tanggal layanan dan poli."),
        "faskes": (64, "Boleh kosong; bila diisi harus faskes token."),
    }
    return {
        "type": "object",
        "required": ["jenis", "norm", "nama_pasien", "body"],
        "additionalProperties": False,
        "properties": {
            "jenis": {"type": "string", "enum": [each.value for each in Jenis]},
            "body": {"type": "object", "description": "Isi untuk BPJS, isian demi isian."},
            "tanggal": {"type": "string", "description": "yyyy-MM-dd atau dd-MM-yyyy; bawaan: hari ini."},
            **{
                name: {"type": "string", "maxLength": longest, "description": told}
                for name, (longest, told) in texts.items()
            },
        },
    }
