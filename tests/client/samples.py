"""Invented bodies, answers and a clinic to talk with, for the client's tests."""

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import lzstring
from Crypto.Cipher import AES
from Crypto.Util.Padding import pad

from bpjs_client.jenis import Jenis, Service
from bpjs_client.jobs import Bpjs
from bpjs_client.settings import BpjsSettings

CARD = "0001234567890"
NIK = "3201010101010001"
PHONE = "081200000001"
NOW = 1_789_351_200.9

REFERRAL = {
    "tglEstRujuk": "15-09-2026",
    "kdppk": "0000R000",
    "subSpesialis": {"kdSubSpesialis1": "3", "kdSarana": None},
    "khusus": None,
}
SPECIAL_REFERRAL = {
    "tglEstRujuk": "15-09-2026",
    "kdppk": "0000R000",
    "subSpesialis": None,
    "khusus": {"kdKhusus": "HDL", "kdSubSpesialis": None, "catatan": "contoh"},
}

BODIES: Mapping[Jenis, dict[str, Any]] = {
    Jenis.TAMBAH_ANTREAN: {
        "nomorkartu": CARD,
        "nik": NIK,
        "nohp": PHONE,
        "kodepoli": "001",
        "namapoli": "POLI UMUM",
        "norm": "RM-000001",
        "tanggalperiksa": "2026-09-14",
        "kodedokter": 123456,
        "namadokter": "dr. Contoh",
        "jampraktek": "08:00-12:00",
        "nomorantrean": "A-07",
        "angkaantrean": 7,
        "keterangan": "",
    },
    Jenis.PANGGIL_ANTREAN: {
        "tanggalperiksa": "2026-09-14",
        "kodepoli": "001",
        "nomorkartu": CARD,
        "status": 1,
        "waktu": 1789351200000,
    },
    Jenis.BATAL_ANTREAN: {
        "tanggalperiksa": "2026-09-14",
        "kodepoli": "001",
        "nomorkartu": CARD,
        "alasan": "Contoh alasan",
    },
    Jenis.TAMBAH_PENDAFTARAN: {
        "kdProviderPeserta": "01234567",
        "tglDaftar": "14-09-2026",
        "noKartu": CARD,
        "kdPoli": "001",
        "keluhan": None,
        "kunjSakit": True,
        "sistole": 0,
        "diastole": 0,
        "beratBadan": 0,
        "tinggiBadan": 0,
        "respRate": 0,
        "lingkarPerut": 0,
        "heartRate": 0,
        "rujukBalik": 0,
        "kdTkp": "10",
    },
    Jenis.TAMBAH_KUNJUNGAN: {
        "noKunjungan": None,
        "noKartu": CARD,
        "tglDaftar": "14-09-2026",
        "kdPoli": "001",
        "keluhan": "contoh",
        "kdSadar": "01",
        "sistole": 120,
        "diastole": 80,
        "beratBadan": 60,
        "tinggiBadan": 165.5,
        "respRate": 20,
        "heartRate": 80,
        "lingkarPerut": 75,
        "kdStatusPulang": "3",
        "tglPulang": "14-09-2026",
        "kdDokter": "123456",
        "kdDiag1": "J00",
        "kdDiag2": None,
        "kdDiag3": None,
        "kdPoliRujukInternal": None,
        "rujukLanjut": None,
        "kdTacc": -1,
        "alasanTacc": None,
        "anamnesa": "contoh",
        "alergiMakan": "00",
        "alergiUdara": "00",
        "alergiObat": "00",
        "kdPrognosa": "02",
        "terapiObat": "contoh",
        "terapiNonObat": "contoh",
        "bmhp": "Tidak Ada",
        "suhu": "36,5",
    },
    Jenis.HAPUS_PENDAFTARAN: {
        "noKartu": CARD,
        "tglDaftar": "14-09-2026",
        "noUrut": "B12",
        "kdPoli": "001",
    },
    Jenis.HAPUS_KUNJUNGAN: {
        "noKunjungan": "012345670926Y000123",
        "noKartu": CARD,
        "tglDaftar": "14-09-2026",
        "kdPoli": "001",
    },
}

# The number that proves a create, by its name.
NUMBERS: Mapping[Jenis, tuple[str, str]] = {
    Jenis.TAMBAH_PENDAFTARAN: ("noUrut", "B12"),
    Jenis.TAMBAH_KUNJUNGAN: ("noKunjungan", "012345670926Y000123"),
}

Handler = Callable[[httpx.Request], httpx.Response]


def body(jenis: Jenis, **changes: Any) -> dict[str, Any]:
    """A body that BPJS would take, with changes; a change to `...` leaves the field out."""
    return {name: value for name, value in {**BODIES[jenis], **changes}.items() if value is not ...}


def settings(**changes: Any) -> BpjsSettings:
    """The clinic of the tests, untouched by this machine's environment."""
    return BpjsSettings(_env_file=None, **{"pcare_base_url": "https://bpjs.test/pcare-rest"} | changes)


def clinic(handler: Handler, clock: Callable[[], float] = lambda: NOW, **changes: Any) -> Bpjs:
    """A client whose requests a callable answers."""
    return Bpjs(settings(**changes), transport=httpx.MockTransport(handler), clock=clock)


def answering(status: int, content: Any = None, **headers: str) -> Handler:
    """Answer every request alike: a text as it is, anything else as JSON, `None` with an empty body."""
    written = content if isinstance(content, str) else "" if content is None else json.dumps(content)
    names = {name.replace("_", "-"): value for name, value in headers.items()}
    return lambda request: httpx.Response(status, content=written.encode(), headers=names)


def envelope(service: Service, code: object, message: object = "", response: Any = None) -> dict[str, Any]:
    """An answer in the service's own spelling."""
    key = "metaData" if service is Service.PCARE else "metadata"
    return {"response": response, key: {"message": message, "code": code}}


def confirmed(jenis: Jenis) -> dict[str, Any]:
    """The answer that proves a job, with its number where one is due."""
    name, number = NUMBERS.get(jenis, ("", ""))
    return envelope(jenis.service, 200, "OK", {"field": name, "message": number} if name else None)


def encrypted(value: Any, request: httpx.Request, secret: str = "rahasia-simulator") -> str:
    """What BPJS does to a response: JSON, LZString, AES under the request's own timestamp, base64."""
    return sealed_text(json.dumps(value), request, secret)


def sealed_text(text: str, request: httpx.Request, secret: str = "rahasia-simulator") -> str:
    """The same of a response that is text already."""
    return encrypt(text, request.headers["X-cons-id"] + secret + request.headers["X-timestamp"])


def encrypt(text: str, passphrase: str, compress: bool = True) -> str:
    """The encryption of contract 2.1, written anew."""
    key = hashlib.sha256(passphrase.encode()).digest()
    units = "".join(
        chr(int.from_bytes(unit, "little")) for unit in _pairs(text.encode("utf-16-le", "surrogatepass"))
    )
    packed = lzstring.compress_to_encoded_uri_component(units) if compress else text
    sealed = AES.new(key, AES.MODE_CBC, key[:16]).encrypt(pad(packed.encode(), 16))
    return base64.b64encode(sealed).decode()


def _pairs(data: bytes) -> list[bytes]:
    return [data[index : index + 2] for index in range(0, len(data), 2)]
